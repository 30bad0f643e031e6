/**
 * Ids for guests whom the booking system does not number. A key belongs to a guest id, so an id must stay the same while the person does,
 * and must not pass to another: whoever takes somebody's place in the list must not find that person's key on his phone.
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { KnownGuest } from '../../ingress/adapter.js';
import type { Contact } from './contacts.js';

/**
 * `contact`: a keyed hash of the e-mail address, else of the phone number, and one of the name, else of the place in the list. A person
 * whose address is corrected counts as another one, and gets a key of his own. One whose name is corrected stays the same, as long as nobody
 * else in the reservation has, or had, his address.
 * `place`: the place in the list. A person who takes the place of another counts as the same one.
 */
export const guestIdentitySchema = z
  .enum(['contact', 'place'], { error: 'must be one of contact, place' })
  .default('contact');

export type GuestIdentity = z.infer<typeof guestIdentitySchema>;

/**
 * The guests of one reservation in the order of the list, each with an id of his own, in which nothing personal can be read.
 * @param known all guests that the stay has ever had
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

/** Of each of the two hashes that an id is made of: 60 bits. */
const PART_LENGTH = 10;

/** @param secret makes the hashes; changing it makes every guest another one */
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
