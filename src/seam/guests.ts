/**
 * Guest records at Seam: a user identity, which owns the phones, and an access-system user, which holds the keys. Each
 * is found or created. Safe to repeat after a lost answer: it searches first, and searches again when Seam refuses a
 * create.
 */
import { defined } from '../domain/model/defined.js';
import type { KeyOwner } from '../domain/model/drift.js';
import type { PreparedGuest, PrepareGuestInput } from '../domain/model/stay-activities.js';
import { everyItem, type SeamCalls } from './client.js';
import { foundOrNothing, isDefiniteRefusal, SeamError } from './errors.js';
import { hasActiveEndpoint } from './phones.js';
import { passingCodes, reportsOf, someReports, type Reporting } from './reports.js';
import type { AcsUser, UserIdentity } from './schemas.js';

/** Name shown by Seam and the lock system where the booking system sent no name. */
const NAMELESS_GUEST = 'Guest';

interface GuestName {
  readonly propertyId: string;
  readonly reservationId: string;
  readonly guestId: string;
  readonly personId?: string | undefined;
}

/**
 * Returns a guest's `user_identity_key`. It is `<propertyId>/<personId>` where the booking system has person ids, else
 * `<propertyId>/<reservationId>/<guestId>`. Percent signs and slashes inside a part are percent-encoded.
 */
export function userIdentityKey({ propertyId, reservationId, guestId, personId }: GuestName): string {
  const parts = personId !== undefined ? [propertyId, personId] : [propertyId, reservationId, guestId];
  return parts.map((part) => part.replaceAll('%', '%25').replaceAll('/', '%2F')).join('/');
}

/** Returns the guest of a `user_identity_key` that is bound to this stay; undefined for any other key. */
export function guestIdIn(
  userIdentityKey: string,
  stay: { readonly propertyId: string; readonly reservationId: string },
): string | undefined {
  const owner = ownerIn(userIdentityKey, stay.propertyId);
  return owner !== undefined && 'guestId' in owner && owner.reservationId === stay.reservationId
    ? owner.guestId
    : undefined;
}

/** Returns the guest or person of the property whom a `user_identity_key` names; undefined for any other key. */
export function ownerIn(userIdentityKey: string, propertyId: string): KeyOwner | undefined {
  const parts = userIdentityKey.split('/').map((part) => part.replaceAll('%2F', '/').replaceAll('%25', '%'));
  const [property, first, second, ...rest] = parts;
  if (property !== propertyId || first === undefined || first === '' || rest.length > 0) return undefined;
  if (second === undefined) return { personId: first };
  return second === '' ? undefined : { reservationId: first, guestId: second };
}

/**
 * Finds or creates the guest at Seam with their current name and contacts. Returns their ids, phones and credentials.
 * @throws SeamError
 */
export async function prepareGuest(
  input: PrepareGuestInput,
  seam: SeamCalls,
  acsSystemId: string,
  signal: AbortSignal,
): Promise<PreparedGuest> {
  const identity = await findOrCreateIdentity(input, seam, signal);
  assertLasting('/user_identities/get', 'user_identity', identity);
  const { user_identity_id: userIdentityId } = identity;
  const user = await findOrCreateUser(input, userIdentityId, seam, acsSystemId, signal);
  assertLasting('/acs/users/list', 'acs_user', user);
  const { acs_user_id: acsUserId } = user;
  const { name, email, phone } = input.guest;
  const personal = [name, email, phone].filter((text) => text !== undefined);
  const [phones, credentials] = await Promise.all([
    seam.listPhones({ owner_user_identity_id: userIdentityId }, { signal }),
    everyItem((cursor) => seam.listCredentials({ acs_user_id: acsUserId, ...cursor }, { signal })),
  ]);
  return {
    userIdentityId,
    acsUserId,
    phoneReady: phones.some(hasActiveEndpoint),
    deviceIds: phones.map((phone) => phone.device_id),
    seenCredentialIds: credentials.map((credential) => credential.acs_credential_id),
    ...someReports(reportsOf('acs_user', user, personal)),
  };
}

/**
 * Checks that Seam is not about to delete the object.
 * @throws SeamError, a retryable one, while Seam deletes it
 */
function assertLasting(operation: string, object: 'acs_user' | 'user_identity', item: Reporting): void {
  if (passingCodes(object, item).length > 0) throw new SeamError(operation, { kind: 'being-deleted' });
}

async function findOrCreateIdentity(
  input: PrepareGuestInput,
  seam: SeamCalls,
  signal: AbortSignal,
): Promise<UserIdentity> {
  const key = { user_identity_key: userIdentityKey({ ...input, ...input.guest }) };
  const find = () => foundOrNothing(seam.getUserIdentity(key, { signal }));
  const known = await find();
  if (known !== undefined) {
    await updateIdentity(input, known, seam, signal);
    return known;
  }

  const full_name = input.guest.name ?? NAMELESS_GUEST;
  let refusal: unknown;
  for (const contact of contactVariants(input.guest)) {
    try {
      return await seam.createUserIdentity({ ...key, full_name, ...contact }, { signal });
    } catch (error) {
      if (!isDefiniteRefusal(error)) throw error;
      refusal = error;
    }
    const madeMeanwhile = await find();
    if (madeMeanwhile !== undefined) return madeMeanwhile;
  }
  throw refusal;
}

/**
 * Updates a changed name or contact. It keeps one that the booking system did not send, and one that Seam refuses
 * because another identity has it.
 */
async function updateIdentity(
  { guest }: PrepareGuestInput,
  known: UserIdentity,
  seam: SeamCalls,
  signal: AbortSignal,
): Promise<void> {
  const { user_identity_id } = known;
  const named = guest.name === undefined || guest.name === known.full_name ? {} : { full_name: guest.name };
  const contacts = contactVariants({
    email: guest.email === known.email_address ? undefined : guest.email,
    phone: guest.phone === known.phone_number ? undefined : guest.phone,
  });
  for (const contact of contacts) {
    const change = { ...named, ...contact };
    if (Object.keys(change).length === 0) return;
    try {
      return await seam.updateUserIdentity({ user_identity_id, ...change }, { signal });
    } catch (error) {
      if (!isDefiniteRefusal(error)) throw error;
    }
  }
}

interface Contact {
  readonly email_address?: string;
  readonly phone_number?: string;
}

/**
 * Returns the contacts to try, best first. An e-mail address or phone number is unique in a workspace, so one that
 * another identity has is left out. Seam publishes no error type for that conflict, so each variant is tried in turn.
 */
function contactVariants({
  email,
  phone,
}: {
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
}): readonly Contact[] {
  const withEmail: Contact = defined({ email_address: email });
  const withPhone: Contact = defined({ phone_number: phone });
  const variants: Contact[] = [{ ...withEmail, ...withPhone }, withPhone, withEmail, {}];
  const seen = new Set<string>();
  return variants.filter((variant) => {
    const text = JSON.stringify(variant);
    return !seen.has(text) && seen.add(text);
  });
}

async function findOrCreateUser(
  input: PrepareGuestInput,
  userIdentityId: string,
  seam: SeamCalls,
  acsSystemId: string,
  signal: AbortSignal,
): Promise<AcsUser> {
  const ids = { acs_system_id: acsSystemId, user_identity_id: userIdentityId };
  const find = async (): Promise<AcsUser | undefined> =>
    oldest(await everyItem((cursor) => seam.listAcsUsers({ ...ids, ...cursor }, { signal })));
  const known = await find();
  const { name } = input.guest;
  if (known !== undefined) {
    const isOtherwise = name !== undefined && name !== known.full_name;
    if (isOtherwise) await seam.updateAcsUser({ acs_user_id: known.acs_user_id, full_name: name }, { signal });
    return known;
  }
  try {
    return await seam.createAcsUser({ ...ids, full_name: name ?? NAMELESS_GUEST }, { signal });
  } catch (error) {
    if (!isDefiniteRefusal(error)) throw error;
    const madeMeanwhile = await find();
    if (madeMeanwhile !== undefined) return madeMeanwhile;
    throw error;
  }
}

/**
 * Returns the oldest user. An abandoned request may create a second user later; the oldest is the same for every
 * caller.
 */
function oldest(users: readonly AcsUser[]): AcsUser | undefined {
  return [...users].sort(
    (a, b) => Date.parse(a.created_at) - Date.parse(b.created_at) || (a.acs_user_id < b.acs_user_id ? -1 : 1),
  )[0];
}
