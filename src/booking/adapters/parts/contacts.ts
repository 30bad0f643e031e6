/**
 * Names, e-mail addresses and phone numbers from booking systems, as a person once typed them. Invalid values are left
 * out, so that a typing error in a phone number never keeps guests from their keys.
 */
import { isSupportedCountry, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/min';
import { z } from 'zod';
import { defined } from '../../../domain/model/defined.js';
import { guestSchema, type StaySnapshotInput } from '../../../domain/model/snapshot-schema.js';

/** Country of phone numbers that have no country code; without this setting such numbers are left out. */
export const phoneCountrySchema = z.custom<CountryCode>(
  (value) => typeof value === 'string' && isSupportedCountry(value),
  'must be the two capital letters of a country, such as "DE"',
);

/** Contact data of a person as typed into the booking system. */
export interface TypedContact {
  readonly names: readonly (string | null | undefined)[];
  readonly email?: string | null | undefined;
  readonly phone?: string | null | undefined;
}

/** Contact data in the form that a snapshot's guest allows. */
export type Contact = Pick<StaySnapshotInput['guests'][number], 'name' | 'email' | 'phone'>;

const MOST_NAME = 200;

/** Returns the valid parts of a typed contact: e-mail in lower case, phone number in E.164. */
export function contactOf(typed: TypedContact, phoneCountry: CountryCode | undefined): Contact {
  const name = nameOf(typed.names);
  const email = guestSchema.shape.email.safeParse(typed.email?.trim().toLowerCase()).data;
  const phone = phoneOf(typed.phone ?? '', phoneCountry);
  return {
    ...(name === '' ? {} : { name }),
    ...defined({ email, phone }),
  };
}

function nameOf(parts: TypedContact['names']): string {
  const words = parts.flatMap((part) => part?.split(/\s+/u) ?? []).filter((word) => word !== '');
  return words.join(' ').slice(0, MOST_NAME).trim();
}

/** Returns the number in E.164, or undefined if it cannot be a phone number. */
function phoneOf(typed: string, country: CountryCode | undefined): string | undefined {
  // Most countries dial two zeros before the country code.
  const international = typed.trim().replace(/^00/, '+');
  const parsed = parsePhoneNumberFromString(international, country);
  return parsed?.isPossible() === true ? guestSchema.shape.phone.safeParse(parsed.number).data : undefined;
}
