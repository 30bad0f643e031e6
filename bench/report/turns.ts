/** Two sides that are measured in turns, so that what the machine does beside them meets both. */
import { spreadOf, type Spread } from './spread.js';

/** Results of both sides, by round. */
export interface Turns<Ours, Beside> {
  readonly ours: readonly Ours[];
  readonly beside: readonly Beside[];
}

/** Runs each side once in each round; each goes first in every other round. */
export async function takeTurns<Ours, Beside>(
  rounds: number,
  side: { readonly ours: () => Promise<Ours>; readonly beside: () => Promise<Beside> },
): Promise<Turns<Ours, Beside>> {
  const ours: Ours[] = [];
  const beside: Beside[] = [];
  const sides = [async () => void beside.push(await side.beside()), async () => void ours.push(await side.ours())];
  for (let round = 0; round < rounds; round++) {
    for (const run of round % 2 === 0 ? sides : sides.toReversed()) await run();
  }
  return { ours, beside };
}

/** Returns our side as a share of the other, round by round. */
export function shareOf({ ours, beside }: Turns<number, number>): Spread {
  return spreadOf(ours.map((value, round) => value / (beside[round] ?? Number.NaN)));
}
