/**
 * Ids for guests who have no id in the booking system. An adapter only proposes an id for a person whom the stay does
 * not know. The stay itself recognises the persons whom it knows, whatever the booking system corrects
 * (`src/domain/stay/desired/match-guests.ts`).
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { StaySnapshotInput } from '../../../domain/model/snapshot-schema.js';
import type { Contact } from './contacts.js';

/**
 * Decision where it is in doubt whether a guest is a known person with corrected data, or another one. `contact`: the
 * front desk decides, and meanwhile the known person keeps their key. `place`: the guest at the known person's place in
 * the list is that person.
 */
export const guestIdentitySchema = z.enum(['contact', 'place']).default('contact');

export type GuestIdentity = z.infer<typeof guestIdentitySchema>;

/** Returns how the stay finds out who is who, as its snapshots say it. */
export function guestIdsOf(identity: GuestIdentity): NonNullable<StaySnapshotInput['guestIds']> {
  return identity === 'place' ? 'by-place' : 'by-person';
}

/**
 * Returns the guests of one reservation in the order of the list, each with a unique id that reveals no personal data.
 * It is a keyed hash of reservation, e-mail address or else phone number, and name.
 */
export type GuestIds = (reservation: string, guests: readonly Contact[]) => readonly IdentifiedGuest[];

export interface IdentifiedGuest {
  readonly guestId: string;
  readonly contact: Contact;
}

/** Length of each of the two hashes of an id: 60 bits in base64url. */
const PART_LENGTH = 10;

/** Returns the function that proposes ids for guests. @param secret key of the hashes */
export function openGuestIds(secret: string): GuestIds {
  return (reservation, guests) => {
    const hashed = (what: string): string =>
      createHmac('sha256', secret)
        .update(JSON.stringify([reservation, what]))
        .digest('base64url')
        .slice(0, PART_LENGTH);
    const taken = new Set<string>();
    return guests.map((contact, place) => {
      const begin = `g-${hashed(addressMark(contact))}-`;
      const name = nameMark(contact, place);
      const usual = `${begin}${hashed(name)}`;
      const guestId = taken.has(usual) ? `${begin}${hashed(`${name}|place ${place}`)}` : usual;
      taken.add(guestId);
      return { guestId, contact };
    });
  };
}

function addressMark({ email, phone }: Contact): string {
  if (email !== undefined) return `email ${email.toLowerCase()}`;
  return phone === undefined ? 'nowhere' : `phone ${phone}`;
}

function nameMark({ name }: Contact, place: number): string {
  return name === undefined ? `place ${place}` : `name ${name.normalize('NFKC').toLowerCase()}`;
}
