/**
 * A worker killed in the middle of a party's keys: the time from SIGKILL, when Seam has just made the first key, until Seam makes the next
 * one, and until every guest has a confirmed key. Another worker starts at once. The same party undisturbed stands beside it.
 */
import { DEFAULT_KEY_TIMING } from '../../src/seam/context.js';
import { openRealWorld, type RealWorld } from '../../test/harness/real-world.js';
import { waitUntil } from '../../test/harness/wait-until.js';
import { everyoneHasKeys, partyOf } from '../parties.js';
import type { Section } from '../report/section.js';
import { format, inSeconds, spreadOf, type Spread } from '../report/spread.js';

const PROVIDER_MS = 300;
const CALL_MS = 150;
const GUESTS = 8;
const MOST_SECONDS = 5;
const ROUNDS = { full: 7, quick: 3 };
/** Also how late a look may be. */
const LOOK = { timeout: 120_000, interval: 5 };

/** Times in milliseconds since Seam made the first key. */
interface Times {
  readonly nextKey: number;
  readonly allKeys: number;
}

/** Measures parties with and without a kill in turns, and returns the section of the report. */
export async function measureRecovery({ quick }: { readonly quick: boolean }): Promise<Section> {
  const world = await openRealWorld({
    providerLatencyMs: PROVIDER_MS,
    seamTimeoutMs: 10_000,
    lateCommitMs: DEFAULT_KEY_TIMING.lateCommitMs,
  });
  const undisturbed: Times[] = [];
  const killed: Times[] = [];
  try {
    await world.disturb({ kind: 'latency', ms: CALL_MS });
    // The worker is warm before the first round.
    await party(world, () => Promise.resolve());
    for (let round = 0; round < (quick ? ROUNDS.quick : ROUNDS.full); round++) {
      undisturbed.push(await party(world, () => Promise.resolve()));
      killed.push(await party(world, () => world.killWorker()));
      process.stderr.write(`recovery: next key after ${((killed.at(-1)?.nextKey ?? 0) / 1_000).toFixed(1)} s\n`);
    }
  } finally {
    await world.stop();
  }
  const row = (what: string, times: readonly Times[]): string =>
    `| ${what} | ${format(secondsOf(times, 'nextKey'))} | ${format(secondsOf(times, 'allKeys'))} |`;
  return {
    name: 'recovery',
    title: 'After a killed worker',
    text: `A party of ${GUESTS} checks in. The worker is killed with SIGKILL when Seam has made the first key, before any guest could join it, and
another starts at once. The times begin with that. A call takes ${CALL_MS} ms, the provider ${PROVIDER_MS} ms.

| | next key made at Seam, s | every key confirmed, s |
| --- | --- | --- |
${row('undisturbed', undisturbed)}
${row('worker killed', killed)}`,
    goals: [
      {
        what: 'seconds from the kill to the next key',
        kind: 'at-most',
        bound: MOST_SECONDS,
        reached: secondsOf(killed, 'nextKey'),
      },
    ],
  };
}

function secondsOf(times: readonly Times[], which: keyof Times): Spread {
  return inSeconds(spreadOf(times.map((one) => one[which])));
}

let parties = 0;

async function party(world: RealWorld, disturb: () => Promise<void>): Promise<Times> {
  const made = (): number => world.simulator.hotel.journal().filter(({ what }) => what === 'credential-created').length;
  const before = made();
  const stay = await world.book(`recovery-${parties++}`, {
    guests: partyOf(GUESTS),
  });
  await waitUntil(() => made() > before, { ...LOOK, interval: 1 });
  const startedAt = performance.now();
  const since = (): number => performance.now() - startedAt;
  const [, nextKey, allKeys] = await Promise.all([
    disturb(),
    waitUntil(() => made() > before + 1, LOOK).then(since),
    stay.until(everyoneHasKeys).then(since),
  ]);
  return { nextKey, allKeys };
}
