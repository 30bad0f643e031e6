/**
 * Exchanges of rooms: stays in house that wait for each other's rooms in a closed ring, and let go of them together.
 * Shared by `stay` and the activity that carries the votes.
 */

/** Rooms that a stay leaves, and rooms that it waits for, behind stays that leave those. Lists are sorted. */
export interface Offer {
  readonly stayId: string;
  /** Number of exchanges that the stay has voted on: makes every exchange unique. */
  readonly round: number;
  readonly shareGroup?: string;
  readonly gives: readonly { readonly room: string; readonly part: number }[];
  readonly wants: readonly { readonly room: string; readonly behind: readonly string[] }[];
}

/** Closed ring of offers, in order of stay id. `id` identifies its whole content. */
export interface Exchange {
  readonly id: string;
  readonly members: readonly Offer[];
}

export type ExchangeOutcome = 'committed' | 'aborted';

/** Vote of a stay. It never changes: `yes` holds until the outcome arrives. */
export type Vote = { readonly kind: 'yes' } | { readonly kind: 'settled'; readonly outcome: ExchangeOutcome };

/** Part of a stay in exchanges, as it answers the query `exchange`. */
export interface ExchangeStanding {
  /** Present while the stay waits only behind stays that leave their rooms, and could issue its next keys at once. */
  readonly offer?: Offer;
  /** Exchange that the stay has agreed to, and whose outcome it has not received. */
  readonly promised?: Exchange;
}

/** Returns the rooms that one member hands over in an exchange, and the stays that get each. */
export function handoversOf(
  { members }: Exchange,
  stayId: string,
): readonly { readonly room: string; readonly part: number; readonly to: readonly string[] }[] {
  const own = members.find((member) => member.stayId === stayId);
  return (own?.gives ?? [])
    .map(({ room, part }) => ({
      room,
      part,
      to: members
        .filter(({ wants }) => wants.some((wanted) => wanted.room === room && wanted.behind.includes(stayId)))
        .map((taker) => taker.stayId),
    }))
    .filter(({ to }) => to.length > 0);
}
