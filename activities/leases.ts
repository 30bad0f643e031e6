/**
 * Activity that sends a stay's reports, releases and claims to rooms. Each room is a workflow of its own, started by
 * its first claim.
 */
import { Context } from '@temporalio/activity';
import {
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import PQueue from 'p-queue';
import { defined } from '../src/domain/model/defined.js';
import { ERROR_TYPES } from '../src/domain/model/error-types.js';
import { roomWorkflowId, type RoomName } from '../src/domain/model/ids.js';
import type { Claim, LeaseNews, SettleLeasesInput, UnsettledRoom } from '../src/domain/model/lease.js';
import type { RoomRelease, RoomReport } from '../src/domain/model/room-message-schema.js';
import type { StayActivities } from '../src/domain/model/stay-activities.js';
import { updating } from '../src/temporal/asking.js';
import { startOptions, type StartOptions } from '../src/temporal/start-options.js';
import { claimUpdate, anchoredSignal, releaseSignal } from '../workflows/room/messages.js';
import { WORKFLOW_TYPES } from '../src/temporal/workflow-types.js';

/** Maximum number of rooms that one stay calls concurrently. */
const AT_ONCE = 10;

/** Share of an attempt's timeout within which rooms must answer; the rest is for returning their answers. */
const ANSWER_SHARE = 0.7;

/** Attempt from which a room that does not answer no longer blocks the others. */
const BLOCKING_ATTEMPTS = 3;

/** Returns the activity `settleLeases`. */
export function createLeaseActivities(): Pick<StayActivities, 'settleLeases'> {
  return {
    async settleLeases(input) {
      const { client, info } = Context.current();
      // A request must not outlive its attempt: the next attempt sends it again.
      const deadline = Date.now() + info.startToCloseTimeoutMs * ANSWER_SHARE;
      const { news, refused, silent } = await client.withDeadline(deadline, () => settleLeases(client, input));
      const [first] = silent;
      if (first !== undefined && info.attempt < BLOCKING_ATTEMPTS) throw first.error;
      const unanswered = silent.map(({ room }) => ({
        room,
        kind: 'silent' as const,
        why: `room ${room} does not answer`,
      }));
      const unsettled = [...refused, ...unanswered];
      return { news, ...(unsettled.length === 0 ? {} : { unsettled }) };
    },
  };
}

interface Answers {
  readonly news: readonly LeaseNews[];
  readonly refused: readonly UnsettledRoom[];
  readonly silent: readonly { readonly room: string; readonly error: unknown }[];
}

/**
 * Sends reports first, then releases, then claims: other stays get a released room at once. A room that fails receives
 * nothing more; the others receive everything. Idempotent.
 */
async function settleLeases(temporal: Client, input: SettleLeasesInput): Promise<Answers> {
  const { propertyId, stayId, chain, seq, reports, releases, claims } = input;
  const envelope = { stayId, chain, seq };
  const failures = new Map<string, unknown>();
  const answers = new Map<Claim, LeaseNews>();

  async function sendAll<Item extends InRoom>(
    items: readonly Item[],
    tell: (item: Item, name: RoomName) => Promise<void>,
  ): Promise<void> {
    const rooms = [...new Set(items.map(({ room }) => room))].filter((room) => !failures.has(room));
    await atOnce(rooms, async (room) => {
      try {
        // One room receives its messages in the order in which the stay lists them.
        for (const item of items.filter((one) => one.room === room)) await tell(item, { propertyId, room });
      } catch (error) {
        failures.set(room, error);
      }
    });
  }

  await sendAll(reports, (report, name) => reportKeys(temporal, name, { ...envelope, keys: [...report.keys] }));
  await sendAll(releases, ({ part, revision, to }, name) =>
    letGo(temporal, name, { ...envelope, part, revision, ...defined({ to: to === undefined ? to : [...to] }) }),
  );
  await sendAll(claims, async ({ claim }, name) => void answers.set(claim, await ask(temporal, name, claim)));
  const failed = [...failures].map(([room, error]) => ({ room, error, refusal: refusalIn(error) }));
  return {
    news: claims.flatMap(({ claim }) => answers.get(claim) ?? []),
    refused: failed.flatMap(({ room, refusal }): UnsettledRoom[] =>
      refusal === undefined ? [] : [{ room, kind: 'refused', why: `room ${room} refused the claim: ${refusal}` }],
    ),
    silent: failed.filter(({ refusal }) => refusal === undefined),
  };
}

interface InRoom {
  readonly room: string;
}

async function reportKeys(temporal: Client, name: RoomName, report: RoomReport): Promise<void> {
  const handle = temporal.workflow.getHandle(roomWorkflowId(name));
  if (report.keys.length === 0) return unlessUnknown(() => handle.signal(anchoredSignal, report));
  await temporal.workflow.signalWithStart(WORKFLOW_TYPES.room, {
    ...startOf(name),
    signal: anchoredSignal,
    signalArgs: [report],
  });
}

async function letGo(temporal: Client, name: RoomName, release: RoomRelease): Promise<void> {
  const handle = temporal.workflow.getHandle(roomWorkflowId(name));
  await unlessUnknown(() => handle.signal(releaseSignal, release));
}

function ask(temporal: Client, name: RoomName, claim: Claim): Promise<LeaseNews> {
  return updating(() => {
    const startWorkflowOperation = new WithStartWorkflowOperation(WORKFLOW_TYPES.room, {
      ...startOf(name),
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    return temporal.workflow.executeUpdateWithStart(claimUpdate, { args: [claim], startWorkflowOperation });
  });
}

function startOf(name: RoomName): StartOptions<[object]> {
  return startOptions(roomWorkflowId(name), [{}], `Room ${name.room} at ${name.propertyId}`);
}

/** Sends a message and ignores a room that does not exist: without a claim it has nothing to update or release. */
async function unlessUnknown(send: () => Promise<void>): Promise<void> {
  try {
    await send();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

/** Returns why the room permanently refuses the claim; undefined if the error is not a refusal of the room. */
function refusalIn(error: unknown): string | undefined {
  if (!(error instanceof WorkflowUpdateFailedError) || !(error.cause instanceof ApplicationFailure)) return undefined;
  return error.cause.type === ERROR_TYPES.invalidMessage ? error.cause.message : undefined;
}

async function atOnce<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const queue = new PQueue({ concurrency: AT_ONCE });
  await Promise.all(items.map((item) => queue.add(() => work(item))));
}
