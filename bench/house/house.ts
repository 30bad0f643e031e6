/**
 * Many stays in house on one worker: what the worker and the database weigh with each further lot of stays, and how long the first answer
 * takes after a restart of the worker. Nothing may grow faster than the number of stays.
 */
import { readFileSync, statSync } from 'node:fs';
import type { EChartsOption } from 'echarts';
import type { Child } from '../../src/dev/child-process.js';
import type { BookedStay } from '../../test/harness/booked-stay.js';
import { inTurns } from '../../test/harness/in-turns.js';
import { openRealWorld, type RealWorld } from '../../test/harness/real-world.js';
import { waitUntil } from '../../test/harness/wait-until.js';
import { everyoneHasKeys } from '../parties.js';
import type { Section } from '../report/section.js';
import { format, spreadOf, type Spread } from '../report/spread.js';

const LANES = { atOnce: 20 };
const PATIENCE = { timeout: 1_800_000, interval: 250 };
/** Stays that are asked after a restart. */
const ASKED = 20;
/** Most that the last lot may add, as a multiple of what a lot adds in the median. */
const MOST_GROWTH = 1.5;
const MB = 1_000_000;

interface Setting {
  readonly lots: number;
  /** Stays in each lot. */
  readonly stays: number;
}

const FULL: Setting = { lots: 10, stays: 1_000 };
const QUICK: Setting = { lots: 4, stays: 50 };

interface Lot {
  /** Stays in house after this lot. */
  readonly stays: number;
  readonly workerMb: number;
  readonly databaseMb: number;
  /** Stays of this lot that got their keys in a second. */
  readonly perSecond: number;
}

/** Checks lots of stays in, and returns the section of the report. */
export async function measureHouse({ quick }: { readonly quick: boolean }): Promise<Section> {
  const { lots, stays: size } = quick ? QUICK : FULL;
  const world = await openRealWorld({
    rooms: lots * size,
    seamTimeoutMs: 60_000,
    settings: { SEAM_REQUESTS_PER_SECOND: '1000' },
  });
  const all: BookedStay[] = [];
  const seen: Lot[] = [];
  const answers: { readonly stays: number; readonly ms: Spread }[] = [];
  try {
    const empty = { workerMb: memoryOf(world.stack.worker()), databaseMb: databaseOf(world) };
    for (let lot = 0; lot < lots; lot++) {
      const startedAt = performance.now();
      all.push(...(await checkIn(world, lot, size)));
      const perSecond = size / ((performance.now() - startedAt) / 1_000);
      const weight = { workerMb: memoryOf(world.stack.worker()), databaseMb: databaseOf(world) };
      seen.push({ stays: all.length, ...weight, perSecond });
      process.stderr.write(`house: ${all.length} stays, worker ${weight.workerMb.toFixed(0)} MB\n`);
      // Between the first and the last lot the worker keeps what it has in memory.
      if (lot === 0 || lot === lots - 1) answers.push({ stays: all.length, ms: await firstAnswers(world, all) });
      if (lot === 0) await inTurns(all, LANES, (stay) => stay.view());
    }
    return sectionOf(seen, answers, empty);
  } finally {
    await world.stop();
  }
}

async function checkIn(world: RealWorld, lot: number, size: number): Promise<BookedStay[]> {
  const stays: BookedStay[] = [];
  await inTurns(Array(size).keys(), LANES, async (index) => {
    const stay = await world.book(`house-${lot}-${index}`, {});
    await waitUntil(async () => {
      const view = await stay.view();
      return view.settled && everyoneHasKeys(view);
    }, PATIENCE);
    stays.push(stay);
  });
  return stays;
}

/** Restarts the worker, and returns the times in milliseconds in which it answers for stays that it has not in memory. */
async function firstAnswers(world: RealWorld, stays: readonly BookedStay[]): Promise<Spread> {
  await world.restartWorker({});
  const times: number[] = [];
  for (const stay of stays.filter((_, index) => index % Math.ceil(stays.length / ASKED) === 0)) {
    const askedAt = performance.now();
    await stay.view();
    times.push(performance.now() - askedAt);
  }
  return spreadOf(times);
}

/** Returns the resident memory of the process in MB. */
function memoryOf({ pid }: Child): number {
  const kb = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kb) * 1_024) / MB;
}

/** Returns the size of Temporal's database in MB, with what it has not merged yet. */
function databaseOf({ stack }: RealWorld): number {
  const file = stack.temporal.server?.databaseFile ?? '';
  return (
    [file, `${file}-wal`].reduce((sum, part) => sum + (statSync(part, { throwIfNoEntry: false })?.size ?? 0), 0) / MB
  );
}

type Weight = 'workerMb' | 'databaseMb';

function sectionOf(
  lots: readonly Lot[],
  answers: readonly { readonly stays: number; readonly ms: Spread }[],
  empty: Readonly<Record<Weight, number>>,
): Section {
  const added = (which: Weight): readonly number[] => {
    const weights = [empty[which], ...lots.map((lot) => lot[which])];
    return weights.slice(1).map((weight, index) => weight - (weights[index] ?? 0));
  };
  const growth = (which: Weight): Spread => {
    const each = added(which);
    return spreadOf([(each.at(-1) ?? 0) / spreadOf(each).median]);
  };
  const rows = lots.map(
    ({ stays, workerMb, databaseMb, perSecond }) =>
      `| ${stays} | ${workerMb.toFixed(0)} | ${databaseMb.toFixed(0)} | ${perSecond.toFixed(1)} |`,
  );
  const after = answers.map(({ stays, ms }) => `with ${stays} stays ${format(ms, 0)} ms`).join(', ');
  return {
    name: 'house',
    title: 'Many stays in house',
    text: `Each stay has a room and a guest with a key; each is a workflow, and each room another. One worker of the profile
\`embedded\`, which drops workflows from memory as the SDK decides. ${LANES.atOnce} stays check in at a time; these figures are for one
machine on which Temporal, the simulated Seam and the worker run together. Without stays the worker has ${empty.workerMb.toFixed(0)} MB and
the database ${empty.databaseMb.toFixed(0)} MB.

| stays in house | worker, MB | database, MB | stays a second |
| --- | --- | --- | --- |
${rows.join('\n')}

First answers after a restart of the worker, for stays that it has to replay: ${after}.`,
    goals: (['workerMb', 'databaseMb'] as const).map((which) => ({
      what: `${which === 'workerMb' ? 'memory of the worker' : 'size of the database'}: last lot, multiple of the median lot`,
      kind: 'at-most',
      bound: MOST_GROWTH,
      reached: growth(which),
    })),
    chart: chartOf(lots),
  };
}

function chartOf(lots: readonly Lot[]): EChartsOption {
  return {
    title: { text: 'Memory of the worker and size of the database', left: 'center' },
    legend: { bottom: 0 },
    xAxis: { type: 'value', name: 'stays', min: 0 },
    yAxis: { type: 'value', name: 'MB' },
    series: [
      { type: 'line', name: 'worker', data: lots.map(({ stays, workerMb }) => [stays, Math.round(workerMb)]) },
      { type: 'line', name: 'database', data: lots.map(({ stays, databaseMb }) => [stays, Math.round(databaseMb)]) },
    ],
  };
}
