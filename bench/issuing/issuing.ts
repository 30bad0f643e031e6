/**
 * Time from a change until every guest of a party has a confirmed key: a stay beside Seam's guide as a script, and beside the least time that
 * Seam allows. Both sides use the same simulated Seam, in turns. Guests, doors and phones are known before.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { EChartsOption } from 'echarts';
import { medianOf } from '../../test/harness/median.js';
import { officialClient, type OfficialClient } from '../../test/harness/official-client.js';
import { openRealWorld, type RealWorld } from '../../test/harness/real-world.js';
import { everyoneHasKeys, fromTomorrow, partyOf } from '../parties.js';
import { bars } from '../report/bars.js';
import type { Goal, Section } from '../report/section.js';
import { format, inSeconds, spreadOf, type Spread } from '../report/spread.js';
import { shareOf, takeTurns } from '../report/turns.js';
import { followGuide, type GuideTimes } from './guide-script.js';
import { leastMs } from './limit.js';

const PROVIDER_MS = 300;
/** Interval of the looks at the stay, which is also how late a look may be. */
const LOOK_EVERY_MS = 10;
/** Time after which a worker has forgotten what it read of the access system: a stay is prepared long before its check-in. */
const FORGOTTEN_MS = 5_500;

interface Setting {
  readonly callMs: readonly number[];
  readonly parties: readonly number[];
  readonly rounds: number;
}

const FULL: Setting = { callMs: [400, 150, 0], parties: [1, 2, 4, 8, 16], rounds: 5 };
const QUICK: Setting = { callMs: [400], parties: [1, 2, 8], rounds: 3 };

/** Most that a stay may take, as a share of the guide's confirmed keys, with calls of 400 ms. */
const GOALS_BESIDE_GUIDE: Readonly<Record<number, number>> = { 1: 1, 2: 0.8, 8: 0.2 };
/** The same as a multiple of the least time, by the time of a call. */
const GOALS_BESIDE_LIMIT: Readonly<Record<number, number>> = { 400: 1.15, 150: 1.3 };

interface Measured {
  readonly callMs: number;
  readonly guests: number;
  readonly guide: Spread;
  readonly created: Spread;
  readonly stay: Spread;
  /** Time of the stay as a share of the guide's, for each round. */
  readonly besideGuide: Spread;
  readonly besideLimit: Spread;
  readonly calls: { readonly guide: number; readonly stay: number };
}

/** Measures every party at every time of a call, and returns the section of the report. */
export async function measureIssuing({ quick }: { readonly quick: boolean }): Promise<Section> {
  const { callMs: latencies, parties, rounds } = quick ? QUICK : FULL;
  // One for each side of each round, and of the first one.
  const rooms = 2 * (latencies.length * parties.length * rounds + 1);
  const world = await openRealWorld({ rooms, providerLatencyMs: PROVIDER_MS, seamTimeoutMs: 10_000 });
  const seam = await officialClient('seam-http-2', { apiKey: world.simulator.apiKey, endpoint: world.simulator.url });
  const all: Measured[] = [];
  try {
    // Both sides are warm before the first round.
    await roundOfStay(world, { guests: 2, callMs: 0 });
    await roundOfGuide(world, seam, { guests: 2, callMs: 0 });
    for (const callMs of latencies) {
      for (const guests of parties) all.push(await measure(world, seam, { callMs, guests, rounds }));
    }
  } finally {
    await world.stop();
  }
  return {
    name: 'issuing',
    title: 'From a change to keys',
    text: describe(all),
    goals: goalsOf(all),
    chart: chartOf(all),
  };
}

async function measure(
  world: RealWorld,
  seam: OfficialClient,
  { callMs, guests, rounds }: { readonly callMs: number; readonly guests: number; readonly rounds: number },
): Promise<Measured> {
  const { ours: stay, beside: guide } = await takeTurns(rounds, {
    ours: () => roundOfStay(world, { guests, callMs }),
    beside: () => roundOfGuide(world, seam, { guests, callMs }),
  });
  const least = leastMs({ guests, callMs, providerMs: PROVIDER_MS });
  const times = { ours: stay.map(({ value }) => value), beside: guide.map(({ value }) => value.confirmedMs) };
  const measured = {
    callMs,
    guests,
    guide: spreadOf(times.beside),
    created: spreadOf(guide.map(({ value }) => value.createdMs)),
    stay: spreadOf(times.ours),
    besideGuide: shareOf(times),
    besideLimit: spreadOf(times.ours.map((ms) => ms / least)),
    calls: { guide: medianOf(guide.map(({ calls }) => calls)), stay: medianOf(stay.map(({ calls }) => calls)) },
  };
  process.stderr.write(
    `calls of ${callMs} ms, party of ${guests}: ${format(inSeconds(measured.stay))} s, the guide ${format(inSeconds(measured.guide))} s\n`,
  );
  return measured;
}

/** Result of one round, and the calls to Seam that it took. */
interface Counted<T> {
  readonly value: T;
  readonly calls: number;
}

interface Round {
  readonly guests: number;
  readonly callMs: number;
}

async function roundOfGuide(
  world: RealWorld,
  seam: OfficialClient,
  { guests, callMs }: Round,
): Promise<Counted<GuideTimes>> {
  const { hotel } = world.simulator;
  const acsUserIds = Array.from({ length: guests }, () => hotel.addGuest().acsUserId);
  const [room = ''] = world.freeRooms(1);
  return slowed(world, callMs, () => followGuide(seam, world.simulator, { acsUserIds, room }));
}

let stays = 0;

async function roundOfStay(world: RealWorld, { guests, callMs }: Round): Promise<Counted<number>> {
  const stay = await world.book(`bench-${stays++}`, {
    ...fromTomorrow(),
    guests: partyOf(guests),
  });
  await stay.until(({ settled }) => settled);
  await delay(FORGOTTEN_MS);
  const round = await slowed(world, callMs, async () => {
    const startedAt = performance.now();
    await stay.signal('checkIn', {});
    while (!everyoneHasKeys(await stay.view())) await delay(LOOK_EVERY_MS);
    return performance.now() - startedAt;
  });
  // Nothing of this stay runs beside the next round.
  await stay.settled();
  return round;
}

/** Runs `work` while each call to Seam takes so long, and counts the calls. */
async function slowed<T>(world: RealWorld, callMs: number, work: () => Promise<T>): Promise<Counted<T>> {
  await world.disturb({ kind: 'latency', ms: callMs });
  const before = world.calls();
  try {
    const value = await work();
    return { value, calls: world.calls() - before };
  } finally {
    await world.undisturb();
  }
}

function describe(all: readonly Measured[]): string {
  const rows = all.map(
    ({ callMs, guests, guide, created, stay, besideGuide, besideLimit, calls }) =>
      `| ${[
        `${callMs} ms`,
        guests,
        inSeconds(created).median.toFixed(2),
        format(inSeconds(guide)),
        format(inSeconds(stay)),
        format(besideGuide),
        format(besideLimit),
        `${calls.guide} / ${calls.stay}`,
      ].join(' | ')} |`,
  );
  return `A party of guests checks in. Their stay is prepared: doors, guests and phones are known. The time ends when every guest has
a key that Seam has confirmed. Beside it:

- Seam's guide as a script, with Seam's own JavaScript client, one call after the other
  ([\`guide-script.ts\`](../../bench/issuing/guide-script.ts)). Its time also ends when every key is confirmed.
- The least time that Seam allows ([\`limit.ts\`](../../bench/issuing/limit.ts)): create the first key, create the others,
  look once; and what is left of the provider's ${PROVIDER_MS} ms.

| a call | guests | guide: created, s | guide: confirmed, s | stay, s | share of guide | multiple of least | calls: guide / stay |
| --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}`;
}

function goalsOf(all: readonly Measured[]): Goal[] {
  return all.flatMap(({ callMs, guests, besideGuide, besideLimit }) => {
    const who = `${guests === 1 ? '1 guest' : `${guests} guests`}, calls of ${callMs} ms`;
    const goal = (what: string, bound: number | undefined, reached: Spread): Goal[] =>
      bound === undefined ? [] : [{ what: `${who}: ${what}`, kind: 'at-most', bound, reached }];
    return [
      ...goal('share of the guide', callMs === 400 ? GOALS_BESIDE_GUIDE[guests] : undefined, besideGuide),
      ...goal('multiple of the least', GOALS_BESIDE_LIMIT[callMs], besideLimit),
    ];
  });
}

/** Draws the times at the slowest calls. */
function chartOf(all: readonly Measured[]): EChartsOption {
  const callMs = Math.max(...all.map((one) => one.callMs));
  const shown = all.filter((one) => one.callMs === callMs);
  const seconds = (of: (one: Measured) => number): number[] => shown.map((one) => Number((of(one) / 1_000).toFixed(2)));
  return {
    title: { text: `Seconds until every guest has a confirmed key, calls of ${callMs} ms`, left: 'center' },
    legend: { bottom: 0 },
    xAxis: { type: 'category', name: 'guests', data: shown.map(({ guests }) => String(guests)) },
    yAxis: { type: 'value', name: 's' },
    series: [
      bars(
        "Seam's guide",
        seconds(({ guide }) => guide.median),
      ),
      bars(
        'Stayline',
        seconds(({ stay }) => stay.median),
      ),
      bars(
        'least',
        seconds(({ guests }) => leastMs({ guests, callMs, providerMs: PROVIDER_MS })),
      ),
    ],
  };
}
