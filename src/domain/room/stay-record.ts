/** Record that a room has of one stay: its claims and keys, those of earlier runs included. Pure. */
import { defined } from '../model/defined.js';
import type { StayRecord } from '../model/earlier-run.js';
import { isBefore, type Instant } from '../model/instants.js';
import type { StayInRoom } from '../model/room-message-schema.js';
import { decisionOf } from './decision.js';
import { opensUntil } from './keys.js';
import type { RoomState } from './state.js';

/**
 * Returns the room's record of the stay at `now`: claims that are not over, keys that may open the door, and which keys
 * are those of other stays.
 */
export function stayRecordOf(state: RoomState, { stayId, shareGroup }: StayInRoom, now: Instant): StayRecord {
  const { chain, revision } = state.received.find((known) => known.stayId === stayId) ?? {};
  const keys = state.keys.filter((key) => isBefore(now, opensUntil(key)));
  return {
    openedAt: state.openedAt,
    ...defined({ chain, revision }),
    claims: state.claims
      .filter((entry) => entry.stayId === stayId && isBefore(now, entry.asked.window.to))
      .map((entry) => {
        const { window, graceMinutes, leaving } = entry.asked;
        const decision = decisionOf(state, entry, now);
        const group = entry.asked.shareGroup;
        return { part: entry.part, window, graceMinutes, ...defined({ shareGroup: group, leaving }), decision };
      }),
    keys: keys.filter((key) => key.stayId === stayId).map(({ stayId: _own, ...key }) => key),
    keysOfOthers: keys.filter((key) => key.stayId !== stayId).map((key) => key.acsCredentialId),
    ...(isSharedBefore(state, { stayId, shareGroup }) ? { sharedBefore: true } : {}),
  };
}

/** Returns true if another stay of the share group claimed the room before this one. Claims keep their order. */
function isSharedBefore({ claims }: RoomState, { stayId, shareGroup }: StayInRoom): boolean {
  const first = claims.find(
    (entry) => entry.stayId === stayId || (shareGroup !== undefined && entry.asked.shareGroup === shareGroup),
  );
  return first !== undefined && first.stayId !== stayId;
}
