/**
 * Reservations, customers and rooms as Mews's Connector API returns them: every field that its reference calls required, and some that
 * Stayline does not read (`published-schema.ts`). Persons and ids are made up.
 */
import { createHash } from 'node:crypto';
import type { MewsAnswer } from './published-schema.js';

export type WireReservation = Readonly<MewsAnswer<'reservations/getAll/2023-06-06'>['Reservations'][number]>;
export type WireCustomer = Readonly<MewsAnswer<'customers/getAll'>['Customers'][number]>;
export type WireResource = Readonly<NonNullable<MewsAnswer<'resources/getAll'>['Resources']>[number]>;

export const ENTERPRISE = '851df8c8-90f2-4c4a-8e01-a4fc46b25178';
export const INTEGRATION = 'c8bee838-7fb1-4f4e-8fac-ac87008b2f90';
export const SERVICE = 'bd26d8db-86da-4f96-9efc-e5a4654a4a94';
const PROFILE = '3cd637ef-4728-47f9-8fb1-afb900c9cdcf';

/** An id in Mews's format; always the same for one name. */
export function guidOf(name: string): string {
  const digits = createHash('sha256').update(name).digest('hex');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

/** A time in Mews's format. */
export function mewsTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

export const ADA: WireCustomer = {
  Id: '35d4b117-4e60-44a3-9580-c582117eff98',
  ChainId: '8ddea57b-6a5c-4eec-8c4c-24467dce118e',
  Number: '12345',
  Title: null,
  FirstName: 'Ada',
  LastName: 'Example',
  LanguageCode: 'en-GB',
  Email: 'ada@example.com',
  HasOtaEmail: false,
  Phone: '00420602123456',
  CreatedUtc: '2026-10-01T09:12:44Z',
  UpdatedUtc: '2026-11-01T14:58:02Z',
  AddressId: null,
  Classifications: ['Returning'],
  Options: ['SendMarketingEmails'],
  IsActive: true,
  PreferredSpaceFeatures: [],
  CreatorProfileId: PROFILE,
  UpdaterProfileId: PROFILE,
};
export const BEN: WireCustomer = {
  ...ADA,
  Id: 'c2f1d888-232e-49eb-87ac-5f75363af13b',
  Number: '12346',
  FirstName: 'Ben',
  Email: null,
  Phone: null,
  Classifications: [],
  Options: [],
};

/** The id of the room of that name. */
export function roomId(name: string): string {
  return `20e00c32-d561-4008-8609-${name.padStart(12, '0')}`;
}

/** The room of that id. */
export function aWireResource(id: string): WireResource {
  const name = id.slice(-12).replace(/^0+/, '');
  return {
    Id: id,
    EnterpriseId: ENTERPRISE,
    IsActive: true,
    ParentResourceId: null,
    Name: name,
    State: 'Inspected',
    Descriptions: {},
    CreatedUtc: '2026-01-15T10:30:00Z',
    UpdatedUtc: '2026-06-15T14:20:00Z',
    DeletedUtc: null,
    Data: { Discriminator: 'Space', Value: { FloorNumber: name.slice(0, 1), LocationNotes: null } },
    ExternalNames: { 'en-GB': `Room ${name}` },
    Directions: {},
  };
}

const HOUR = 3_600_000;

/** A confirmed reservation of Ada's, without a room, that began an hour ago and lasts three days. `changes` override these values. */
export function aWireReservation(changes: Partial<WireReservation> = {}): WireReservation {
  const from = mewsTime(Date.now() - HOUR);
  const to = mewsTime(Date.now() + 72 * HOUR);
  const reservation: WireReservation = {
    Id: 'bfee2c44-1f84-4326-a862-5289598f6e2d',
    ServiceId: SERVICE,
    AccountId: ADA.Id,
    AccountType: 'Customer',
    CreatorProfileId: PROFILE,
    UpdaterProfileId: PROFILE,
    BookerId: null,
    Number: '52',
    State: 'Confirmed',
    Origin: 'Commander',
    CommanderOrigin: 'Phone',
    CreatedUtc: '2026-11-01T14:58:02Z',
    UpdatedUtc: '2026-11-20T14:58:02Z',
    CancelledUtc: null,
    Options: {
      OwnerCheckedIn: false,
      AllCompanionsCheckedIn: false,
      AnyCompanionCheckedIn: false,
      ConnectorCheckIn: false,
    },
    RateId: 'ed4b660b-19d0-434b-9360-a4de2ea42eda',
    GroupId: '94843f6f-3be3-481b-a1c7-06458774c3df',
    RequestedResourceCategoryId: '773d5e42-de1e-43a0-9ce6-f940faf2303f',
    AssignedResourceId: null,
    AssignedResourceLocked: false,
    CancellationReason: null,
    StartUtc: from,
    EndUtc: to,
    ScheduledStartUtc: from,
    ActualStartUtc: null,
    ScheduledEndUtc: to,
    ActualEndUtc: null,
    PersonCounts: [{ AgeCategoryId: '1f67644f-052d-4863-acdf-ae1600c60ca0', Count: 2 }],
    ...changes,
  };
  const { ScheduledStartUtc: scheduled, ActualStartUtc: actual, ScheduledEndUtc } = reservation;
  // Deprecated, but still sent: an early check-in sets it to the actual start.
  const StartUtc = actual != null && Date.parse(actual) < Date.parse(scheduled) ? actual : scheduled;
  return { ...reservation, StartUtc, EndUtc: ScheduledEndUtc };
}
