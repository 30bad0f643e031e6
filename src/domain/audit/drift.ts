/** Compares the keys that Seam has with the keys that stays have recorded. Pure. */
import { defined } from '../model/defined.js';
import type { Difference, DriftKind, ObservedKey, RecordedKey, RecordedStay } from '../model/drift.js';
import { stayWorkflowId } from '../model/ids.js';
import { isBefore, type Instant } from '../model/instants.js';

interface Claimed {
  readonly stayId: string;
  readonly key: RecordedKey;
}

/** Both sides of a comparison. */
export interface Audited {
  readonly propertyId: string;
  /** Every open stay of the property. */
  readonly stays: readonly RecordedStay[];
  /** Every credential of the access system that is on phones. */
  readonly observed: readonly ObservedKey[];
}

/**
 * Returns the differences at `now`, by credential. Keys that a step is issuing or ending are left out, because both
 * sides change; so are keys that a guest has beside one. A key may have several differences.
 */
export function differencesOf({ propertyId, stays, observed }: Audited, now: Instant): readonly Difference[] {
  const claimed = stays.flatMap(({ stayId, keys }) => keys.map((key) => ({ stayId, key })));
  const atSeam = new Map(observed.map((one) => [one.acsCredentialId, one]));
  const known = new Set(claimed.flatMap(({ key }) => key.acsCredentialId ?? []));
  const others = observed.filter((one) => !known.has(one.acsCredentialId) && isLiving(one, now));
  return [
    ...claimed.flatMap((one) => ofRecorded(one, atSeam, now)),
    ...others.flatMap((one) => ofUnrecorded(one, { propertyId, claimed }, now)),
  ];
}

/** Returns true if the key may open a door now or later. */
function isLiving({ isDead, window }: ObservedKey, now: Instant): boolean {
  return !isDead && isBefore(now, window.to);
}

function ofRecorded(
  { stayId, key }: Claimed,
  atSeam: ReadonlyMap<string, ObservedKey>,
  now: Instant,
): readonly Difference[] {
  const { acsCredentialId, guestId } = key;
  if (acsCredentialId === undefined) return [];
  return kindsOf(key, atSeam.get(acsCredentialId), now).map((kind) => ({ kind, acsCredentialId, stayId, guestId }));
}

function kindsOf(key: RecordedKey, seen: ObservedKey | undefined, now: Instant): readonly DriftKind[] {
  if (key.state === 'dead') {
    return seen !== undefined && isLiving(seen, now) && key.mayRemain !== true ? ['alive'] : [];
  }
  // It ends by itself, and the stay is about to record that.
  if (key.state !== 'live' || !isBefore(now, key.ask.window.to)) return [];
  if (seen === undefined) return ['missing'];
  if (seen.isDead) return ['ended'];
  return [
    ...windowKinds(key, seen, now),
    ...doorKinds(key.ask.acsEntranceIds, seen.acsEntranceIds),
    ...(seen.acsUserId === key.acsUserId ? [] : (['other-owner'] as const)),
    ...(seen.kind === key.ask.kind ? [] : (['other-kind'] as const)),
  ];
}

/** Seam moves a start that is past to the present, so that a later start counts only while it is ahead. */
function windowKinds({ ask: { window } }: RecordedKey, seen: ObservedKey, now: Instant): readonly DriftKind[] {
  const isLonger = isBefore(window.to, seen.window.to) || isBefore(seen.window.from, window.from);
  const isShorter =
    isBefore(seen.window.to, window.to) || (isBefore(window.from, seen.window.from) && isBefore(now, seen.window.from));
  return [...(isLonger ? (['opens-longer'] as const) : []), ...(isShorter ? (['opens-shorter'] as const) : [])];
}

function doorKinds(asked: readonly string[], seen: readonly string[]): readonly DriftKind[] {
  return [
    ...(seen.some((door) => !asked.includes(door)) ? (['opens-more'] as const) : []),
    ...(asked.some((door) => !seen.includes(door)) ? (['opens-less'] as const) : []),
  ];
}

/** Returns the difference of a living key that no open stay has recorded. */
function ofUnrecorded(
  observed: ObservedKey,
  { propertyId, claimed }: { readonly propertyId: string; readonly claimed: readonly Claimed[] },
  now: Instant,
): readonly Difference[] {
  const { acsCredentialId, acsUserId, owner } = observed;
  if (owner === undefined) return [{ kind: 'foreign', acsCredentialId, observed }];
  const own = claimed.filter(({ key }) => key.acsUserId === acsUserId);
  // It may be the key of a request whose answer has not arrived yet.
  if (own.some(({ key }) => isUnderWay(key))) return [];
  // A person may have several stays: the key belongs to the one whose rooms it opens.
  const like = own.find(({ key }) => observed.rooms.some((room) => key.ask.rooms.includes(room))) ?? own[0];
  const isDoubled = own.some(({ key }) => isDoubleOf(observed, key, now));
  const named = 'reservationId' in owner ? { ...owner, stayId: stayWorkflowId({ propertyId, ...owner }) } : undefined;
  return [
    {
      kind: isDoubled ? 'doubled' : 'unclaimed',
      acsCredentialId,
      observed,
      ...defined({
        stayId: like?.stayId ?? named?.stayId,
        guestId: like?.key.guestId ?? named?.guestId,
      }),
    },
  ];
}

function isUnderWay({ state, inDoubt }: RecordedKey): boolean {
  return inDoubt === true || (state !== 'live' && state !== 'dead');
}

/** Returns true if the guest has a live key to the same doors beside the observed one. */
function isDoubleOf({ acsEntranceIds }: ObservedKey, { state, ask }: RecordedKey, now: Instant): boolean {
  const isSame = doorKinds(ask.acsEntranceIds, acsEntranceIds).length === 0;
  return state === 'live' && isBefore(now, ask.window.to) && isSame;
}
