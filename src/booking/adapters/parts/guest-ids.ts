/**
 * Ids for guests who have no id in the booking system. A key belongs to a guest id, so an id must stay with one person.
 * It must never pass to another: a guest who replaces another in the list must not get that person's key.
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { KnownGuest } from '../../ingress/adapter.js';
import type { Contact } from './contacts.js';

/**
 * `contact`: a keyed hash of the e-mail address, else of the phone number, and one of the name, else of the place in
 * the list. A person whose address is corrected counts as another person, and gets a new key. A person whose name is
 * corrected stays the same, unless another guest of the reservation has, or had, the same address.
 * `place`: the place in the list. A person who takes the place of another counts as the same person.
 */
export const guestIdentitySchema = z
  .enum(['contact', 'place'], { error: 'must be one of contact, place' })
  .default('contact');

export type GuestIdentity = z.infer<typeof guestIdentitySchema>;

/**
 * Returns the guests of one reservation in the order of the list, each with a unique id that reveals no personal data.
 * @param known all guests that the stay has, or ever had
 */
export type GuestIds = (
  reservation: string,
  guests: readonly Contact[],
  known: readonly KnownGuest[],
) => readonly IdentifiedGuest[];

export interface IdentifiedGuest {
  readonly guestId: string;
  readonly contact: Contact;
}

/** Length of each of the two hashes of an id: 60 bits in base64url. */
const PART_LENGTH = 10;

/** Returns the function that gives guests their ids. @param secret key of the hashes; a new secret changes every id */
export function openGuestIds(identity: GuestIdentity, secret: string): GuestIds {
  return (reservation, guests, known) => {
    if (identity === 'place') return guests.map((contact, place) => ({ guestId: `guest-${place + 1}`, contact }));
    const hashed = (what: string): string =>
      createHmac('sha256', secret)
        .update(JSON.stringify([reservation, what]))
        .digest('base64url')
        .slice(0, PART_LENGTH);
    const begins = guests.map((contact) => `g-${hashed(addressMark(contact))}-`);
    const taken = new Set<string>();
    return guests.map((contact, place) => {
      const begin = begins[place] ?? '';
      const name = nameMark(contact, place);
      const sharers = begins.filter((other) => other === begin).length;
      const [before, ...others] = known.filter(({ guestId }) => guestId.startsWith(begin));
      const isRenamed = isReachable(contact) && sharers === 1 && before?.isGone === false && others.length === 0;
      const usual = isRenamed ? before.guestId : `${begin}${hashed(name)}`;
      const guestId = taken.has(usual) ? `${begin}${hashed(`${name}|place ${place}`)}` : usual;
      taken.add(guestId);
      return { guestId, contact };
    });
  };
}

function isReachable({ email, phone }: Contact): boolean {
  return email !== undefined || phone !== undefined;
}

function addressMark({ email, phone }: Contact): string {
  if (email !== undefined) return `email ${email.toLowerCase()}`;
  return phone === undefined ? 'nowhere' : `phone ${phone}`;
}

function nameMark({ name }: Contact, place: number): string {
  return name === undefined ? `place ${place}` : `name ${name.normalize('NFKC').toLowerCase()}`;
}
