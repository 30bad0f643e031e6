/**
 * Both sides of a comparison with the floor: real stays, and floor workflows that do what the histories of such stays say. Each side has a
 * Temporal server, a simulated Seam and a worker of its own.
 */
import type { WorkflowHandle } from '@temporalio/client';
import { startChild, type Child } from '../../src/dev/child-process.js';
import { enrolBefore } from '../../test/harness/enrol-before.js';
import { openRealWorld, type RealWorld } from '../../test/harness/real-world.js';
import { shapeOf, type Move } from './shape.js';

const STDERR = 2;

export interface Sides {
  readonly stays: RealWorld;
  readonly floor: RealWorld;
  readonly floorWorker: Child;
  stop(): Promise<void>;
}

/** Starts both sides. @param rooms number of rooms for the real stays */
export async function openSides(rooms: number): Promise<Sides> {
  const [stays, floor] = await Promise.all([openRealWorld({ rooms, phones: 'by-stays' }), openRealWorld()]);
  const { stack } = floor;
  await stack.worker().end('SIGTERM');
  const file = 'bench/cost/floor-worker.ts';
  const floorWorker = await startChild({ file, env: stack.workerEnvironment, log: STDERR });
  return {
    stays,
    floor,
    floorWorker,
    async stop() {
      await floorWorker.end('SIGTERM');
      await Promise.all([stays.stop(), floor.stop()]);
    },
  };
}

/** Enrols a phone for each guest of a reservation to come. */
export function enrolParty({ simulator }: RealWorld, reservationId: string, guestIds: readonly string[]): void {
  const { propertyId } = simulator.property;
  for (const guestId of guestIds) enrolBefore(simulator, `${propertyId}/${reservationId}/${guestId}`);
}

/** Moves of the workflows of one stay: its own first, then one for each of its rooms. */
export type Lives = readonly { readonly workflowId: string; readonly moves: readonly Move[] }[];

/** Histories of one stay, of itself and of its rooms, and the calls to Seam that it took. */
export interface Recorded {
  readonly ids: readonly string[];
  readonly histories: readonly Awaited<ReturnType<WorkflowHandle['fetchHistory']>>[];
  readonly calls: number;
}

/** Reads the histories of a stay and its rooms. @param calls number of calls to Seam that the stay made */
export async function recorded({ temporal }: RealWorld, ids: readonly string[], calls: number): Promise<Recorded> {
  return {
    ids,
    histories: await Promise.all(ids.map((id) => temporal.workflow.getHandle(id).fetchHistory())),
    calls,
  };
}

/** Returns what the workflows did. The calls to Seam are those of the stay: a room makes none. */
export function livesOf({ ids, histories, calls }: Recorded): Lives {
  return histories.map(({ events }, index) => ({
    workflowId: ids[index] ?? '',
    moves: shapeOf(events ?? [], index === 0 ? calls : 0),
  }));
}

/** Starts the floor workflows of one stay, and sends its first update. @returns the ids of the workflows, in the order of `lives` */
export async function startFloor({ temporal }: RealWorld, prefix: string, lives: Lives): Promise<readonly string[]> {
  const idOf = (workflowId: string): string => `${prefix}/${workflowId}`;
  const [stay, ...rooms] = lives;
  if (stay === undefined) throw new Error('No life to follow');
  for (const { workflowId, moves } of [...rooms, stay]) {
    const args: [readonly Move[]] = [renamed(moves, prefix, lives)];
    await temporal.workflow.start('floor', { workflowId: idOf(workflowId), taskQueue: 'stays', args });
  }
  await temporal.workflow.getHandle(idOf(stay.workflowId)).executeUpdate('floorUpdate', { args: ['x'] });
  return lives.map(({ workflowId }) => idOf(workflowId));
}

/** Returns the moves with the names of this floor's own workflows. */
function renamed(moves: readonly Move[], prefix: string, lives: Lives): readonly Move[] {
  const roomOf = (room: string): string =>
    lives.find(({ workflowId }) => workflowId.endsWith(`/${room}`))?.workflowId ?? '';
  return moves.map((move): Move => {
    if (move.do === 'signal') return { ...move, workflowId: `${prefix}/${move.workflowId}` };
    if (move.do !== 'start-activity') return move;
    return { ...move, rooms: move.rooms.map(({ room, kind }) => ({ room: `${prefix}/${roomOf(room)}`, kind })) };
  });
}
