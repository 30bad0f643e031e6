/**
 * Matches the guests of a list with those that a stay knows, for booking systems that have no ids for persons. A guest
 * keeps their id while it is clear that they are the same person. No id ever passes to another person. Pure.
 */
import { cutTo } from '../../model/cut.js';
import { LONGEST_ID } from '../../model/ids.js';
import type { Guest } from '../../model/snapshot-schema.js';
import {
  agreement,
  entryOf,
  isEmpty,
  isIdentical,
  judgeSameness,
  sharedIn,
  type Entry,
  type SharedValues,
} from './same-person.js';

/** Guest that a stay knows. */
export interface KnownGuest {
  /** Entry in the booking system's last list, or the guest of a signal. */
  readonly guest: Guest;
  /** Place in the last list; undefined for a guest who was not in it. */
  readonly place?: number | undefined;
  /** `gone`: they have left the party. */
  readonly standing: 'present' | 'gone';
}

export interface MatchingRules {
  /** Decides whether the guest at the place of one who is missing is the same person, where that is in doubt. */
  readonly inDoubt: 'ask' | 'same-place';
}

export interface Matched {
  /** The list, each guest under the id of the person. */
  readonly guests: readonly Guest[];
  /** For a present guest who is missing, by id: the ids of the new guests who may be the same person. */
  readonly doubts: Readonly<Record<string, readonly string[]>>;
}

interface Known {
  readonly guestId: string;
  readonly entry: Entry;
  readonly isPresent: boolean;
}

/** Pair of indexes: a known guest and a listed one. */
type Pairs = Map<number, number>;

/**
 * Returns the list with the ids of persons, and what is in doubt. The ids in the list are proposals for persons whom the
 * stay does not know; one that another person has had is changed.
 */
export function matchGuests(known: readonly KnownGuest[], listed: readonly Guest[], rules: MatchingRules): Matched {
  const before = known.map(({ guest, place, standing }): Known => ({
    guestId: guest.guestId,
    entry: entryOf(guest, place),
    isPresent: standing === 'present',
  }));
  const after = listed.map((guest, place) => entryOf(guest, place));
  const pairs: Pairs = new Map();
  pairIdentical(before, after, pairs);
  const shared = sharedIn([before.filter(({ isPresent }) => isPresent).map(({ entry }) => entry), after]);
  for (const isPresent of [true, false]) pairClear(before, after, { pairs, shared, isPresent });
  if (rules.inDoubt === 'same-place') pairPlaces(before, after, { pairs, shared });
  const guests = withIds(before, listed, pairs);
  return { guests, doubts: doubtsOf(before, after, { pairs, shared, guests }) };
}

/** Pairs entries that are identical: those at the same place first, then in order. */
function pairIdentical(before: readonly Known[], after: readonly Entry[], pairs: Pairs): void {
  const rounds: ((known: Known, listed: Entry) => boolean)[] = [
    ({ entry, isPresent }, listed) => isPresent && entry.place === listed.place,
    ({ isPresent }) => isPresent,
    // Nothing shows whether a guest without name and address has returned.
    ({ entry }) => !isEmpty(entry),
  ];
  for (const isInRound of rounds) {
    after.forEach((listed, at) => {
      if (isPaired(pairs, at)) return;
      const found = before.findIndex(
        (one, index) => !pairs.has(index) && isInRound(one, listed) && isIdentical(one.entry, listed),
      );
      if (found >= 0) pairs.set(found, at);
    });
  }
}

function isPaired(pairs: Pairs, at: number): boolean {
  return [...pairs.values()].includes(at);
}

interface Edge {
  readonly known: number;
  readonly listed: number;
  readonly score: number;
}

/** Pairs entries that are clearly the same person. Where two pairs are equally likely, neither is clear. */
function pairClear(
  before: readonly Known[],
  after: readonly Entry[],
  { pairs, shared, isPresent }: { pairs: Pairs; shared: SharedValues; isPresent: boolean },
): void {
  const edges = openEdges(before, after, pairs).filter(
    ({ known, listed }) =>
      before[known]?.isPresent === isPresent && samenessAt(before, after, { known, listed }, shared) === 'same',
  );
  const unclear = new Set<string>();
  const isFree = ({ known, listed }: Edge): boolean =>
    !pairs.has(known) && !isPaired(pairs, listed) && !unclear.has(`known ${known}`) && !unclear.has(`listed ${listed}`);
  for (const score of new Set(edges.map((edge) => edge.score).sort((a, b) => b - a))) {
    const level = edges.filter((edge) => edge.score === score && isFree(edge));
    for (const edge of level) {
      const rivals = level.filter(({ known, listed }) => (known === edge.known) !== (listed === edge.listed));
      if (rivals.length === 0) pairs.set(edge.known, edge.listed);
      else unclear.add(`known ${edge.known}`).add(`listed ${edge.listed}`);
    }
  }
}

function openEdges(before: readonly Known[], after: readonly Entry[], pairs: Pairs): readonly Edge[] {
  const taken = new Set(pairs.values());
  return before.flatMap(({ entry }, known) =>
    pairs.has(known)
      ? []
      : after.flatMap((other, listed) =>
          taken.has(listed) ? [] : [{ known, listed, score: agreement(entry, other) }],
        ),
  );
}

function samenessAt(
  before: readonly Known[],
  after: readonly Entry[],
  { known, listed }: Pick<Edge, 'known' | 'listed'>,
  shared: SharedValues,
): ReturnType<typeof judgeSameness> {
  const [own, other] = [before[known]?.entry, after[listed]];
  return own === undefined || other === undefined ? 'different' : judgeSameness(own, other, shared);
}

function pairPlaces(
  before: readonly Known[],
  after: readonly Entry[],
  { pairs, shared }: { pairs: Pairs; shared: SharedValues },
): void {
  for (const { known, listed } of openEdges(before, after, pairs)) {
    const isThere = before[known]?.isPresent === true && before[known].entry.place === after[listed]?.place;
    if (isThere && samenessAt(before, after, { known, listed }, shared) !== 'different') pairs.set(known, listed);
  }
}

/** Returns the list under the ids of persons. A proposed id that somebody has had gets a number. */
function withIds(before: readonly Known[], listed: readonly Guest[], pairs: Pairs): readonly Guest[] {
  const knownOf = new Map([...pairs].map(([known, at]) => [at, before[known]?.guestId] as const));
  const taken = new Set(before.map(({ guestId }) => guestId));
  return listed.map((guest, at) => {
    const guestId = knownOf.get(at) ?? freeId(guest.guestId, taken);
    taken.add(guestId);
    return { ...guest, guestId };
  });
}

/** Leaves room for a number within the longest id. */
const LONGEST_PROPOSAL = LONGEST_ID - 10;

function freeId(proposed: string, taken: ReadonlySet<string>): string {
  let id = proposed;
  for (let number = 2; taken.has(id); number += 1) {
    id = `${cutTo(proposed, LONGEST_PROPOSAL)}-${number}`;
  }
  return id;
}

function doubtsOf(
  before: readonly Known[],
  after: readonly Entry[],
  { pairs, shared, guests }: { pairs: Pairs; shared: SharedValues; guests: readonly Guest[] },
): Matched['doubts'] {
  const doubts: Record<string, string[]> = {};
  for (const { known, listed } of openEdges(before, after, pairs)) {
    const [one, other] = [before[known], guests[listed]];
    if (one === undefined || other === undefined) continue;
    if (samenessAt(before, after, { known, listed }, shared) === 'different') continue;
    doubts[one.guestId] = [...(doubts[one.guestId] ?? []), other.guestId];
  }
  return doubts;
}
