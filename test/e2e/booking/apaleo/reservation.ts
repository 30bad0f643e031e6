/**
 * Reservations as apaleo's Booking API returns them, including fields that Stayline does not read. Shape: the models
 * `ReservationModel`, `ReservationItemModel`, `GuestModel` and `ReservationAssignedUnitModel` of the Booking API v1
 * (https://api.apaleo.com/swagger, as in the public clients omniboost/go-apaleo and apaleo/oss-traces). Ids are as in the guides at
 * https://apaleo.dev/guides/webhook. Persons and amounts are made up.
 */

export interface WireGuest {
  readonly title?: string;
  readonly firstName?: string;
  readonly middleInitial?: string;
  readonly lastName: string;
  readonly email?: string;
  readonly phone?: string;
  readonly address?: Readonly<Record<string, string>>;
}

export interface WireUnit {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly unitGroupId: string;
}

export interface WireReservation {
  readonly id: string;
  readonly bookingId: string;
  readonly status: 'Confirmed' | 'InHouse' | 'CheckedOut' | 'Canceled' | 'NoShow';
  readonly checkInTime?: string;
  readonly checkOutTime?: string;
  readonly property: {
    readonly id: string;
    readonly code: string;
    readonly name: string;
    readonly description: string;
  };
  readonly unitGroup: { readonly id: string; readonly code: string; readonly name: string; readonly type: string };
  readonly unit?: WireUnit;
  readonly assignedUnits?: readonly {
    readonly unit: WireUnit;
    readonly timeRanges: readonly { readonly from: string; readonly to: string }[];
  }[];
  readonly arrival: string;
  readonly departure: string;
  readonly created: string;
  readonly modified: string;
  readonly primaryGuest?: WireGuest;
  readonly additionalGuests?: readonly WireGuest[];
  readonly [other: string]: unknown;
}

export function aUnit(name: string): WireUnit {
  return { id: `MUC-${name}`, name, description: 'Double room', unitGroupId: 'MUC-DBL' };
}

export const ADA: WireGuest = {
  title: 'Dr',
  firstName: 'Ada',
  lastName: 'Example',
  email: 'ada@example.com',
  phone: '+49 151 12345678',
  address: { city: 'Sampletown', countryCode: 'DE' },
};
export const BEN: WireGuest = { firstName: 'Ben', lastName: 'Example', email: 'ben@example.com' };

/** Formats a time as apaleo does. @param at milliseconds since 1970 */
export function apaleoTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z`;
}

/** Three nights in Munich from 23 November: confirmed, one guest, no unit yet. `changes` override these values. */
export function aWireReservation(changes: Partial<WireReservation> = {}): WireReservation {
  return {
    id: 'XPGMSXGF-1',
    bookingId: 'XPGMSXGF',
    status: 'Confirmed',
    property: { id: 'MUC', code: 'MUC', name: 'Hotel Example Munich', description: 'A hotel' },
    ratePlan: { id: 'MUC-NONREF-DBL', code: 'NONREF', name: 'Non refundable', isSubjectToCityTax: false },
    unitGroup: { id: 'MUC-DBL', code: 'DBL', name: 'Double', type: 'BedRoom' },
    totalGrossAmount: { amount: 312.0, currency: 'EUR' },
    arrival: '2026-11-23T15:00:00+01:00',
    departure: '2026-11-26T11:00:00+01:00',
    created: '2026-11-01T09:12:33+01:00',
    modified: '2026-11-20T10:00:00+01:00',
    adults: 1,
    childrenAges: [],
    channelCode: 'Direct',
    primaryGuest: ADA,
    guaranteeType: 'CreditCard',
    balance: { amount: -312.0, currency: 'EUR' },
    allFoliosHaveInvoice: false,
    taxDetails: [],
    payableAmount: { guest: { amount: 312.0, currency: 'EUR' } },
    cancellationFee: {
      id: 'MUC-NONREF',
      code: 'NONREF',
      name: 'Non refundable',
      description: 'The whole amount is due.',
      dueDateTime: '2026-11-01T09:12:33+01:00',
      fee: { amount: 312.0, currency: 'EUR' },
    },
    noShowFee: {
      id: 'MUC-NONREF',
      code: 'NONREF',
      name: 'Non refundable',
      description: 'The whole amount is due.',
      fee: { amount: 312.0, currency: 'EUR' },
    },
    isOpenForCharges: true,
    hasCityTax: false,
    isPreCheckedIn: false,
    ...changes,
  };
}

/** The same unit from arrival to departure. */
export function inUnit(name: string, { arrival, departure } = aWireReservation()): Partial<WireReservation> {
  const unit = aUnit(name);
  return { unit, assignedUnits: [{ unit, timeRanges: [{ from: arrival, to: departure }] }] };
}
