/** Small stay for the kills at each call to Seam: three guests in two rooms, a move, a check-out. */
import type { KilledCall, RealWorld } from '../harness/real-world.js';
import { runStory, type Story } from './story.js';

const small: Story = {
  title: 'small',
  troubles: [],
  changes: [
    { change: 'change-rooms', pace: 'at-rest' },
    { change: 'check-out', pace: 'at-rest' },
  ],
};

/** Upper bound for the calls of the small stay; their exact number depends on how its requests overlap. */
export const MOST_CALLS = 48;

export const MODES: readonly KilledCall[] = [
  { kind: 'request-lost' },
  { kind: 'answer-lost' },
  { kind: 'commit-late', ms: 1_500 },
];

/** Runs the small stay without a kill. Returns how many calls it took. */
export async function runUndisturbed(world: RealWorld): Promise<number> {
  const { calls } = await runStory(world, { ...small, title: 'undisturbed' });
  return calls;
}

/** Runs the small stay, and kills the worker at its n-th call: the stay must come to the same end. */
export async function runKilled(world: RealWorld, atCall: number, call: KilledCall): Promise<void> {
  await runStory(world, { ...small, title: `${call.kind}-${atCall}`, troubles: [{ kind: 'kill', atCall, call }] });
}
