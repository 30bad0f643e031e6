/**
 * The worker is killed at every single call to Seam of a small stay (three guests in two rooms, a move, a check-out): before Seam has got
 * the call, after it has carried it out, and while it is still to. Each time the stay comes to the same end.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRealWorld, type KilledCall, type RealWorld } from '../support/real-world.js';
import { tell, type Story } from './story.js';

const small: Story = {
  title: 'small',
  troubles: [],
  changes: [
    { change: 'change-rooms', pace: 'at-rest' },
    { change: 'check-out', pace: 'at-rest' },
  ],
};

/** More than the small stay makes; what is beyond is skipped. */
const MOST_CALLS = 120;
const everyCall = Array.from({ length: MOST_CALLS }, (_, index) => index + 1);

const MODES: readonly KilledCall[] = [
  { kind: 'request-lost' },
  { kind: 'answer-lost' },
  { kind: 'commit-late', ms: 1_500 },
];

describe.each(MODES)('killed, and the call: $kind', (call) => {
  let world: RealWorld;
  let calls: number;
  beforeAll(async () => {
    world = await openRealWorld();
    calls = await tell(world, { ...small, title: `undisturbed-${call.kind}` });
    expect(calls).toBeLessThan(MOST_CALLS);
  }, 120_000);
  afterAll(async () => world.stop());

  test.for(everyCall)('at call %i', { timeout: 240_000 }, async (atCall, { skip }) => {
    skip(atCall > calls, 'beyond the last call');
    await tell(world, { ...small, title: `${call.kind}-${atCall}`, troubles: [{ kind: 'kill', atCall, call }] });
  });
});
