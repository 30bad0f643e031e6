/**
 * One outage of a booking system, from its start to the sweep that repairs missed changes. A day's outage is scaled down to seconds. In
 * this time reservations change one after the other, sweeps are started and skipped, and guests in house go through their doors.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { ScheduleOverlapPolicy, type WorkflowHandle } from '@temporalio/client';
import PQueue from 'p-queue';
import { ensureSchedules, sweepScheduleId } from '../../../../src/booking/ingress/sweeps.js';
import type { SweepSummary } from '../../../../workflows/booking/messages.js';
import type { StayView } from '../../../../src/client.js';
import { bookStay, type BookedStay } from '../../../harness/booked-stay.js';
import { PROPERTY_ID } from '../../../harness/stay-world.js';
import { waitUntil } from '../../../harness/wait-until.js';
import type { HouseReservation } from './house-system.js';
import { openIngressWorld, type IngressWorld } from './ingress-world.js';

export interface Outage {
  readonly reservations: number;
  /** Number of reservations in house, with a key; these are moved to other rooms during the outage. */
  readonly inHouse: number;
  readonly lastsMs: number;
}

export interface OutageReport {
  /** Number of guests in house who still opened their rooms at the end of the outage. */
  readonly undisturbed: number;
  /** Number of guests who, after the outage, opened the new room and not the old one. */
  readonly movedAtDoors: number;
  /** Number of stays that differ, in the end, from the booking system. */
  readonly stale: number;
  /** Number of reservations that the sweep after the outage listed. */
  readonly listed: number;
  /** Number of stays that the sweep found to be out of date. */
  readonly repaired: number;
  /** Outcomes of the listed reservations. */
  readonly counts: SweepSummary['counts'];
  /** Time from the end of the outage to the end of the sweep, in milliseconds. */
  readonly ms: number;
  /** Requests to the booking system in that time. */
  readonly calls: { readonly reservations: number; readonly pages: number };
  /** The sweep before the outage, which brought all stays in. */
  readonly first: { readonly repaired: number; readonly ms: number };
  readonly after: { readonly repaired: number; readonly looksBackTo: string };
  /** Start of the previous sweep minus an overlap of one minute, from which the next sweep must look back. */
  readonly expectedLookBack: string;
}

const PATIENCE_MS = 60 * 60_000;
const OVERLAP_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export async function outage(of: Outage): Promise<OutageReport> {
  const world = await openIngressWorld();
  try {
    return await live(world, of);
  } finally {
    await world.stop();
  }
}

async function live(world: IngressWorld, { reservations: count, inHouse, lastsMs }: Outage): Promise<OutageReport> {
  const ids = Array.from({ length: count }, (_, index) => `R-${index}`);
  const roomOf = (index: number): string => String(101 + (index % 100));
  const nextRoomOf = (index: number): string => String(201 + (index % 100));
  const stayOf = (index: number): Partial<Parameters<IngressWorld['save']>[1]> => {
    // A room of its own for each, before and after.
    const days = index < inHouse ? 0 : 30 + 4 * Math.floor(index / 100);
    const from = Date.now() + days * DAY_MS - HOUR_MS;
    return {
      status: index < inHouse ? 'in-house' : 'confirmed',
      window: { from: new Date(from).toISOString(), to: new Date(from + 3 * DAY_MS).toISOString() },
    };
  };
  const save = (id: string, index: number, room: string): HouseReservation =>
    world.save(id, { ...stayOf(index), rooms: [room] });
  const reservations = ids.map((id, index) => save(id, index, roomOf(index)));
  const begun = Date.now();
  await ensureSchedules(world.hotel.temporal, world.connections);
  // Called again, as every worker does.
  await ensureSchedules(world.hotel.temporal, world.connections);
  const first = await sweepNumber(world, 1);
  const firstMs = Date.now() - begun;
  const guests = reservations
    .slice(0, inHouse)
    .map((reservation) =>
      bookStay(world.hotel, { ...reservation, revision: 0 }, { phones: 'at-once', withinMs: PATIENCE_MS }),
    );
  // In parallel: a guest's phone is enrolled when their stay is viewed.
  await Promise.all(guests.map((guest) => guest.until(({ settled, keys }) => settled && keys.some(isLive))));

  world.house.trouble.begin({ status: 503 });
  const refused = world.house.trouble.counts().refused;
  await changeOneByOne(world, ids, { lastsMs, change: (id, index) => void save(id, index, nextRoomOf(index)) });
  const undisturbed = await howMany(guests, (guest, index) => guest.whoOpens(roomOf(index), ['g1']));
  await waitUntil(() => world.house.trouble.counts().refused > refused + 1, { timeout: 120_000 });
  const before = world.house.reads();
  const ended = Date.now();
  world.house.trouble.end();
  const repairing = await sweepNumber(world, 2);
  const ms = Date.now() - ended;
  const calls = world.house.reads();
  for (const [index, guest] of guests.entries()) {
    await guest.until(
      ({ settled, keys }) => settled && keys.some((key) => isLive(key) && key.rooms.includes(nextRoomOf(index))),
    );
  }
  const movedAtDoors = await howMany(guests, async (guest, index) => {
    const next = await guest.whoOpens(nextRoomOf(index), ['g1']);
    return (await guest.whoOpens(roomOf(index), ['g1'])).length === 0 ? next : [];
  });

  const looking = new PQueue({ concurrency: 10 });
  const knows = await Promise.all(
    ids.map((id, index) => looking.add(async () => (await world.view(id)).rooms.join() === nextRoomOf(index))),
  );
  await trigger(world);
  const after = await sweepNumber(world, 3);
  return {
    undisturbed,
    movedAtDoors,
    stale: knows.filter((known) => !known).length,
    listed: repairing.listed,
    repaired: repairing.repaired,
    counts: repairing.counts,
    ms,
    calls: { reservations: calls.reservations - before.reservations, pages: calls.pages - before.pages },
    first: { repaired: first.repaired, ms: firstMs },
    after: { repaired: after.repaired, looksBackTo: after.since },
    expectedLookBack: new Date(Date.parse(repairing.begunAt) - OVERLAP_MS).toISOString(),
  };
}

function isLive({ state }: StayView['keys'][number]): boolean {
  return state === 'live';
}

async function howMany(
  guests: readonly BookedStay[],
  opens: (guest: BookedStay, index: number) => Promise<readonly string[]>,
): Promise<number> {
  let count = 0;
  for (const [index, guest] of guests.entries()) count += (await opens(guest, index)).length;
  return count;
}

/** Spreads changes over the outage, and triggers a sweep at every tenth of it. A trigger during a running sweep is skipped. */
async function changeOneByOne(
  world: IngressWorld,
  ids: readonly string[],
  { lastsMs, change }: { readonly lastsMs: number; readonly change: (id: string, index: number) => void },
): Promise<void> {
  const begun = Date.now();
  const atATime = Math.ceil(ids.length / 10);
  for (let tenth = 0; tenth < 10; tenth += 1) {
    ids.slice(tenth * atATime, (tenth + 1) * atATime).forEach((id, index) => change(id, tenth * atATime + index));
    await trigger(world);
    await delay(Math.max(0, begun + ((tenth + 1) * lastsMs) / 10 - Date.now()));
  }
}

function trigger({ hotel, connections }: IngressWorld): Promise<void> {
  const [{ connectionId } = { connectionId: '' }] = connections.all;
  const schedule = hotel.temporal.schedule.getHandle(sweepScheduleId(connectionId, PROPERTY_ID));
  return schedule.trigger(ScheduleOverlapPolicy.SKIP);
}

/** Returns the result of the n-th sweep of the schedule, once it has ended. */
export async function sweepNumber(world: IngressWorld, n: number): Promise<SweepSummary> {
  return (await endedSweep(world, n)).result() as Promise<SweepSummary>;
}

/** Waits for the n-th sweep of the schedule to end. */
export async function endedSweep({ hotel, connections }: IngressWorld, n: number): Promise<WorkflowHandle> {
  const [{ connectionId } = { connectionId: '' }] = connections.all;
  const schedule = hotel.temporal.schedule.getHandle(sweepScheduleId(connectionId, PROPERTY_ID));
  const run = await waitUntil(async () => (await schedule.describe()).info.recentActions[n - 1], {
    timeout: 120_000,
    interval: 100,
  });
  const { workflowId, firstExecutionRunId } = run.action.workflow;
  const handle = hotel.temporal.workflow.getHandle(workflowId, firstExecutionRunId);
  await waitUntil(async () => (await handle.describe()).status.name !== 'RUNNING', {
    timeout: PATIENCE_MS,
    interval: 200,
  });
  return handle;
}
