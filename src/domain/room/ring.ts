/** Closed rings of stays that wait for each other's rooms, and the outcome of their votes. Pure. */
import type { ExchangeOutcome, Offer, Vote } from '../model/exchange.js';

/**
 * Returns the members of the closed ring that `start` is part of, in order of stay id. Undefined if a stay on the way
 * stays where it is, if `start` waits for a ring without being part of it, or if two members want one room. `offers`
 * holds the offer of every stay that was found on the way.
 */
export function closedRing(start: string, offers: ReadonlyMap<string, Offer>): readonly Offer[] | undefined {
  const reached = reachableFrom(start, offers);
  if (reached === undefined || reached.length < 2) return undefined;
  const isRing = reached.every(
    ({ stayId }) => reachableFrom(stayId, offers)?.some((other) => other.stayId === start) === true,
  );
  if (!isRing || wantsOneRoomTwice(reached)) return undefined;
  return reached.toSorted((a, b) => (a.stayId < b.stayId ? -1 : 1));
}

/** Returns the stays that this offer waits behind, without repeats. */
export function nextOf({ wants }: Offer): readonly string[] {
  return [...new Set(wants.flatMap(({ behind }) => behind))];
}

/** Returns all offers on the way from this stay; undefined if the way leads to a stay that does not give its room. */
function reachableFrom(start: string, offers: ReadonlyMap<string, Offer>): readonly Offer[] | undefined {
  const first = offers.get(start);
  if (first === undefined) return undefined;
  const reached = new Set([first]);
  for (const offer of reached) {
    for (const { room, behind } of offer.wants) {
      for (const stayId of behind) {
        const next = offers.get(stayId);
        if (next?.gives.some((given) => given.room === room) !== true) return undefined;
        reached.add(next);
      }
    }
  }
  return [...reached];
}

function wantsOneRoomTwice(offers: readonly Offer[]): boolean {
  const isShared = (a: Offer, b: Offer): boolean => a.shareGroup !== undefined && a.shareGroup === b.shareGroup;
  return offers.some((one, index) =>
    offers
      .slice(index + 1)
      .some(
        (other) =>
          !isShared(one, other) && one.wants.some(({ room }) => other.wants.some((wanted) => wanted.room === room)),
      ),
  );
}

/**
 * Returns the outcome that the votes lead to. Every coordinator of an exchange comes to the same one, because no vote
 * ever changes.
 */
export function outcomeOf(votes: readonly Vote[]): ExchangeOutcome {
  const settled = votes.flatMap((vote) => (vote.kind === 'settled' ? [vote.outcome] : []));
  if (settled.includes('committed')) return 'committed';
  return settled.length > 0 ? 'aborted' : 'committed';
}
