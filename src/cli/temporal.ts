/** Connection of the CLI to Temporal: one connection per command, a deadline for every call, failures as sentences. */
import { createConnection } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Client,
  NamespaceNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Connection,
} from '@temporalio/client';
import {
  createStayClient,
  ERROR_TYPES,
  RoomNotFound,
  StayNotFound,
  StayRefused,
  type DryRun,
  type StayClient,
  type StayName,
  type StayView,
} from '../client.js';
import { lastKnownStay, type StaySummary } from '../booking/http/index.js';
import { standingOf } from '../client/standing.js';
import { planSnapshot, type SnapshotToPlan } from '../client/plan-snapshot.js';
import { clientOn, connect, NoTemporalServer, temporalSettings, type TemporalTarget } from '../temporal/connection.js';
import { GRPC_STATUS, grpcErrorIn, isWithoutWorker } from '../temporal/grpc-errors.js';
import { problemLine } from './json-file.js';
import { BadInput, NotWorked } from './outcome.js';
import { persisting, type Persistence } from './persisting.js';

/** Time for a stay to answer: a worker that replays a long history needs seconds. */
const TIMEOUT_MS = 20_000;

/** Longest time without an answer to any of many calls: a worker that is replaced is back by then. */
const SILENCE_MS = 120_000;
const PAUSE_MS = 1_000;
const PERSISTENCE: Persistence = {
  isAnswer: (error) => !isTimeout(error),
  silenceMs: SILENCE_MS,
  pauseMs: PAUSE_MS,
};

/** Error for a stay that no worker shows, with what Temporal itself has of it. */
export class NoWorkerAnswers extends NotWorked {
  constructor(
    message: string,
    readonly lastKnown: StaySummary,
  ) {
    super(message);
  }
}

/**
 * Returns the view of a stay.
 * @throws NoWorkerAnswers if Temporal has the stay and no worker answers; NotWorked or BadInput like `withStays`
 */
export async function viewOf(env: NodeJS.ProcessEnv, name: StayName): Promise<StayView> {
  try {
    return await withStays(env, (stays) => stays.view(name));
  } catch (error) {
    if (!(error instanceof NotWorked) || !(error.cause instanceof Error) || !isTimeout(error.cause)) throw error;
    const lastKnown = await withConnection(env, (connection, target) =>
      lastKnownStay(clientOn(connection, target), connection, name),
    ).catch(() => undefined);
    throw lastKnown === undefined ? error : new NoWorkerAnswers(error.message, lastKnown);
  }
}

export interface Stays extends StayClient {
  /** Returns the dry run of a snapshot, whatever the standing of its stay. */
  planSnapshot(snapshot: SnapshotToPlan): Promise<DryRun>;
}

/**
 * Connects, runs `act` with a deadline of `TIMEOUT_MS`, and closes the connection.
 * @param env settings of the connection, see `temporalSettings`
 * @throws NotWorked or BadInput for failures of Temporal or the stay
 */
export function withStays<T>(env: NodeJS.ProcessEnv, act: (stays: Stays) => Promise<T>): Promise<T> {
  return connected(env, (temporal) => {
    const client = createStayClient(temporal);
    const stays: Stays = { ...client, planSnapshot: (snapshot) => planSnapshot(temporal, client, snapshot) };
    return temporal.withDeadline(Date.now() + TIMEOUT_MS, () => act(stays));
  });
}

export type OneByOne = Pick<StayClient, 'applyReservation'>;

/**
 * Connects like `withStays`, for many calls: each call has its own deadline. Once a call has been answered, a call
 * without an answer is repeated, for as long as others are answered, and for `SILENCE_MS` after the last answer.
 */
export function withStaysOneByOne<T>(env: NodeJS.ProcessEnv, act: (stays: OneByOne) => Promise<T>): Promise<T> {
  return connected(env, (temporal) => {
    const stays = createStayClient(temporal);
    const persist = persisting(PERSISTENCE);
    return act({
      async applyReservation(snapshot) {
        const { value, repeats } = await persist(() =>
          temporal.withDeadline(Date.now() + TIMEOUT_MS, () => stays.applyReservation(snapshot)),
        );
        // An earlier call of ours was carried out, though its answer was lost.
        if (repeats === 0 || value.taken !== 'known') return value;
        const { taken: _taken, ...view } = value;
        return view;
      },
    });
  });
}

/** Pause between two looks at a stay that is followed. */
const LOOK_EVERY_MS = 1_000;

/**
 * Calls `onView` with the view of a stay, and again with each view that differs from the one before. Resolves once the
 * stay has ended. A view without an answer is asked for again, as by `withStaysOneByOne`.
 */
export function followStay(env: NodeJS.ProcessEnv, name: StayName, onView: (view: StayView) => void): Promise<void> {
  return connected(env, async (temporal) => {
    const stays = createStayClient(temporal);
    const persist = persisting(PERSISTENCE);
    const asked = async <T>(ask: () => Promise<T>): Promise<T> =>
      (await persist(() => temporal.withDeadline(Date.now() + TIMEOUT_MS, ask))).value;
    let last: string | undefined;
    for (;;) {
      // In this order: the last view of a stay that has ended is complete.
      const standing = await asked(() => standingOf(temporal, name));
      const view = await asked(() => stays.view(name));
      const text = JSON.stringify(view);
      if (text !== last) onView(view);
      last = text;
      if (standing === 'ended') return;
      await delay(LOOK_EVERY_MS);
    }
  });
}

function connected<T>(env: NodeJS.ProcessEnv, act: (temporal: Client) => Promise<T>): Promise<T> {
  return withConnection(env, (connection, target) => act(clientOn(connection, target)));
}

/**
 * Connects, runs `act`, and closes the connection.
 * @throws NotWorked or BadInput for failures of Temporal
 */
export async function withConnection<T>(
  env: NodeJS.ProcessEnv,
  act: (connection: Connection, target: TemporalTarget) => Promise<T>,
): Promise<T> {
  const target = await targetFrom(env);
  const connection = await open(target);
  try {
    return await act(connection, target);
  } catch (error) {
    throw explained(error, target);
  } finally {
    await connection.close();
  }
}

/**
 * Returns the Temporal server that commands connect to.
 * @param env settings of the connection, see `temporalSettings`
 * @throws BadInput if its configuration cannot be used
 */
export async function targetFrom(env: NodeJS.ProcessEnv): Promise<TemporalTarget> {
  try {
    return await temporalSettings(env);
  } catch (error) {
    throw new BadInput(`the configuration of Temporal cannot be used: ${String((error as Error).message)}`);
  }
}

async function open(target: TemporalTarget): Promise<Connection> {
  try {
    // Without this check the client retries for ten seconds before it fails.
    if (await isRefused(target.address)) throw new NoTemporalServer(target.address, undefined);
    return await connect(target);
  } catch (error) {
    throw error instanceof NoTemporalServer ? new NotWorked(error.message) : error;
  }
}

/** Returns true only if the host refuses the connection; a timeout or another error is not a refusal. */
function isRefused(address: string): Promise<boolean> {
  const [, host, port] = /^([^:/]+):(\d+)$/.exec(address) ?? [];
  if (host === undefined || port === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = createConnection({ host, port: Number(port), timeout: 1_000 });
    const end = (refused: boolean): void => {
      socket.destroy();
      resolve(refused);
    };
    socket.once('connect', () => end(false));
    socket.once('timeout', () => end(false));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED'));
  });
}

const INPUT_TYPES: readonly string[] = [ERROR_TYPES.invalidSnapshot, ERROR_TYPES.invalidMessage];

function explained(error: unknown, { address, namespace }: TemporalTarget): unknown {
  if (error instanceof StayRefused) {
    const lines = error.problems.length > 0 ? error.problems.map(problemLine) : [error.message];
    if (INPUT_TYPES.includes(error.type)) return new BadInput('the input cannot be used', lines);
    return new NotWorked(`the stay refused the request (${error.type}): ${error.message}`);
  }
  if (error instanceof StayNotFound || error instanceof RoomNotFound) return new NotWorked(error.message);
  if (isTimeout(error)) {
    return new NotWorked(
      `no worker answered within ${TIMEOUT_MS / 1000} s; is one running at ${address}, namespace ${namespace}? ("npm run worker")`,
      { cause: error },
    );
  }
  if (error instanceof NamespaceNotFoundError) {
    return new NotWorked(`Temporal at ${address} has no namespace ${namespace}; set TEMPORAL_NAMESPACE`);
  }
  const answer = grpcErrorIn(error);
  if (answer !== undefined) return new NotWorked(`Temporal at ${address} answered: ${answer.details}`);
  return error;
}

/** Statuses of a call that ended by its deadline: the client reports it as cancelled if it ran out in its own retry. */
const TIMEOUTS: readonly number[] = [GRPC_STATUS.DEADLINE_EXCEEDED, GRPC_STATUS.UNAVAILABLE, GRPC_STATUS.CANCELLED];

function isTimeout(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  const answer = grpcErrorIn(error);
  return answer !== undefined && (isWithoutWorker(answer) || TIMEOUTS.includes(answer.code));
}
