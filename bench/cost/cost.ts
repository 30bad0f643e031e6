/**
 * Cost of a whole stay: a booking, its keys, another guest, an extension, a move and the check-out. Beside it, floor workflows do what the
 * histories of a stay and its rooms say, and decide nothing. Each side has a Temporal server, a simulated Seam and a worker of its own, and
 * both take turns.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { EChartsOption } from 'echarts';
import { instantAt } from '../../src/domain/model/instants.js';
import { roomWorkflowId } from '../../src/domain/model/ids.js';
import type { Child } from '../../src/dev/child-process.js';
import type { BookedStay } from '../../test/harness/booked-stay.js';
import { countHistory, type HistoryCount } from '../../test/harness/history-count.js';
import { fromTomorrow, partyOf } from '../parties.js';
import { bars } from '../report/bars.js';
import type { Goal, Section } from '../report/section.js';
import { format, spreadOf, type Spread } from '../report/spread.js';
import { shareOf, takeTurns } from '../report/turns.js';
import {
  enrolParty,
  livesOf,
  openSides,
  recorded,
  startFloor,
  type Lives,
  type Recorded,
  type Sides,
} from './sides.js';

const DAY_MS = 86_400_000;
/** Rooms of a stay: the one that is booked, and the one that its guests move to. */
const ROOMS = 2;
/** Messages after the booking. */
const MESSAGES = 5;
/** Ticks of a second in `/proc`, on every Linux machine of today. */
const TICK_MS = 10;
const LOOK_EVERY_MS = 250;
/** Time without a new event after which workflows have nothing to do. */
const QUIET_MS = 1_500;
/** Most CPU that a stay may take, as a multiple of the floor's. */
const MOST_CPU = 1.25;

interface Setting {
  readonly parties: readonly number[];
  /** Stays at a time. */
  readonly stays: number;
  readonly rounds: number;
}

const FULL: Setting = { parties: [1, 2, 4, 8], stays: 20, rounds: 5 };
const QUICK: Setting = { parties: [2], stays: 10, rounds: 3 };

interface Measured {
  readonly guests: number;
  readonly cpu: { readonly stay: Spread; readonly floor: Spread; readonly share: Spread };
  readonly count: { readonly stay: HistoryCount; readonly floor: HistoryCount };
}

/** Measures parties of every size, and returns the section of the report. */
export async function measureCost({ quick }: { readonly quick: boolean }): Promise<Section> {
  const { parties, stays, rounds } = quick ? QUICK : FULL;
  const sides = await openSides(ROOMS * (1 + stays * (rounds + 1)) * parties.length);
  const all: Measured[] = [];
  try {
    for (const guests of parties) all.push(await measure(sides, { guests, stays, rounds }));
  } finally {
    await sides.stop();
  }
  return {
    name: 'cost',
    title: 'Cost of a stay',
    text: describe(all, stays),
    goals: goalsOf(all),
    chart: chartOf(all),
  };
}

interface Round {
  readonly guests: number;
  readonly stays: number;
}

async function measure(
  sides: Sides,
  { guests, stays, rounds }: Round & { readonly rounds: number },
): Promise<Measured> {
  const lives = livesOf(await roundOfStays(sides, { guests, stays: 1 }));
  // Both sides are warm before the first round.
  await roundOfStays(sides, { guests, stays });
  await roundOfFloor(sides, lives, stays);
  const { ours, beside } = await takeTurns(rounds, {
    ours: () => roundOfStays(sides, { guests, stays }),
    beside: () => roundOfFloor(sides, lives, stays),
  });
  const cpu = { ours: ours.map(({ cpuMs }) => cpuMs), beside: beside.map(({ cpuMs }) => cpuMs) };
  const share = shareOf(cpu);
  process.stderr.write(`party of ${guests}: ${format(share)} of the floor's CPU\n`);
  const [stay, floor] = [ours.at(-1)?.counts, beside.at(-1)?.counts];
  if (stay === undefined || floor === undefined) throw new Error('No round was measured');
  return {
    guests,
    cpu: { stay: spreadOf(cpu.ours), floor: spreadOf(cpu.beside), share },
    count: { stay, floor },
  };
}

/** Result of one round. CPU time of the worker and counts are for one stay, with its rooms. */
interface Ran {
  readonly cpuMs: number;
  readonly counts: HistoryCount;
}

let booked = 0;

async function roundOfStays({ stays: world }: Sides, { guests, stays: count }: Round): Promise<Ran & Recorded> {
  const { propertyId } = world.simulator.property;
  const callsBefore = world.calls();
  const cpu = watchCpu(world.stack.worker());
  const party = partyOf(guests);
  const rooms: string[][] = [];
  const stays: BookedStay[] = [];
  const workflows = (): string[] =>
    stays.flatMap(({ workflowId }, index) => [
      workflowId,
      ...(rooms[index] ?? []).map((room) => roomWorkflowId({ propertyId, room })),
    ]);
  const step = async (act: (stay: BookedStay, rooms: readonly string[]) => Promise<unknown>): Promise<void> => {
    await Promise.all(stays.map((stay, index) => act(stay, rooms[index] ?? [])));
    await untilQuiet(world.temporal, workflows());
  };

  await Promise.all(
    Array.from({ length: count }, async () => {
      const reservationId = `cost-${booked++}`;
      enrolParty(world, reservationId, [...party.map((guest) => guest.guestId), 'late']);
      const given = world.freeRooms(ROOMS);
      const changes = { ...fromTomorrow(), guests: party, rooms: given.slice(0, 1) };
      const index = rooms.push(given) - 1;
      stays[index] = await world.book(reservationId, changes, { phones: 'by-hand' });
    }),
  );
  await untilQuiet(world.temporal, workflows());
  await step((stay) => stay.signal('checkIn', {}));
  await step((stay) => stay.signal('addGuests', { guests: [{ guestId: 'late' }] }));
  await step((stay) => stay.signal('changeDates', { window: { to: instantAt(Date.now() + 4 * DAY_MS) } }));
  await step((stay, [, next = '']) => stay.signal('changeRooms', { rooms: [next] }));
  await step((stay) => stay.signal('checkOut', {}));

  const cpuMs = cpu() / count;
  const calls = Math.round((world.calls() - callsBefore) / count);
  const one = await recorded(world, workflows().slice(0, 1 + ROOMS), calls);
  return { cpuMs, counts: sumOf(one.histories.map(countHistory)), ...one };
}

async function roundOfFloor({ floor: world, floorWorker }: Sides, lives: Lives, count: number): Promise<Ran> {
  const cpu = watchCpu(floorWorker);
  const all = await Promise.all(Array.from({ length: count }, () => startFloor(world, `floor-${booked++}`, lives)));
  await untilQuiet(world.temporal, all.flat());
  for (let message = 0; message < MESSAGES; message++) {
    await Promise.all(all.map(([id = '']) => world.temporal.workflow.getHandle(id).signal('floorSignal', 'x')));
    await untilQuiet(world.temporal, all.flat());
  }
  const cpuMs = cpu() / count;
  const { histories } = await recorded(world, all[0] ?? [], 0);
  return { cpuMs, counts: sumOf(histories.map(countHistory)) };
}

/** Waits until none of these workflows has had a new event for a while. It asks the server only, not the worker. */
async function untilQuiet({ workflow }: Client, workflowIds: readonly string[]): Promise<void> {
  let seen = '';
  for (let quietMs = 0; quietMs < QUIET_MS; quietMs += LOOK_EVERY_MS) {
    await delay(LOOK_EVERY_MS);
    const lengths = await Promise.all(
      workflowIds.map(async (id) => {
        try {
          return (await workflow.getHandle(id).describe()).historyLength;
        } catch (error) {
          // A room that has not been asked for yet.
          if (error instanceof WorkflowNotFoundError) return 0;
          throw error;
        }
      }),
    );
    const now = lengths.join();
    if (now !== seen) quietMs = 0;
    seen = now;
  }
}

/** Returns the CPU time in milliseconds that the process has used since. */
function watchCpu({ pid }: Child): () => number {
  const used = (): number => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  };
  const before = used();
  return () => used() - before;
}

function sumOf(counts: readonly HistoryCount[]): HistoryCount {
  return counts.reduce((sum, one) => ({
    ...sum,
    events: sum.events + one.events,
    ownEvents: sum.ownEvents + one.ownEvents,
    bytes: sum.bytes + one.bytes,
    actions: sum.actions + one.actions,
  }));
}

function describe(all: readonly Measured[], stays: number): string {
  const rows = all.map(
    ({ guests, cpu, count: { stay, floor } }) =>
      `| ${guests} | ${format(cpu.stay, 0)} | ${format(cpu.floor, 0)} | ${format(cpu.share)} | ${stay.ownEvents} / ${floor.ownEvents} ` +
      `| ${stay.events} / ${floor.events} | ${kb(stay)} / ${kb(floor)} | ${stay.actions} / ${floor.actions} |`,
  );
  return `A whole stay: booked a day ahead, checked in, another guest, an extension, a move, checked out. ${stays} stays at a time.
The floor has the same activities, messages, timers and search attributes of the same sizes, in the same order, and the
same number of calls to Seam; it decides nothing. Counted are the stay and its two rooms.

| guests | CPU of the worker, ms | floor, ms | share | own events: stay / floor | all events | KB | actions |
| --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}`;
}

const kb = ({ bytes }: HistoryCount): string => (bytes / 1_000).toFixed(0);

function goalsOf(all: readonly Measured[]): Goal[] {
  return all.flatMap(({ guests, cpu, count: { stay, floor } }): Goal[] => [
    { what: `CPU of a stay of ${guests}, share of the floor`, kind: 'at-most', bound: MOST_CPU, reached: cpu.share },
    {
      what: `events of a stay of ${guests}, share of the floor`,
      kind: 'at-most',
      bound: 1,
      reached: spreadOf([stay.ownEvents / floor.ownEvents]),
    },
  ]);
}

function chartOf(all: readonly Measured[]): EChartsOption {
  return {
    title: { text: 'CPU of the worker for a whole stay', left: 'center' },
    legend: { bottom: 0 },
    xAxis: { type: 'category', name: 'guests', data: all.map(({ guests }) => String(guests)) },
    yAxis: { type: 'value', name: 'ms' },
    series: [
      bars(
        'Stayline',
        all.map(({ cpu }) => Math.round(cpu.stay.median)),
      ),
      bars(
        'floor',
        all.map(({ cpu }) => Math.round(cpu.floor.median)),
      ),
    ],
  };
}
