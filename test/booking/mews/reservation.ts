/**
 * Reservations, customers and rooms as Mews's Connector API answers them: every field that its documents call required for
 * `Reservation (ver 2023-06-06)`, and some that Stayline does not read. Source: MewsSystems/gitbook-connector-api,
 * operations/reservations.md, customers.md, resources.md. Persons are made up.
 */

export interface WireReservation {
  readonly Id: string;
  readonly State: 'Inquired' | 'Requested' | 'Optional' | 'Confirmed' | 'Started' | 'Processed' | 'Canceled';
  readonly ServiceId: string;
  readonly AccountId: string;
  readonly AccountType: 'Customer' | 'Company';
  readonly AssignedResourceId: string | null;
  readonly CancellationReason: string | null;
  readonly ScheduledStartUtc: string;
  readonly ActualStartUtc: string | null;
  readonly ScheduledEndUtc: string;
  readonly UpdatedUtc: string;
  readonly [other: string]: unknown;
}

export interface WireCustomer {
  readonly Id: string;
  readonly FirstName: string | null;
  readonly LastName: string;
  readonly Email: string | null;
  readonly Phone: string | null;
}

export const SERVICE = 'bd26d8db-86da-4f96-9efc-e5a4654a4a94';
export const ADA: WireCustomer = {
  Id: '35d4b117-4e60-44a3-9580-c582117eff98',
  FirstName: 'Ada',
  LastName: 'Example',
  Email: 'ada@example.com',
  Phone: '00420602123456',
};
export const BEN: WireCustomer = {
  Id: 'c2f1d888-232e-49eb-87ac-5f75363af13b',
  FirstName: 'Ben',
  LastName: 'Example',
  Email: null,
  Phone: null,
};

/** The id of the room of that name. */
export function roomId(name: string): string {
  return `20e00c32-d561-4008-8609-${name.padStart(12, '0')}`;
}

const HOUR = 3_600_000;

/** Since an hour ago, for three days; confirmed, Ada's, without a room; but for `changes`. */
export function aWireReservation(changes: Partial<WireReservation> = {}): WireReservation {
  const from = new Date(Date.now() - HOUR).toISOString();
  const to = new Date(Date.now() + 72 * HOUR).toISOString();
  return {
    Id: 'bfee2c44-1f84-4326-a862-5289598f6e2d',
    ServiceId: SERVICE,
    AccountId: ADA.Id,
    AccountType: 'Customer',
    CreatorProfileId: '3cd637ef-4728-47f9-8fb1-afb900c9cdcf',
    UpdaterProfileId: '3cd637ef-4728-47f9-8fb1-afb900c9cdcf',
    BookerId: null,
    Number: '52',
    State: 'Confirmed',
    Origin: 'Commander',
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
}

/** Names of the fields of `Reservation (ver 2023-06-06)` in Mews's published OpenAPI document: these always, … */
const REQUIRED = [
  ...[
    'AccountId',
    'AccountType',
    'CreatedUtc',
    'CreatorProfileId',
    'EndUtc',
    'GroupId',
    'Id',
    'Number',
    'Options',
    'Origin',
  ],
  ...['PersonCounts', 'RateId', 'RequestedResourceCategoryId', 'ScheduledEndUtc', 'ScheduledStartUtc', 'ServiceId'],
  ...['StartUtc', 'State', 'UpdatedUtc', 'UpdaterProfileId'],
];
/** … these sometimes, and no others. */
const OPTIONAL = [
  ...[
    'ActualEndUtc',
    'ActualStartUtc',
    'AssignedResourceId',
    'AssignedResourceLocked',
    'AvailabilityBlockId',
    'BookerId',
  ],
  ...[
    'BusinessSegmentId',
    'CancellationReason',
    'CancelledUtc',
    'ChannelManagerNumber',
    'ChannelNumber',
    'CommanderOrigin',
  ],
  ...[
    'CreditCardId',
    'OriginDetails',
    'PartnerCompanyId',
    'Purpose',
    'QrCodeData',
    'ReleasedUtc',
    'TravelAgencyId',
    'VoucherId',
  ],
];

/** @throws Error naming the fields that are missing, or that Mews has not */
export function checkAsPublished(reservation: WireReservation): void {
  const missing = REQUIRED.filter((field) => reservation[field] === undefined);
  const unknown = Object.keys(reservation).filter((field) => !REQUIRED.includes(field) && !OPTIONAL.includes(field));
  if (missing.length + unknown.length > 0) throw new Error(`Not as published: ${[...missing, ...unknown].join(', ')}`);
}
