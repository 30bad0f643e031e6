/** What has to be known before keys can be planned: the property, the doors, the guests at Seam, their phones. Pure. */
import { isEnded, type StayBook, stayWindow } from '../state.js';
import { roomsAhead } from '../desired/desired-leases.js';
import { prepareStepId } from '../../model/ids.js';
import { isBefore, type Instant } from '../../model/instants.js';
import { unfetchedKeys } from '../known/unfetched-keys.js';
import { keysOf, mayLive } from '../known/keyring.js';
import { LEASE_STEP_ID, type GroundStep } from '../../model/preparation.js';
import { planLeases } from './leases.js';
import type { Guest } from '../../model/snapshot-schema.js';
import type { Wanted } from '../../model/key-plan.js';
import { contactOf } from '../known/record-preparations.js';
import { roomsFor } from '../desired/desired-keys.js';

/** How long after an unanswered request Seam may still carry it out, in minutes: longer than any proxy holds one. */
const LATE_REQUEST_MINUTES = 5;

/** Every groundwork step that is due now, whether or not it is in flight. A step that Seam refused is not due. */
export function planGroundwork(book: StayBook, wanted: Wanted, now: Instant, keys: KeysAtRest): readonly GroundStep[] {
  return [...leaseSteps(book, wanted, now, keys), ...wantedGroundwork(book, wanted, now)].filter(
    (step) => book.hindrances[step.stepId]?.kind !== 'refused',
  );
}

/** `quiet`: no key is being asked for or ended. */
export interface KeysAtRest {
  readonly quiet: boolean;
}

function leaseSteps(book: StayBook, wanted: Wanted, now: Instant, keys: KeysAtRest): GroundStep[] {
  const leases = planLeases(book, wanted, now, keys);
  return leases === undefined ? [] : [{ do: 'settle-leases', stepId: LEASE_STEP_ID, leases }];
}

/** Forgets what hindered steps that nobody wants any more: a guest has left, the rooms are others. */
export function forgetPastHindrances(book: StayBook, wanted: Wanted, now: Instant): void {
  const steps = wantedGroundwork(book, wanted, now);
  const current = Object.entries(book.hindrances).filter(
    ([stepId]) => stepId === LEASE_STEP_ID || steps.some((step) => step.stepId === stepId),
  );
  book.hindrances = Object.fromEntries(current);
}

function wantedGroundwork(book: StayBook, wanted: Wanted, now: Instant): readonly GroundStep[] {
  return [
    ...propertySteps(book),
    ...(book.property === undefined ? [] : [...doorSteps(book), ...guestSteps(book, now), ...phoneSteps(book, wanted)]),
    ...deactivations(book),
    ...otherStays(book, wanted),
    ...keysToFetch(book),
    ...checks(book),
    ...watches(book, now),
  ];
}

/** The number is part of the id: a newer question is not answered by an older one's step. */
export function propertyStepId(book: StayBook): string {
  return `property:${book.propertyAsks}`;
}

function propertySteps(book: StayBook): GroundStep[] {
  if (!book.propertyDue) return [];
  const window = book.wanted.localWindow;
  return [{ do: 'resolve-property', stepId: propertyStepId(book), ...(window === undefined ? {} : { window }) }];
}

function doorSteps(book: StayBook): GroundStep[] {
  if (isEnded(book) || book.wanted.status === 'tentative') return [];
  // A room that the stay moves into later is found before that, so that the move does not wait for it.
  const ahead = book.leases === undefined ? book.wanted.rooms : roomsAhead(book);
  const rooms = ahead.filter(
    (room) => !book.doors.rooms.some((door) => door.room === room) && !book.doors.unknownRooms.includes(room),
  );
  return rooms.length === 0 ? [] : [{ do: 'resolve-doors', stepId: `doors:${rooms.join(',')}`, rooms }];
}

/** Guests are made known to Seam as soon as the stay is certain: a phone can only enrol for a known identity. */
function guestSteps(book: StayBook, now: Instant): GroundStep[] {
  const window = stayWindow(book);
  const certain = !isEnded(book) && book.wanted.status !== 'tentative';
  if (!certain || window === undefined || !isBefore(now, window.to)) return [];
  return book.wanted.party
    .filter((one) => one.guest.wantsKey && one.removed === undefined && one.blocked === undefined)
    .filter((one) => isNewsToSeam(book, one.guest))
    .map(({ guest }) => ({ do: 'prepare-guest', stepId: prepareStepId(guest.guestId), guest }));
}

/** True for a guest whom Seam does not know, or knows by another name or address. */
function isNewsToSeam(book: StayBook, guest: Guest): boolean {
  const known = book.guests[guest.guestId];
  if (known?.contact === undefined) return known === undefined;
  const { name, email, phone } = contactOf(guest);
  return name !== known.contact.name || email !== known.contact.email || phone !== known.contact.phone;
}

/** A guest whose next key would end one of another stay gets it as soon as that has ended. */
function otherStays(book: StayBook, wanted: Wanted): GroundStep[] {
  return wanted.guests.flatMap(({ guestId, rooms }): GroundStep[] => {
    const acsCredentialIds = book.keyring.refusals[guestId]?.acsCredentialIds;
    if (acsCredentialIds === undefined || rooms.length === 0) return [];
    return [{ do: 'wait-for-other-stay', stepId: `other-stay:${guestId}`, guestId, acsCredentialIds }];
  });
}

/** What no phone has fetched is waited for, as its guest should hold it by now. */
function keysToFetch(book: StayBook): GroundStep[] {
  return unfetchedKeys(book).flatMap(({ keyId, guestId, acsCredentialId }): GroundStep[] =>
    acsCredentialId === undefined
      ? []
      : [{ do: 'wait-for-key-on-phone', stepId: `on-phone:${keyId}`, guestId, acsCredentialId }],
  );
}

/** Steps that may take as long as guests take: a stay that has nothing else to do is settled. */
export function isPatient(step: GroundStep): boolean {
  return ['wait-for-phone', 'wait-for-other-stay', 'wait-for-key-on-phone', 'watch-for-strays'].includes(step.do);
}

function phoneSteps(book: StayBook, wanted: Wanted): GroundStep[] {
  return wanted.guests
    .filter((guest) => guest.gate === 'phone' && guest.rooms.length > 0)
    .flatMap(({ guestId }) => {
      const known = book.guests[guestId];
      const beingDeactivated = book.phonesToDeactivate.some((phone) => phone.guestId === guestId);
      if (known === undefined || beingDeactivated) return [];
      const { userIdentityId } = known;
      return [{ do: 'wait-for-phone' as const, stepId: `phone:${guestId}`, guestId, userIdentityId }];
    });
}

function deactivations(book: StayBook): GroundStep[] {
  return book.phonesToDeactivate.flatMap((phone): GroundStep[] => {
    const known = book.guests[phone.guestId];
    if (known === undefined) return [];
    const stepId = `deactivate:${phone.guestId}:${phone.deviceId ?? 'all'}`;
    return [{ do: 'deactivate-phone', stepId, ...phone, userIdentityId: known.userIdentityId }];
  });
}

function checks(book: StayBook): GroundStep[] {
  const { credentialsToCheck } = book;
  if (credentialsToCheck.length === 0) return [];
  return [{ do: 'check-keys', stepId: `check:${credentialsToCheck.join(',')}`, acsCredentialIds: credentialsToCheck }];
}

/**
 * While a key of the guest is being asked for or ended, its id may not be known: then nothing that appears can be called a stray,
 * so the watch pauses. The number of his keys is part of the id: a watch that does not know of the newest is not to be trusted.
 */
function watches(book: StayBook, now: Instant): GroundStep[] {
  return book.keyring.keys.flatMap((key): GroundStep[] => {
    const { keyId, guestId, doubt } = key;
    if (doubt === undefined || !isBefore(now, key.ask.window.to)) return [];
    const own = keysOf(book.keyring, guestId);
    if (own.some((other) => ['issuing', 'stray', 'revoking'].includes(other.state))) return [];
    const step = { do: 'watch-for-strays', guestId, keyId } as const;
    if (doubt === 'open') return [{ ...step, stepId: `watch:${keyId}:${own.length}`, minutes: LATE_REQUEST_MINUTES }];
    return isEnded(book) ? [{ ...step, stepId: `last-look:${keyId}:${own.length}`, minutes: 0 }] : [];
  });
}

/** True if somebody could hold a key: then the stay is not over yet. */
export function anyKeyMayLive(book: StayBook): boolean {
  return book.keyring.keys.some(mayLive);
}

/** Guests who should have a key, but whose stay has no room for them. */
export function guestsWithoutRoom(book: StayBook): readonly string[] {
  return book.wanted.party
    .filter((one) => one.guest.wantsKey && one.removed === undefined && one.blocked === undefined)
    .filter((one) => roomsFor(book, one).length === 0)
    .map((one) => one.guest.guestId);
}
