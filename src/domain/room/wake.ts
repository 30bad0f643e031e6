/** Timer of a room: set only if time alone may change a decision, or if a decision is to be sent again. */
import { earlier, isBefore, later, plusMinutes, type Instant } from '../model/instants.js';
import type { ClaimEntry, RoomState } from './state.js';

/**
 * Returns the next instant at which a lease, claim or key that a stay waits for ends, or a decision is sent again;
 * undefined if there is none. The wake-up decides if a stay gets a message.
 */
export function nextWake(state: RoomState, now: Instant): Instant | undefined {
  const isWaitedFor = sharesInParts(state) || state.claims.some((entry) => isWaiting(entry, state.claims, now));
  return [...(isWaitedFor ? endings(state) : []), ...state.claims.flatMap(({ resendAt }) => resendAt ?? [])]
    .filter((at) => isBefore(now, at))
    .reduce<Instant | undefined>((first, at) => (first === undefined ? at : earlier(first, at)), undefined);
}

/** Returns true if a stay of a share group has several parts: it may open a part only after the previous one ends. */
function sharesInParts({ claims }: RoomState): boolean {
  return claims.some(
    (entry) =>
      entry.asked.shareGroup !== undefined && claims.some((one) => one !== entry && one.stayId === entry.stayId),
  );
}

/** Returns true if the claim waits for the room, for more of it, or for another stay of its share group. */
function isWaiting({ stayId, granted, asked }: ClaimEntry, claims: readonly ClaimEntry[], now: Instant): boolean {
  if (granted === undefined) return true;
  if (isBefore(granted.to, asked.window.to) || isBefore(later(asked.window.from, now), granted.from)) return true;
  const { shareGroup } = asked;
  return shareGroup !== undefined && claims.some((one) => one.stayId !== stayId && one.asked.shareGroup === shareGroup);
}

/** Returns the ends of leases, waits and keys. The start of another lease may cut a grace, so both ends count. */
function endings({ claims, keys }: RoomState): readonly Instant[] {
  return [
    ...claims.flatMap(({ granted, asked }) =>
      granted === undefined ? [asked.window.to] : [granted.to, plusMinutes(granted.to, asked.graceMinutes)],
    ),
    ...keys.map((key) => key.window.to),
  ];
}
