/** Record that a room has of one stay: its claims and keys, those of earlier runs included. Pure. */
import { defined } from '../model/defined.js';
import type { StayRecord } from '../model/earlier-run.js';
import { isBefore, type Instant } from '../model/instants.js';
import { decisionOf } from './decision.js';
import { opensUntil } from './keys.js';
import type { RoomState } from './state.js';

/** Returns the room's record of the stay at `now`: claims that are not over, and keys that may open the door. */
export function stayRecordOf(state: RoomState, stayId: string, now: Instant): StayRecord {
  const { chain, revision } = state.received.find((known) => known.stayId === stayId) ?? {};
  return {
    openedAt: state.openedAt,
    ...defined({ chain, revision }),
    claims: state.claims
      .filter((entry) => entry.stayId === stayId && isBefore(now, entry.asked.window.to))
      .map((entry) => {
        const { window, graceMinutes, shareGroup, leaving } = entry.asked;
        const decision = decisionOf(state, entry, now);
        return { part: entry.part, window, graceMinutes, ...defined({ shareGroup, leaving }), decision };
      }),
    keys: state.keys
      .filter((key) => key.stayId === stayId && isBefore(now, opensUntil(key)))
      .map(({ stayId: _own, ...key }) => key),
  };
}
