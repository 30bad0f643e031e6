/**
 * Faults on Temporal as hotels run it: its server on PostgreSQL, two workers, the HTTP server, TLS between them. Each process is killed with
 * SIGKILL while stays are in motion, and each stay ends as the same story without faults.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openProcessWorld, type ProcessWorld } from '../../faults/process-world.js';
import { runStory, storyOf, type Story, type Victim } from '../../faults/story.js';
import { HAS_POSTGRES, openTemporalOnPostgres } from '../../harness/postgres/temporal.js';

const SEED = 100;
const VICTIMS: readonly Victim[] = ['postgres', 'temporal', 'worker', 'second-worker', 'server', 'simulator'];
/** Calls at which a process is killed: during the arrival, and during the moves that follow. */
const CALLS = [3, 14];

/** Three guests arrive, move, are joined by a fourth, and check out. The last changes come one right after the other. */
const QUIET: Story = {
  title: 'undisturbed',
  troubles: [],
  changes: [
    { change: 'change-rooms', pace: 'at-rest' },
    { change: 'add-guest', pace: 'in-a-hurry' },
    { change: 'check-out', pace: 'at-rest' },
  ],
};

describe.skipIf(!HAS_POSTGRES)('on PostgreSQL', () => {
  let world: ProcessWorld;
  let quietEnd: object;
  beforeAll(async () => {
    world = await openProcessWorld({ openTemporal: openTemporalOnPostgres, processes: 'two-workers-and-server' });
    quietEnd = (await runStory(world, QUIET)).end;
  }, 900_000);
  afterAll(async () => world.stop());

  test('the stay of a seed of faults ends as without faults', { timeout: 900_000 }, async () => {
    const story = storyOf(SEED);
    const undisturbed = await runStory(world, { ...story, title: `${story.title}-undisturbed`, troubles: [] });
    const disturbed = await runStory(world, story);
    expect(disturbed.end).toEqual(undisturbed.end);
  });

  test.each(VICTIMS)(
    'a stay ends as without faults after process %s was killed in the middle of it, twice',
    { timeout: 900_000 },
    async (victim) => {
      const troubles = CALLS.map((atCall, index) => ({
        kind: 'kill' as const,
        victim,
        atCall,
        call: { kind: index === 0 ? ('request-lost' as const) : ('answer-lost' as const) },
      }));
      const disturbed = await runStory(world, { ...QUIET, title: `killed-${victim}`, troubles });
      expect(disturbed.killed).toEqual(CALLS.map(() => victim));
      expect(disturbed.end).toEqual(quietEnd);
    },
  );

  test(
    'a stay ends as without faults after every process was killed in the middle of it',
    { timeout: 900_000 },
    async () => {
      const troubles = VICTIMS.map((victim, index) => ({
        kind: 'kill' as const,
        victim,
        atCall: 2 + 3 * index,
        call: { kind: 'answer-lost' as const },
      }));
      const disturbed = await runStory(world, { ...QUIET, title: 'killed-everything', troubles });
      expect(disturbed.killed).toEqual(VICTIMS);
      expect(disturbed.end).toEqual(quietEnd);
    },
  );
});
