/** The activity by which a stay speaks to the rooms that it wants: each is a workflow of its own, started by its first claim. */
import { Context } from '@temporalio/activity';
import {
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import PQueue from 'p-queue';
import { ERROR_TYPES } from '../src/stay/error-types.js';
import { roomWorkflowId, type RoomName } from '../src/stay/ids.js';
import type { Claim, LeaseNews, SettleLeasesInput, SettleLeasesOutcome } from '../src/stay/lease.js';
import type { RoomRelease, RoomReport } from '../src/stay/room/room-schema.js';
import type { StayActivities } from '../src/stay/steps.js';
import { TASK_QUEUES } from '../src/temporal/task-queues.js';
import { claimUpdate, roomAnchoredSignal, roomReleaseSignal } from '../workflows/messages.js';

/** Rooms that one stay speaks to at once. */
const AT_ONCE = 10;

export function createLeaseActivities(): Pick<StayActivities, 'settleLeases'> {
  return {
    async settleLeases(input) {
      const { client, info } = Context.current();
      // What an attempt has sent must not wait on after its time: the next one says it again.
      return client.withDeadline(Date.now() + info.startToCloseTimeoutMs, () => settleLeases(client, input));
    },
  };
}

/**
 * What is known is told before anything is let go, and what is let go before anything is claimed: two stays that swap rooms never
 * wait for each other's claims. Repeating it changes nothing.
 */
async function settleLeases(temporal: Client, input: SettleLeasesInput): Promise<SettleLeasesOutcome> {
  const { propertyId, stayId, chain, seq, reports, releases, claims } = input;
  const envelope = { stayId, chain, seq };
  const nameOf = ({ room }: { readonly room: string }): RoomName => ({ propertyId, room });
  await atOnce(reports, (report) => tellKeys(temporal, nameOf(report), { ...envelope, keys: [...report.keys] }));
  await atOnce(releases, (release) => {
    const { part, revision } = release;
    return letGo(temporal, nameOf(release), { ...envelope, part, revision });
  });
  // Claims to one room arrive in the order in which the stay makes them.
  const byRoom = [...new Set(claims.map(({ room }) => room))].map((room) => claims.filter((one) => one.room === room));
  const news = await atOnce(byRoom, async (ofRoom) => {
    const answers: LeaseNews[] = [];
    for (const one of ofRoom) answers.push(await ask(temporal, nameOf(one), one.claim));
    return answers;
  });
  return { news: news.flat() };
}

async function tellKeys(temporal: Client, name: RoomName, report: RoomReport): Promise<void> {
  const handle = temporal.workflow.getHandle(roomWorkflowId(name));
  if (report.keys.length === 0) return unlessUnknown(() => handle.signal(roomAnchoredSignal, report));
  await temporal.workflow.signalWithStart('room', {
    ...startOf(name),
    signal: roomAnchoredSignal,
    signalArgs: [report],
  });
}

async function letGo(temporal: Client, name: RoomName, release: RoomRelease): Promise<void> {
  const handle = temporal.workflow.getHandle(roomWorkflowId(name));
  await unlessUnknown(() => handle.signal(roomReleaseSignal, release));
}

async function ask(temporal: Client, name: RoomName, claim: Claim): Promise<LeaseNews> {
  const startWorkflowOperation = new WithStartWorkflowOperation('room', {
    ...startOf(name),
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  try {
    return await temporal.workflow.executeUpdateWithStart(claimUpdate, { args: [claim], startWorkflowOperation });
  } catch (error) {
    throw refusalIn(error) ?? error;
  }
}

function startOf(name: RoomName): {
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly args: [object];
  readonly staticSummary: string;
} {
  return {
    workflowId: roomWorkflowId(name),
    taskQueue: TASK_QUEUES.stays,
    args: [{}],
    staticSummary: `Room ${name.room} at ${name.propertyId}`,
  };
}

/** A room that nobody has claimed holds nothing that could be told or let go. */
async function unlessUnknown(send: () => Promise<void>): Promise<void> {
  try {
    await send();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

/** What a room refuses once it refuses always. */
function refusalIn(error: unknown): ApplicationFailure | undefined {
  if (!(error instanceof WorkflowUpdateFailedError) || !(error.cause instanceof ApplicationFailure)) return undefined;
  const { type, message } = error.cause;
  if (type !== ERROR_TYPES.invalidMessage) return undefined;
  return ApplicationFailure.nonRetryable(`the room refused the claim: ${message}`, type);
}

async function atOnce<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const queue = new PQueue({ concurrency: AT_ONCE });
  return Promise.all(items.map((item) => queue.add(() => work(item))));
}
