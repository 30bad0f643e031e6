/** Public view of a room: query `room`, `stayline room`, Web UI. Ids only: no names, no contacts. */
import { defined } from '../model/defined.js';
import { earlier, isBefore, later, type Instant, type Window } from '../model/instants.js';
import type { RoomState, RoomKey, RoomLine } from './state.js';
import { isLive, keysOfLease, minutesOf, opensUntil, residualWindow, successorOf } from './keys.js';
import { leasesOf, untilOf, decisionOf, type GrantedEntry } from './decision.js';

export interface LeaseClaimView {
  readonly stayId: string;
  readonly part?: number;
  readonly asked: Window;
  readonly granted: Window;
  readonly heldUpBy?: string;
  /** The guests are to leave the room, and sleep here until another one is theirs. */
  readonly leaving?: true;
}

export interface LeaseView {
  /** Stays that hold the lease; more than one only in a share group. */
  readonly stays: readonly string[];
  readonly shareGroup?: string;
  readonly window: Window;
  /** End of the lease with grace; no key lives longer. */
  readonly until: Instant;
  readonly state: 'expected' | 'open' | 'grace';
  /** Stay that may issue the first key; absent if it is not decided yet, or if there is a key to join. */
  readonly opener?: string;
  /** Live keys, which later keys may join. */
  readonly liveKeys: readonly string[];
  readonly claims: readonly LeaseClaimView[];
}

export interface WaitingView {
  readonly stayId: string;
  readonly part?: number;
  readonly asked: Window;
  readonly behind: readonly string[];
  /** Those of `behind` that leave the room as soon as they have another one. */
  readonly leaving?: readonly string[];
  /** The front desk gave the room to another stay. */
  readonly displaced?: true;
}

export interface RoomKeyView {
  readonly acsCredentialId: string;
  readonly stayId: string;
  readonly guestId: string;
  readonly kind: 'override' | 'joiner';
  readonly lineage: string;
  readonly window: Window;
  readonly state: 'live' | 'revoking' | 'dead';
  readonly deadAt?: Instant;
  /** Latest time at which the key may open the door, at worst. */
  readonly residualUntil?: Instant;
  /** Minutes in which a key that should be dead can open the door, at worst. */
  readonly residualMinutes?: number;
  /** Generation whose first use at the door ends the key earlier. */
  readonly endsAtFirstUseOf?: string;
  readonly why?: string;
}

/** Keys that can open the door now, or later in their window. */
export interface RoomKeysView {
  readonly certain: readonly RoomKeyView[];
  readonly possible: readonly RoomKeyView[];
  readonly none: readonly RoomKeyView[];
}

export interface RoomView {
  readonly schema: 1;
  /** Workflow id of the room. */
  readonly room: string;
  readonly version: number;
  /** Leases in order of time. */
  readonly leases: readonly LeaseView[];
  /** Waiting claims in order of first arrival. */
  readonly waiting: readonly WaitingView[];
  readonly keys: RoomKeysView;
  readonly history: readonly RoomLine[];
}

/** Returns the view of the room at `at`. */
export function roomViewOf(state: RoomState, at: Instant): RoomView {
  return {
    schema: 1,
    room: state.roomId,
    version: state.version,
    leases: leasesOf(state.claims)
      .filter((lease) => lease.some((entry) => isBefore(at, untilOf(state.claims, entry))))
      .map((lease) => leaseView(state, lease, at)),
    waiting: waitingViews(state, at),
    keys: keysView(state, at),
    history: state.history,
  };
}

function leaseView(state: RoomState, lease: readonly GrantedEntry[], at: Instant): LeaseView {
  const window = {
    from: lease.map(({ granted }) => granted.from).reduce(earlier),
    to: lease.map(({ granted }) => granted.to).reduce(later),
  };
  const shareGroup = lease.find(({ asked }) => asked.shareGroup !== undefined)?.asked.shareGroup;
  const live = keysOfLease(state, lease).filter((key) => isLive(key, at));
  const opener = lease.find((entry) => {
    const decision = decisionOf(state, entry, at);
    return decision.kind === 'granted' && decision.opener;
  });
  return {
    stays: [...new Set(lease.map(({ stayId }) => stayId))],
    ...defined({ shareGroup }),
    window,
    until: lease.map((entry) => untilOf(state.claims, entry)).reduce(later),
    state: isBefore(at, window.from) ? 'expected' : isBefore(at, window.to) ? 'open' : 'grace',
    ...defined({ opener: live.length > 0 ? undefined : opener?.stayId }),
    liveKeys: live.map((key) => key.acsCredentialId),
    claims: lease.map((entry) => claimView(state, entry, at)),
  };
}

function claimView(state: RoomState, entry: GrantedEntry, at: Instant): LeaseClaimView {
  const decision = decisionOf(state, entry, at);
  const heldUpBy = decision.kind === 'granted' ? decision.heldUpBy : undefined;
  return {
    ...nameOf(entry),
    asked: entry.asked.window,
    granted: entry.granted,
    ...defined({ heldUpBy, leaving: entry.asked.leaving }),
  };
}

function waitingViews(state: RoomState, at: Instant): readonly WaitingView[] {
  return state.claims.flatMap((entry) => {
    const decision = decisionOf(state, entry, at);
    if (decision.kind !== 'waiting' || !isBefore(at, entry.asked.window.to)) return [];
    const { kind: _waiting, ...how } = decision;
    return [{ ...nameOf(entry), asked: entry.asked.window, ...how }];
  });
}

function nameOf({ stayId, part }: { readonly stayId: string; readonly part: number }): {
  readonly stayId: string;
  readonly part?: number;
} {
  return part === 0 ? { stayId } : { stayId, part };
}

function keysView({ keys }: RoomState, at: Instant): RoomKeysView {
  const standings = keys.map((key) => ({ key, standing: standingOf(key, keys, at) }));
  const those = (kind: Standing['kind']): readonly RoomKeyView[] =>
    standings.filter(({ standing }) => standing.kind === kind).map(({ key, standing }) => keyView(key, standing));
  return { certain: those('certain'), possible: those('possible'), none: those('none') };
}

interface Standing {
  readonly kind: keyof RoomKeysView;
  readonly why?: string;
  readonly endsAtFirstUseOf?: string;
}

function standingOf(key: RoomKey, keys: readonly RoomKey[], at: Instant): Standing {
  if (!isBefore(at, opensUntil(key))) return { kind: 'none' };
  const successor = successorOf(key, keys, at);
  const ends = defined({ endsAtFirstUseOf: successor });
  switch (key.state) {
    case 'live':
      if (successor === undefined) return { kind: 'certain' };
      return { kind: 'possible', why: 'a newer key may have been used at the door', ...ends };
    case 'revoking':
      return { kind: 'possible', why: 'its revoke is not confirmed yet', ...ends };
    case 'dead':
      return { kind: 'possible', why: 'a phone that has not synced since its end may still hold it', ...ends };
    default:
      return key.state satisfies never;
  }
}

function keyView(key: RoomKey, { kind, ...standing }: Standing): RoomKeyView {
  const { chain: _chain, issuedAt: _issuedAt, residualUntil: _asReported, ...known } = key;
  const residual = residualWindow(key);
  return {
    ...known,
    ...defined({
      residualUntil: kind === 'possible' ? opensUntil(key) : undefined,
      residualMinutes: residual === undefined ? undefined : minutesOf(residual),
    }),
    ...standing,
  };
}
