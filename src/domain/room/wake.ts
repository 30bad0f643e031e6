/** When time alone may change something for somebody: only then does a room set a timer. */
import { earlier, isBefore, later, plusMinutes, type Instant } from '../model/instants.js';
import type { ClaimEntry, RoomState } from './state.js';

/**
 * The next instant at which something ends that somebody waits for; undefined if nobody waits. Whether it is news, is seen then.
 */
export function nextWake(state: RoomState, now: Instant): Instant | undefined {
  if (!sharesInParts(state) && !state.claims.some((entry) => isWaiting(entry, state.claims, now))) return undefined;
  return endings(state)
    .filter((at) => isBefore(now, at))
    .reduce<Instant | undefined>((first, at) => (first === undefined ? at : earlier(first, at)), undefined);
}

/** True if a stay of a share group has the room for several stretches: each is its to open only when the one before has ended. */
function sharesInParts({ claims }: RoomState): boolean {
  return claims.some(
    (entry) =>
      entry.asked.shareGroup !== undefined && claims.some((one) => one !== entry && one.stayId === entry.stayId),
  );
}

/** Waits for the room, for more of it, or for somebody else of its share group. */
function isWaiting({ stayId, granted, asked }: ClaimEntry, claims: readonly ClaimEntry[], now: Instant): boolean {
  if (granted === undefined) return true;
  if (isBefore(granted.to, asked.window.to) || isBefore(later(asked.window.from, now), granted.from)) return true;
  const { shareGroup } = asked;
  return shareGroup !== undefined && claims.some((one) => one.stayId !== stayId && one.asked.shareGroup === shareGroup);
}

/** When leases, waits and keys end; a grace may be cut by the beginning of another lease. */
function endings({ claims, keys }: RoomState): readonly Instant[] {
  return [
    ...claims.flatMap(({ granted, asked }) =>
      granted === undefined ? [asked.window.to] : [granted.to, plusMinutes(granted.to, asked.graceMinutes)],
    ),
    ...keys.map((key) => key.window.to),
  ];
}
