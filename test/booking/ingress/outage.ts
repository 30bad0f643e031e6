/** One outage of a booking system, from its begin to the sweep that repairs what was missed. */
import { ScheduleOverlapPolicy, type WorkflowHandle } from '@temporalio/client';
import PQueue from 'p-queue';
import { ensureSchedules, sweepScheduleId } from '../../../src/booking/ingress/sweeps.js';
import type { SweepSummary } from '../../../workflows/booking-messages.js';
import { PROPERTY_ID } from '../../support/stay-world.js';
import { waitUntil } from '../../support/wait-until.js';
import { openIngressWorld, type IngressWorld } from './ingress-world.js';

export interface OutageReport {
  /** Stays that do not know, in the end, what the booking system says. */
  readonly stale: number;
  /** Reservations that the sweep after the outage was told of. */
  readonly listed: number;
  /** Stays that it found to know less. */
  readonly repaired: number;
  /** What each of them came to. */
  readonly counts: SweepSummary['counts'];
  /** From the end of the outage to the end of the sweep, in milliseconds. */
  readonly ms: number;
  /** What the booking system was asked meanwhile. */
  readonly calls: { readonly reservations: number; readonly pages: number };
  /** The sweep before, which brought all stays in. */
  readonly first: { readonly repaired: number; readonly ms: number };
  readonly after: { readonly repaired: number; readonly looksBackTo: string };
  /** The sweep after looks back to when the one before began, and by a minute's overlap beyond. */
  readonly expectedLookBack: string;
}

const PATIENCE_MS = 10 * 60_000;
const OVERLAP_MS = 60_000;

export async function outage({ reservations }: { readonly reservations: number }): Promise<OutageReport> {
  const world = await openIngressWorld();
  try {
    return await live(world, reservations);
  } finally {
    await world.stop();
  }
}

async function live(world: IngressWorld, count: number): Promise<OutageReport> {
  const ids = Array.from({ length: count }, (_, index) => `R-${index}`);
  const roomOf = (index: number): string => String(101 + (index % 100));
  const nextRoomOf = (index: number): string => String(201 + (index % 100));
  const stayOf = (index: number): Partial<Parameters<IngressWorld['save']>[1]> => {
    // A room of its own for each, before and after.
    const from = Date.now() + (30 + 4 * Math.floor(index / 100)) * 86_400_000;
    return { window: { from: new Date(from).toISOString(), to: new Date(from + 3 * 86_400_000).toISOString() } };
  };
  ids.forEach((id, index) => world.save(id, { ...stayOf(index), rooms: [roomOf(index)] }));
  const begun = Date.now();
  await ensureSchedules(world.hotel.temporal, world.connections);
  // Once more, as every worker does.
  await ensureSchedules(world.hotel.temporal, world.connections);
  const first = await sweepNumber(world, 1);
  const firstMs = Date.now() - begun;

  world.house.trouble.begin({ status: 503 });
  ids.forEach((id, index) => world.save(id, { ...stayOf(index), rooms: [nextRoomOf(index)] }));
  const refused = world.house.trouble.counts().refused;
  await trigger(world);
  await waitUntil(() => world.house.trouble.counts().refused > refused + 1, { timeout: 60_000 });
  const before = world.house.reads();
  const ended = Date.now();
  world.house.trouble.end();
  const repairing = await sweepNumber(world, 2);
  const ms = Date.now() - ended;
  const calls = world.house.reads();

  const looking = new PQueue({ concurrency: 10 });
  const knows = await Promise.all(
    ids.map((id, index) => looking.add(async () => (await world.view(id)).rooms.join() === nextRoomOf(index))),
  );
  await trigger(world);
  const after = await sweepNumber(world, 3);
  return {
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

export function trigger({ hotel, connections }: IngressWorld): Promise<void> {
  const [{ connectionId } = { connectionId: '' }] = connections.all;
  const schedule = hotel.temporal.schedule.getHandle(sweepScheduleId(connectionId, PROPERTY_ID));
  return schedule.trigger(ScheduleOverlapPolicy.SKIP);
}

/** What the n-th sweep of the schedule came to, when it has ended. */
export async function sweepNumber(world: IngressWorld, n: number): Promise<SweepSummary> {
  return (await endedSweep(world, n)).result() as Promise<SweepSummary>;
}

/** Waits for the n-th sweep of the schedule to end. */
export async function endedSweep({ hotel, connections }: IngressWorld, n: number): Promise<WorkflowHandle> {
  const [{ connectionId } = { connectionId: '' }] = connections.all;
  const schedule = hotel.temporal.schedule.getHandle(sweepScheduleId(connectionId, PROPERTY_ID));
  const run = await waitUntil(async () => (await schedule.describe()).info.recentActions[n - 1], {
    timeout: 60_000,
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
