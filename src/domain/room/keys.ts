/** Keys of a room, as stays report them: keys that open the door, the current generation, residual access. */
import { isBefore, later, millis, overlaps, plusMinutes, type Instant, type Window } from '../model/instants.js';
import type { LeaseAnchor } from '../model/lease.js';
import { defined } from '../model/defined.js';
import { withLine, type ClaimEntry, type RoomState, type RoomKey } from './state.js';
import type { RoomReport } from '../model/room-message-schema.js';

/** Days that the view still shows a key that can no longer open the door. */
const KEPT_DAYS = 3;
const KEPT_KEYS = 1000;
const DAY_MINUTES = 24 * 60;

/** Replaces the stay's recorded keys. Keys of an earlier chain of runs stay, except those in this report. */
export function recordReport(state: RoomState, report: RoomReport, now: Instant): RoomState {
  const { stayId, chain, keys } = report;
  const reported = keys.map((key): RoomKey => ({ ...key, stayId, ...defined({ chain }) }));
  const kept = state.keys.filter((known) => {
    if (known.stayId !== stayId) return true;
    return known.chain !== chain && !reported.some((key) => key.acsCredentialId === known.acsCredentialId);
  });
  const isNews = (key: RoomKey): boolean => {
    const known = state.keys.find((one) => one.stayId === stayId && one.acsCredentialId === key.acsCredentialId);
    return known?.state !== key.state;
  };
  const logged = reported.filter(isNews).reduce((next, key) => {
    const what = `${key.kind} ${key.acsCredentialId} of guest ${key.guestId} is ${key.state}`;
    return withLine(next, { at: now, what: `${stayId}: ${what}` });
  }, state);
  return { ...logged, keys: [...kept, ...reported] };
}

/** Drops keys that could not open the door for days. */
export function forgetOldKeys(state: RoomState, now: Instant): RoomState {
  const isShown = (key: RoomKey): boolean => isBefore(now, plusMinutes(lastMoment(key), KEPT_DAYS * DAY_MINUTES));
  if (state.keys.length <= KEPT_KEYS && state.keys.every(isShown)) return state;
  return { ...state, keys: state.keys.filter(isShown).slice(-KEPT_KEYS) };
}

/**
 * Returns the latest time at which the key can open the door. A live key opens it until its window ends, a dead key
 * until its residual access through an offline phone ends.
 */
export function opensUntil(key: RoomKey): Instant {
  if (key.state !== 'dead') return key.window.to;
  return key.residualUntil ?? key.deadAt ?? key.issuedAt;
}

function lastMoment(key: RoomKey): Instant {
  return later(opensUntil(key), key.deadAt ?? key.issuedAt);
}

/** Returns true if the key is live and its window is not over. */
export function isLive(key: RoomKey, now: Instant): boolean {
  return key.state === 'live' && isBefore(now, key.window.to);
}

/**
 * Returns the time in which a dead key can still open the door, or undefined if it cannot. This is the worst case: its
 * phone stays offline, and no newer key is used at the door.
 */
export function residualWindow(key: RoomKey): Window | undefined {
  const { state, deadAt, residualUntil, window } = key;
  if (state !== 'dead' || deadAt === undefined || residualUntil === undefined) return undefined;
  const from = later(deadAt, window.from);
  return isBefore(from, residualUntil) ? { from, to: residualUntil } : undefined;
}

/** Returns the length of a window in minutes. */
export function minutesOf(window: Window): number {
  return (millis(window.to) - millis(window.from)) / 60_000;
}

/** Returns the keys of a lease: keys of its stays whose windows overlap it. */
export function keysOfLease(state: RoomState, lease: readonly ClaimEntry[]): readonly RoomKey[] {
  return state.keys.filter((key) =>
    lease.some(
      ({ stayId, granted }) => stayId === key.stayId && granted !== undefined && overlaps(granted, key.window),
    ),
  );
}

/** Returns the current generation of these keys: the newest with a live key, or else the newest. */
export function currentLineage(keys: readonly RoomKey[], now: Instant): string | undefined {
  const live = keys.filter((key) => isLive(key, now));
  return newestLineage(live.length > 0 ? live : keys, keys);
}

/** Returns live keys of other stays of the lease in the current generation, newest first. */
export function anchorsFor(keys: readonly RoomKey[], stayId: string, now: Instant): readonly LeaseAnchor[] {
  const lineage = currentLineage(keys, now);
  if (lineage === undefined) return [];
  return keys
    .filter((key) => key.stayId !== stayId && key.lineage === lineage && isLive(key, now))
    .toReversed()
    .toSorted((a, b) => millis(b.issuedAt) - millis(a.issuedAt))
    .map(({ acsCredentialId, acsUserId, window, stayId: owner }) => ({
      acsCredentialId,
      ...defined({ acsUserId }),
      lineage,
      stayId: owner,
      window,
    }));
}

/**
 * Returns the newest generation with a key that is not dead, if it is newer than this key's.
 * Its first use at the door ends this key.
 */
export function successorOf(key: RoomKey, keys: readonly RoomKey[], at: Instant): string | undefined {
  const able = keys.filter(
    (other) => other.state !== 'dead' && !isBefore(at, other.window.from) && isBefore(at, other.window.to),
  );
  const newest = newestLineage(able, keys);
  return newest !== undefined && isNewer(newest, key.lineage, keys) ? newest : undefined;
}

function newestLineage(candidates: readonly RoomKey[], keys: readonly RoomKey[]): string | undefined {
  return candidates.reduce<string | undefined>((newest, { lineage }) => {
    return newest === undefined || isNewer(lineage, newest, keys) ? lineage : newest;
  }, undefined);
}

/** Returns true if the generation began after the other. In the same minute, the later report decides. */
function isNewer(lineage: string, other: string, keys: readonly RoomKey[]): boolean {
  const [one, two] = [firstKeyOf(lineage, keys), firstKeyOf(other, keys)];
  const [first, second] = [keys[one], keys[two]];
  if (first === undefined || second === undefined) return false;
  const later = millis(first.issuedAt) - millis(second.issuedAt);
  return later > 0 || (later === 0 && one > two);
}

/** Returns the index of the generation's first key: its override, or else the first key with a report. */
function firstKeyOf(lineage: string, keys: readonly RoomKey[]): number {
  const override = keys.findIndex((key) => key.acsCredentialId === lineage);
  return override >= 0 ? override : keys.findIndex((key) => key.lineage === lineage);
}
