/**
 * The worker is killed at every single call to Seam of a small stay (three guests in two rooms, a move, a check-out): before Seam has got
 * the call, and after it has carried it out. Each time the stay comes to the same end.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRealWorld, type KilledCall, type RealWorld } from '../support/real-world.js';
import { tell, type Story } from './story.js';

let world: RealWorld;
beforeAll(async () => {
  world = await openRealWorld();
});
afterAll(async () => world.stop());

const small: Story = {
  title: 'small',
  troubles: [],
  changes: [
    { change: 'change-rooms', pace: 'at-rest' },
    { change: 'check-out', pace: 'at-rest' },
  ],
};

const MODES: readonly KilledCall[] = [
  { kind: 'request-lost' },
  { kind: 'answer-lost' },
  { kind: 'commit-late', ms: 1_500 },
];

test.each(MODES)('killed at every call: $kind', { timeout: 3_600_000 }, async (call) => {
  const calls = await tell(world, { ...small, title: `undisturbed-${call.kind}` });
  expect(calls).toBeGreaterThan(30);
  for (let atCall = 1; atCall <= calls; atCall++) {
    const title = `${call.kind}-at-${atCall}`;
    await tell(world, { ...small, title, troubles: [{ kind: 'kill', atCall, call }] });
  }
});
