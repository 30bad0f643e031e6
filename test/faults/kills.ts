/** The stay at each of whose calls to Seam the worker is killed: three guests in two rooms, a move, a check-out. */
import type { KilledCall, RealWorld } from '../harness/real-world.js';
import { tell, type Story } from './story.js';

const small: Story = {
  title: 'small',
  troubles: [],
  changes: [
    { change: 'change-rooms', pace: 'at-rest' },
    { change: 'check-out', pace: 'at-rest' },
  ],
};

/** At least as many calls as the small stay makes; how many exactly depends on how its requests meet. */
export const MOST_CALLS = 48;

export const MODES: readonly KilledCall[] = [
  { kind: 'request-lost' },
  { kind: 'answer-lost' },
  { kind: 'commit-late', ms: 1_500 },
];

/** Tells the small stay, with nobody killed. Returns how many calls it took. */
export function tellUndisturbed(world: RealWorld): Promise<number> {
  return tell(world, { ...small, title: 'undisturbed' });
}

/** Tells the small stay, and kills the worker at its n-th call: it must come to the same end. */
export async function tellKilled(world: RealWorld, atCall: number, call: KilledCall): Promise<void> {
  await tell(world, { ...small, title: `${call.kind}-${atCall}`, troubles: [{ kind: 'kill', atCall, call }] });
}
