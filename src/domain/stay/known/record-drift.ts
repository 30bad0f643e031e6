/** Records what the audit of a property has found at Seam, so that the next plan repairs it. */
import type { Finding } from '../../model/drift-schema.js';
import { normalInstant, type Instant } from '../../model/instants.js';
import type { Key, KeyAsk } from '../../model/key.js';
import { askToCheck, type StayState } from '../state.js';
import { coreOf, putKey } from './keyring.js';
import { withStray } from './record-late-keys.js';

/** Generation of keys that no request of the stay made: before all others. */
const NO_GENERATION = 0;

/**
 * Returns the state with each finding marked. A key that Seam lost is checked. One that opens more than it should ends
 * at once, and one that opens less once it is replaced. One that no step requested, or that has come back, is a stray.
 */
export function recordDrift(state: StayState, findings: readonly Finding[], now: Instant): StayState {
  return findings.reduce((next, finding) => recordFinding(next, finding, now), state);
}

function recordFinding(state: StayState, finding: Finding, now: Instant): StayState {
  const key = state.keyring.keys.find(({ acsCredentialId }) => acsCredentialId === finding.acsCredentialId);
  switch (finding.kind) {
    case 'missing':
    case 'ended':
      return key?.state === 'live' ? askToCheck(state, [key]) : state;
    case 'opens-longer':
    case 'opens-more':
    case 'other-owner':
    case 'other-kind':
      return condemned(state, key, 'at-once');
    case 'opens-shorter':
    case 'opens-less':
      return condemned(state, key, 'after-successor');
    case 'alive':
      return key?.state === 'dead'
        ? putKey(state, { ...coreOf(key), state: 'stray', acsCredentialId: finding.acsCredentialId })
        : state;
    case 'unclaimed':
    case 'doubled':
      return key === undefined ? withUnrecorded(state, finding, now) : state;
    default:
      return finding.kind satisfies never;
  }
}

function condemned(state: StayState, key: Key | undefined, how: 'at-once' | 'after-successor'): StayState {
  return key?.state === 'live' && key.condemned !== 'at-once' ? putKey(state, { ...key, condemned: how }) : state;
}

/** Adds a key that the stay has not recorded; does nothing if the finding does not describe it. */
function withUnrecorded(
  state: StayState,
  { acsCredentialId, guestId, acsUserId, ask }: Finding,
  now: Instant,
): StayState {
  if (guestId === undefined || acsUserId === undefined || ask === undefined) return state;
  const like = { guestId, acsUserId, ask: askOf(ask), commonDoors: [], generation: NO_GENERATION };
  return withStray(state, like, { acsCredentialId, why: 'the audit found it at Seam' }, now);
}

function askOf({ kind, joinTo, rooms, acsEntranceIds, window }: NonNullable<Finding['ask']>): KeyAsk {
  const extent = {
    rooms,
    acsEntranceIds,
    window: { from: normalInstant(window.from), to: normalInstant(window.to) },
  };
  return kind === 'joiner' && joinTo !== undefined ? { kind, joinTo, ...extent } : { kind: 'override', ...extent };
}
