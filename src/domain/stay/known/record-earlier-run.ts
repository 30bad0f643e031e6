/** Records what an earlier run of the stay left: its keys at Seam and its claims at rooms. */
import { defined } from '../../model/defined.js';
import type { EarlierClaim, EarlierKey, EarlierRun } from '../../model/earlier-run.js';
import type { Instant } from '../../model/instants.js';
import type { DeadKey, KeyCore, LiveKey } from '../../model/key.js';
import { withLine, type HeldClaim, type StayState } from '../state.js';
import { withKey } from './keyring.js';
import { isOf } from './lease-decisions.js';

/**
 * Generation of keys of an earlier run. It precedes every generation of this run: another stay may have had the room
 * meanwhile, so no key joins them, and their guests get new ones.
 */
const EARLIER_GENERATION = 0;

/** Place of this run's latest snapshot in the order of revisions. */
interface OwnRevision {
  readonly revision: number;
}

/**
 * Returns the state that has taken over keys and claims of an earlier run. The planner ends them, or replaces them: a
 * guest keeps an earlier key to their rooms until the next one is confirmed.
 */
export function recordEarlierRun(state: StayState, found: EarlierRun, own: OwnRevision, now: Instant): StayState {
  const { earlierRun: _due, ...known } = state;
  if (!found.lookedAtSeam) {
    // A guest who was registered before, and holds keys, shows at any time that Temporal has lost an earlier run.
    return Object.keys(state.guests).some((guestId) => hadKeys(state, guestId))
      ? { ...state, earlierRun: { kind: 'seen-at-seam' } }
      : { ...state, earlierRun: { kind: 'unseen' } };
  }
  // An old message has started the stay again: it must not end what a newer one has granted.
  const { revision = 0 } = found;
  if (revision > own.revision) return { ...state, earlierRun: { kind: 'newer', revision } };
  return takeKeys(takeClaims(known, found.claims, own), found.keys, now);
}

/**
 * Returns the state after a guest's registration. Keys that Seam already had for a guest of this stay alone are a trace
 * of an earlier run.
 */
export function noteSeenKeys(state: StayState, guestId: string): StayState {
  return state.earlierRun?.kind === 'unseen' && hadKeys(state, guestId)
    ? { ...state, earlierRun: { kind: 'seen-at-seam' } }
    : state;
}

function hadKeys({ guests, desired }: StayState, guestId: string): boolean {
  const isPerson = desired.party.some(({ guest }) => guest.guestId === guestId && guest.personId !== undefined);
  return !isPerson && (guests[guestId]?.seenCredentialIds ?? []).length > 0;
}

/** Adds claims that this run has not made. The stay sends them in its own name, or releases them. */
function takeClaims(state: StayState, claims: readonly EarlierClaim[], { revision }: OwnRevision): StayState {
  const { leases } = state;
  const taken = claims
    .filter((claim) => !leases.claims.some((held) => isOf(held, claim)))
    .map((claim): HeldClaim => ({ ...claim, revision, answered: false }));
  return taken.length === 0 ? state : { ...state, leases: { ...leases, claims: [...leases.claims, ...taken] } };
}

function takeKeys(state: StayState, keys: readonly EarlierKey[], now: Instant): StayState {
  const taken = keys.filter((key) => isEarlier(state, key));
  if (taken.length === 0) return state;
  const whose = [...new Set(taken.map(({ guestId }) => guestId))].join(', ');
  const line = { at: now, what: `took over ${taken.length} keys of an earlier run of this stay, of guests ${whose}` };
  return withLine(
    taken.reduce((next, key) => takeKey(next, key, now), state),
    line,
  );
}

/** Returns true for a key that this run has not requested: Seam had it before the guest was registered. */
function isEarlier({ keyring, guests }: StayState, { guestId, acsCredentialId }: EarlierKey): boolean {
  if (keyring.keys.some((key) => key.acsCredentialId === acsCredentialId)) return false;
  return guests[guestId]?.seenCredentialIds.includes(acsCredentialId) ?? true;
}

function takeKey(state: StayState, earlier: EarlierKey, now: Instant): StayState {
  const { guestId, acsUserId, acsCredentialId, ask, commonDoors, issuedAt, lingers } = earlier;
  const { keyring } = state;
  const core: KeyCore = {
    keyId: `${guestId}#${keyring.lastKey + 1}`,
    guestId,
    acsUserId,
    ask,
    commonDoors,
    generation: EARLIER_GENERATION,
    requestedAt: issuedAt,
    why: 'an earlier run of this stay left it at Seam',
  };
  const live: LiveKey = { ...core, state: 'live', acsCredentialId, issuedAt };
  const dead: DeadKey = { ...core, state: 'dead', ended: 'replaced', deadAt: now, acsCredentialId, issuedAt };
  const left = Object.fromEntries(ask.rooms.map((room) => [room, keyring.leftAt?.[room] ?? EARLIER_GENERATION]));
  const ring = withKey(
    keyring,
    lingers === true ? { ...dead, ...defined({ lingers, residualUntil: ask.window.to }) } : live,
  );
  return { ...state, keyring: { ...ring, lastKey: keyring.lastKey + 1, leftAt: { ...keyring.leftAt, ...left } } };
}
