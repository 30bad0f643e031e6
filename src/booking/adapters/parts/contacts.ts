/**
 * Names, e-mail addresses and phone numbers as booking systems hold them, which is as somebody once typed them: what cannot be one is
 * left out, so that a typing error in a phone number never keeps a guest from his key.
 */
import { isSupportedCountry, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/min';
import { z } from 'zod';
import { guestSchema, type StaySnapshotInput } from '../../../domain/model/snapshot-schema.js';

/** Of numbers that are written without a country code; without it such numbers are left out. */
export const phoneCountrySchema = z.custom<CountryCode>(
  (value) => typeof value === 'string' && isSupportedCountry(value),
  'must be the two capital letters of a country, such as "DE"',
);

/** What a person was typed in as. */
export interface TypedContact {
  readonly names: readonly (string | null | undefined)[];
  readonly email?: string | null | undefined;
  readonly phone?: string | null | undefined;
}

/** The same as a snapshot's guest may hold it. */
export type Contact = Pick<StaySnapshotInput['guests'][number], 'name' | 'email' | 'phone'>;

const MOST_NAME = 200;

export function contactOf(typed: TypedContact, phoneCountry: CountryCode | undefined): Contact {
  const name = nameOf(typed.names);
  const email = guestSchema.shape.email.safeParse(typed.email?.trim().toLowerCase()).data;
  const phone = phoneOf(typed.phone ?? '', phoneCountry);
  return {
    ...(name === '' ? {} : { name }),
    ...(email === undefined ? {} : { email }),
    ...(phone === undefined ? {} : { phone }),
  };
}

function nameOf(parts: TypedContact['names']): string {
  const words = parts.flatMap((part) => part?.split(/\s+/u) ?? []).filter((word) => word !== '');
  return words.join(' ').slice(0, MOST_NAME).trim();
}

/** In E.164; undefined if it can be none. */
function phoneOf(typed: string, country: CountryCode | undefined): string | undefined {
  // Two zeros before the country code, as it is dialled from most countries.
  const international = typed.trim().replace(/^00/, '+');
  const parsed = parsePhoneNumberFromString(international, country);
  return parsed?.isPossible() === true ? guestSchema.shape.phone.safeParse(parsed.number).data : undefined;
}
