/**
 * A release while stays are in motion: workers of two builds on one server, each a process of its own. Some stays begin on the second build
 * while it ramps, all move to it when it becomes current, back when it is rolled back, and to it again, until the first has drained. The
 * locks judge the keys; Temporal says which build a run belongs to. During the last move both workers are killed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import proto from '@temporalio/proto';
import { expect } from 'vitest';
import { startChild, type Child } from '../../../src/dev/child-process.js';
import type { StayView } from '../../../src/client.js';
import type { BookedStay } from '../../harness/booked-stay.js';
import { isUnfitHistory } from '../../../src/temporal/unfit-history.js';
import { openRealWorld, type RealWorld } from '../../harness/real-world.js';
import { DEPLOYMENT, operatorOf } from './operator.js';
import { writeNextRelease } from './next-release.js';

const { WorkflowTaskFailedCause } = proto.temporal.api.enums.v1;
const FIRST = '0.1.0-first';
const SECOND = '0.2.0-second';
const STDERR = 2;
const PATIENCE_MS = 180_000;

/** Rolls the next release out over so many stays, and back, and out again. @throws AssertionError */
export async function rollOut(count: number): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'stayline-release-'));
  const world = await openRealWorld({ settings: { STAYLINE_DEPLOYMENT: DEPLOYMENT, STAYLINE_BUILD_ID: FIRST } });
  try {
    await rollOutIn(world, folder, count);
  } finally {
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function rollOutIn(world: RealWorld, folder: string, count: number): Promise<void> {
  const operator = operatorOf(world);
  await operator.promote(FIRST);
  const early = await book(world, 'early', Math.ceil(count / 2));
  await Promise.all(early.map(hasKeys));
  expect(await operator.open(SECOND)).toBe(0);

  const file = writeNextRelease(folder);
  let second = await startSecond(world, file);
  /** Kills both workers, and starts both again. */
  const killed = async (): Promise<void> => {
    await Promise.all([world.killWorker(), second.end('SIGKILL')]);
    second = await startSecond(world, file);
  };
  try {
    await operator.ramp(SECOND, 50);
    const late = await book(world, 'late', Math.floor(count / 2));
    const stays = [...early, ...late];
    await Promise.all(late.map(hasKeys));
    expect(await operator.open(FIRST), 'workflows on the first build').toBeGreaterThan(0);
    expect(await operator.open(SECOND), 'workflows on the second build').toBeGreaterThan(0);

    // Each move happens while half of the stays change.
    await Promise.all([operator.promote(SECOND).then(() => operator.moveAllTo(SECOND)), changeRooms(world, early)]);
    expect(await operator.open(FIRST), 'workflows on the first build').toBe(0);
    const briefed = await Promise.all(stays.map((stay) => stay.until((view) => briefedAt(view) !== undefined)));

    await Promise.all([operator.promote(FIRST).then(() => operator.moveAllTo(FIRST)), changeRooms(world, late)]);
    expect(await operator.open(SECOND), 'workflows on the second build').toBe(0);
    for (const stay of stays) expect(briefedAt(await stay.view()), 'field of the second build').toBeUndefined();

    const promoted = operator.promote(SECOND);
    await Promise.all([promoted.then(() => operator.moveAllTo(SECOND)), promoted.then(killed), addGuests(early)]);
    await world.stack.worker().end('SIGTERM');
    for (const [index, stay] of stays.entries()) {
      const before = briefed[index];
      await stay.until((view) => view.settled && before !== undefined && briefedAt(view) === briefedAt(before));
    }

    await keysOpenTheirRooms(stays);
    keysWereMadeOnce(world, stays.length + early.length + late.length + early.length);
    for (const stay of stays) await stay.signal('checkOut', {});
    await Promise.all(stays.map((stay) => stay.until(({ settled, keys }) => settled && keys.every(isDead))));
    for (const stay of stays) expect(await stay.whoOpens(roomOf(stay), ['g1', 'g2'])).toEqual([]);
    await noTaskFailed(world);
  } finally {
    await second.end('SIGTERM');
  }
}

/** Starts a worker of the second build. */
function startSecond({ stack }: RealWorld, file: string): Promise<Child> {
  // Its bundle is another one than that of the first.
  const { STAYLINE_WORKFLOW_BUNDLE: _bundle, ...settings } = stack.workerEnvironment;
  return startChild({ file, env: { ...settings, STAYLINE_BUILD_ID: SECOND }, log: STDERR });
}

async function book(world: RealWorld, prefix: string, count: number): Promise<readonly BookedStay[]> {
  const ids = Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
  return Promise.all(ids.map((id) => world.book(id, {}, { withinMs: PATIENCE_MS })));
}

async function hasKeys(stay: BookedStay): Promise<StayView> {
  return stay.until(({ settled, guests }) => settled && guests.every(({ keyState }) => keyState === 'issued'));
}

async function changeRooms(world: RealWorld, stays: readonly BookedStay[]): Promise<void> {
  for (const stay of stays) await stay.amend({ rooms: world.freeRooms(1) });
  await Promise.all(stays.map((stay) => stay.until((view) => view.settled && hasKeyTo(view, roomOf(stay)))));
}

function roomOf({ snapshot: { rooms: [room = ''] = [] } }: BookedStay): string {
  return room;
}

function hasKeyTo({ keys }: StayView, room: string): boolean {
  return keys.some(({ state, rooms }) => state === 'live' && rooms.includes(room));
}

async function addGuests(stays: readonly BookedStay[]): Promise<void> {
  for (const stay of stays) {
    await stay.amend({ guests: [...stay.snapshot.guests, { guestId: 'g2', primary: false }] });
  }
  await Promise.all(stays.map(hasKeys));
}

/** The field that the next release adds to the view. */
function briefedAt(view: StayView & { readonly briefedAt?: string }): string | undefined {
  return view.briefedAt;
}

function isDead({ state }: StayView['keys'][number]): boolean {
  return state === 'dead';
}

async function keysOpenTheirRooms(stays: readonly BookedStay[]): Promise<void> {
  for (const stay of stays) {
    const guests = stay.snapshot.guests.map(({ guestId }) => guestId);
    const room = roomOf(stay);
    expect(await stay.whoOpens(room, guests), `guests who open ${room}`).toEqual(guests);
  }
}

/** A step that was under way during a move continues in the next run; it makes no second key. */
function keysWereMadeOnce({ simulator }: RealWorld, expected: number): void {
  const created = simulator.hotel.journal().filter(({ what }) => what === 'credential-created');
  expect(created.length, 'credentials at Seam').toBe(expected);
}

/**
 * Returns true for a failure that says nothing about the two builds: a run that continues as new just as a message arrives tries again, and so
 * does a worker whose cache was ahead of the history. With a history that fits neither build, the stay would not have got this far.
 */
function isPassing({ cause, failure }: proto.temporal.api.history.v1.IWorkflowTaskFailedEventAttributes): boolean {
  return (
    cause === WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND ||
    isUnfitHistory(failure?.message ?? '')
  );
}

async function noTaskFailed({ temporal }: RealWorld): Promise<void> {
  const failures: string[] = [];
  for await (const { workflowId, runId } of temporal.workflow.list()) {
    const { events } = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    for (const { workflowTaskFailedEventAttributes: failed } of events ?? []) {
      if (failed != null && !isPassing(failed)) failures.push(`${workflowId}: ${JSON.stringify(failed)}`);
    }
  }
  expect(failures).toEqual([]);
}
