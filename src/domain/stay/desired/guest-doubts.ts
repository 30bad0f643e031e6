/**
 * Guests of booking systems without ids for persons: who is who in the next list, and what happens while that is in
 * doubt. A guest who may be one of the new guests keeps their key until each of those has one, or staff decide. Pure.
 */
import type { Instant } from '../../model/instants.js';
import type { StaySnapshot } from '../../model/snapshot-schema.js';
import { isLive, keysOf, mayOpen } from '../known/keyring.js';
import { member, putMember, withDesired, withLine, type PartyMember, type StayState } from '../state.js';
import { matchGuests, type KnownGuest, type Matched } from './match-guests.js';

/** Snapshot under the ids of persons, and what is in doubt about its guests. */
export interface Identified {
  readonly snapshot: StaySnapshot;
  readonly doubts: Matched['doubts'];
}

/** Returns a snapshot under the ids of the persons whom the stay knows; unchanged where the ids are given. */
export function identifyGuests(state: StayState, snapshot: StaySnapshot): Identified {
  const { guestIds = 'given' } = snapshot;
  if (guestIds === 'given') return { snapshot, doubts: {} };
  const inDoubt = guestIds === 'by-place' ? 'same-place' : 'ask';
  const { guests, doubts } = matchGuests(knownGuests(state), snapshot.guests, { inDoubt });
  return { snapshot: { ...snapshot, guests: [...guests] }, doubts };
}

function knownGuests({ snapshot, desired }: StayState): readonly KnownGuest[] {
  const listed = snapshot?.guests ?? [];
  const others = desired.party.filter(({ guest }) => !listed.some(({ guestId }) => guestId === guest.guestId));
  return [
    ...listed.map((guest, place): KnownGuest => ({ guest, place, standing: 'present' })),
    ...others.map(({ guest, removed }): KnownGuest => ({
      guest,
      standing: removed === undefined ? 'present' : 'gone',
    })),
  ];
}

/** Returns true for a guest who is no longer listed, and may be one of the guests who are. */
export function isInDoubt({ mayBe, removed }: PartyMember): boolean {
  return mayBe !== undefined && removed === undefined;
}

/**
 * Returns the state after a list of guests was merged into `before`, with its doubts: a guest with a key stays in the
 * party, and a new guest who may be one whom staff barred or hold gets no key until staff release them.
 */
export function keepDoubtful(before: StayState, state: StayState, doubts: Matched['doubts'], now: Instant): StayState {
  const kept = state.desired.party.reduce((next, one) => keepOne(before, next, one, doubts, now), state);
  return Object.entries(doubts).reduce((next, [guestId, newIds]) => holdSuspects(before, next, guestId, newIds), kept);
}

function keepOne(
  before: StayState,
  state: StayState,
  one: PartyMember,
  doubts: Matched['doubts'],
  now: Instant,
): StayState {
  const { guestId } = one.guest;
  const earlier = member(before, guestId);
  const mayBe = doubts[guestId] ?? [];
  if (earlier === undefined || earlier.removed !== undefined) return state;
  if (isInDoubt(earlier) && isInDoubt(one))
    return putMember(state, { ...one, mayBe: nextCandidates(state, earlier, mayBe) });
  const isDropped = one.removed === 'left' && mayBe.length > 0 && keysOf(state.keyring, guestId).some(mayOpen);
  if (!isDropped) return state;
  const { removed: _removed, ...rest } = one;
  const why = 'the booking system has no ids for guests; the key goes on until it is clear';
  const what = `guest ${guestId} is no longer listed, and may be ${mayBe.join(' or ')}`;
  return withLine(putMember(state, { ...rest, mayBe }), { at: now, what, why });
}

/** Returns the candidates; if one of them has gone, the guest may be one who came instead. */
function nextCandidates(state: StayState, { mayBe = [] }: PartyMember, come: readonly string[]): readonly string[] {
  const here = mayBe.filter((id) => isHere(state, id));
  return here.length === mayBe.length ? mayBe : [...new Set([...here, ...come])];
}

function isHere(state: StayState, guestId: string): boolean {
  const one = member(state, guestId);
  return one !== undefined && one.removed === undefined;
}

function holdSuspects(before: StayState, state: StayState, guestId: string, newIds: readonly string[]): StayState {
  const known = member(before, guestId);
  if (known === undefined || !isBarred(known)) return state;
  return newIds.reduce((next, newId) => {
    const one = member(next, newId);
    if (one === undefined || member(before, newId) !== undefined) return next;
    return putMember(next, { ...one, hold: `may be guest ${guestId}`, suspectedOf: guestId });
  }, state);
}

function isBarred({ removed, blocked, hold }: PartyMember): boolean {
  return removed === 'security' || blocked !== undefined || hold !== undefined;
}

/**
 * Returns the state in which guests have left whose doubt has ended: each guest whom they may be has a key or has left,
 * or they have no key themselves.
 */
export function settleDoubts(state: StayState, now: Instant): StayState {
  return state.desired.party.filter(isInDoubt).reduce((next, one) => {
    const { guestId } = one.guest;
    const candidates = (one.mayBe ?? []).filter((id) => isHere(next, id));
    const hasKey = keysOf(next.keyring, guestId).some(mayOpen);
    if (hasKey && candidates.some((id) => !holdsKey(next, id, now))) return next;
    const why =
      candidates.length === 0 ? 'the guests who came instead have left' : 'the guests who came instead have keys';
    return withLine(putMember(next, { ...one, removed: 'left' }), { at: now, what: `guest ${guestId} left`, why });
  }, state);
}

function holdsKey({ keyring }: StayState, guestId: string, now: Instant): boolean {
  return keysOf(keyring, guestId).some((key) => isLive(key, now) && key.condemned === undefined);
}

/**
 * Joins two guests whom staff know to be one person: the first keeps id and key, and gets the name and contacts of the
 * second, who disappears. Returns the reason if that makes no sense.
 */
export function joinGuests(
  state: StayState,
  { guestId, as }: { readonly guestId: string; readonly as: string },
): StayState | string {
  const [known, other] = [member(state, guestId), member(state, as)];
  if (known === undefined || other === undefined || guestId === as) {
    return `${JSON.stringify(guestId)} and ${JSON.stringify(as)} are not two guests of this stay's party`;
  }
  const listed = state.snapshot?.guests ?? [];
  if (listed.some((guest) => guest.guestId === guestId)) return `the booking system still lists guest ${guestId}`;
  if (known.guest.personId !== other.guest.personId) return 'the booking system has different ids for the two persons';
  const { removed, mayBe: _mayBe, ...rest } = known;
  const joined: PartyMember = {
    ...rest,
    guest: { ...other.guest, guestId },
    ...(removed === 'security' ? { removed } : {}),
    knownAs: [...new Set([...(known.knownAs ?? []), ...(other.knownAs ?? []), as])],
  };
  const party = state.desired.party.filter(({ guest }) => guest.guestId !== as);
  const others = party.map((one) => (one.guest.guestId === guestId ? joined : one));
  const snapshot = state.snapshot && {
    ...state.snapshot,
    guests: listed.map((guest) => (guest.guestId === as ? { ...guest, guestId } : guest)),
  };
  return withDesired({ ...state, ...(snapshot === undefined ? {} : { snapshot }) }, { party: others });
}

/** Returns per guest the other ids under which the stay knows, or may know, the same person. */
export function otherIds(state: StayState): Readonly<Record<string, readonly string[]>> {
  const pairs = state.desired.party.flatMap(({ guest: { guestId, personId }, mayBe = [], knownAs = [] }) =>
    [...mayBe, ...knownAs]
      .filter((other) => personId === (member(state, other)?.guest.personId ?? personId))
      .flatMap((other) => [[guestId, other] as const, [other, guestId] as const]),
  );
  const ids = [...new Set(pairs.map(([guestId]) => guestId))];
  return Object.fromEntries(ids.map((guestId) => [guestId, reachable(guestId, pairs)]));
}

function reachable(guestId: string, pairs: readonly (readonly [string, string])[]): readonly string[] {
  const found = new Set([guestId]);
  for (const id of found) for (const [from, to] of pairs) if (from === id) found.add(to);
  found.delete(guestId);
  return [...found];
}
