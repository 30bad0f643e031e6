/** Hotels and keys for tests in process, showing only what a test is about. */
import { standingClock } from '../../../src/simulator/hotel/clock.js';
import type { Quirk } from '../../../src/simulator/hotel/provider-link.js';
import type { CreateParams } from '../../../src/simulator/hotel/key-checks.js';
import type { CredentialRecord } from '../../../src/simulator/hotel/records.js';
import { SeamError } from '../../../src/simulator/api/seam-error.js';
import { createSimulatedHotel, type SimulatedHotel } from '../../../src/simulator/hotel/hotel.js';
import type { Switches } from '../../../src/simulator/control/switches.js';
import { roomNames } from '../../../src/simulator/hotel/world.js';

/** Monday afternoon at the hotel. */
const NOON = '2026-11-23T12:00:00Z';
export const CHECK_IN = '2026-11-23T14:00:00Z';
export const CHECK_OUT = '2026-11-26T10:00:00Z';

/** A hotel with rooms 101 to 110 and 201 to 210, whose clock stands at noon. Requests reach the provider at `settle`. */
export function aHotel(switches: Partial<Switches> = {}): SimulatedHotel {
  return createSimulatedHotel({
    clock: standingClock(Date.parse(NOON)),
    rooms: roomNames(20),
    switches,
  });
}

export type Guest = ReturnType<SimulatedHotel['addGuest']>;

export interface KeyWish {
  readonly doors: readonly string[];
  /** Ids to join; absent: an override. */
  readonly join?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly change?: Partial<CreateParams>;
  readonly quirks?: readonly Quirk[];
}

/** The body of a request for a key, by names of doors. */
export function keyParams(hotel: SimulatedHotel, acsUserId: string, wish: KeyWish): CreateParams {
  return {
    acs_user_id: acsUserId,
    credential_manager_acs_system_id: hotel.world.credentialManagerAcsSystemId,
    access_method: 'mobile_key',
    is_multi_phone_sync_credential: true,
    allowed_acs_entrance_ids: wish.doors.map((name) => hotel.door(name).id),
    starts_at: wish.from ?? NOON,
    ends_at: wish.to ?? CHECK_OUT,
    visionline_metadata: {
      card_format: 'rfid48',
      card_function_type: 'guest',
      ...(wish.join === undefined ? { override: true } : { joiner_acs_credential_ids: [...wish.join] }),
    },
    ...wish.change,
  };
}

/** Requests a key and lets it arrive. */
export function giveKey(hotel: SimulatedHotel, guest: Guest, wish: KeyWish): CredentialRecord {
  const credential = hotel.credentials.create(keyParams(hotel, guest.acsUserId, wish), wish.quirks);
  hotel.settle();
  return credential;
}

/** The reason that results when the guest holds their phone to a door. */
export function tapOf(hotel: SimulatedHotel, guest: Guest, door: string, at?: string): string {
  const moment = at === undefined ? undefined : Date.parse(at);
  return hotel.tap({ userIdentityId: guest.userIdentityId }, hotel.door(door).id, moment).reason;
}

/** The types of the events so far, with the credential that each is about. */
export function credentialEvents(hotel: SimulatedHotel): readonly string[] {
  return hotel.world.events
    .all()
    .filter((event) => event.event_type.startsWith('acs_credential.'))
    .map((event) => `${event.event_type.slice('acs_credential.'.length)} ${String(event['acs_credential_id'])}`);
}

/** The error with which Seam refuses `act`. Throws if it does not refuse. */
export function refusal(act: () => unknown): {
  readonly status: number;
  readonly type: string;
  readonly message: string;
} {
  try {
    act();
  } catch (error) {
    if (error instanceof SeamError) return { status: error.status, type: error.type, message: error.message };
    throw error;
  }
  throw new Error('It was not refused');
}
