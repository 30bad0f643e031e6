/**
 * Ids for guests whom the booking system does not number. A key belongs to a guest id, so an id must stay the same while the person does,
 * and must not pass to another: whoever takes somebody's place in the list must not find that person's key on his phone.
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Contact } from './contacts.js';

/**
 * `contact`: a keyed hash of the e-mail address, else of the phone number, else of the name, else of the place in the list. A person
 * whose address is corrected counts as another one, and gets a key of his own.
 * `place`: the place in the list. A person who takes the place of another counts as the same one.
 */
export const guestIdentitySchema = z
  .enum(['contact', 'place'], { error: 'must be one of contact, place' })
  .default('contact');

export type GuestIdentity = z.infer<typeof guestIdentitySchema>;

/** The guests of one reservation in the order of the list, each with an id of his own, in which nothing personal can be read. */
export type GuestIds = (reservation: string, guests: readonly Contact[]) => readonly IdentifiedGuest[];

export interface IdentifiedGuest {
  readonly guestId: string;
  readonly contact: Contact;
}

const ID_LENGTH = 20;

/** @param secret makes the hashes; changing it makes every guest another one */
export function openGuestIds(identity: GuestIdentity, secret: string): GuestIds {
  return (reservation, guests) => {
    if (identity === 'place') return guests.map((contact, place) => ({ guestId: `guest-${place + 1}`, contact }));
    const taken = new Set<string>();
    return guests.map((contact, place) => {
      // Families share an address: who is listed first has it for himself, the others are told apart by their names.
      const marks = [marked(contact, place), `${marked(contact, place)}|${nameMark(contact, place)}`];
      const mark = marks.find((one) => !taken.has(one)) ?? `${marks.join('|')}|place ${place}`;
      taken.add(mark);
      const hash = createHmac('sha256', secret)
        .update(JSON.stringify([reservation, mark]))
        .digest('base64url');
      return { guestId: `g-${hash.slice(0, ID_LENGTH)}`, contact };
    });
  };
}

function marked(contact: Contact, place: number): string {
  if (contact.email !== undefined) return `email ${contact.email.toLowerCase()}`;
  if (contact.phone !== undefined) return `phone ${contact.phone}`;
  return nameMark(contact, place);
}

function nameMark({ name }: Contact, place: number): string {
  return name === undefined ? `place ${place}` : `name ${name.normalize('NFKC').toLowerCase()}`;
}
