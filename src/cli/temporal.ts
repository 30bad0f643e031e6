/** Temporal as the CLI uses it: connected for one command, every call with a deadline, failures as sentences. */
import { createConnection } from 'node:net';
import {
  Client,
  isGrpcServiceError,
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
  type StayClient,
  type StayName,
  type StaySnapshotInput,
} from '../client.js';
import { askEndedStay, type EndedDecision } from '../client/apply-reservation.js';
import { standingOf, type Standing } from '../client/standing.js';
import { connect, temporalTarget, type TemporalTarget } from '../temporal/connection.js';
import { problemLine } from './json-file.js';
import { BadInput, NotWorked } from './outcome.js';

/** How long a stay may take to answer: a worker that replays a long history needs seconds. */
const PATIENCE_MS = 20_000;

const DEADLINE_EXCEEDED = 4;
const UNAVAILABLE = 14;

export interface Stays extends StayClient {
  /** A stay that has ended answers, but takes nothing in any more. */
  standingOf(name: StayName): Promise<Standing>;
  /** Whether a snapshot is news for a stay that has ended. */
  askEndedStay(snapshot: StaySnapshotInput): Promise<EndedDecision>;
}

/**
 * Connects, does, and closes; all of it within `PATIENCE_MS`.
 * @param env where Temporal is: see `temporalTarget`
 * @throws NotWorked or BadInput, whatever went wrong
 */
export function withStays<T>(env: NodeJS.ProcessEnv, act: (stays: Stays) => Promise<T>): Promise<T> {
  return connected(env, (temporal) => {
    const stays: Stays = {
      ...createStayClient(temporal),
      standingOf: (name) => standingOf(temporal, name),
      askEndedStay: (snapshot) => askEndedStay(temporal, snapshot),
    };
    return temporal.withDeadline(Date.now() + PATIENCE_MS, () => act(stays));
  });
}

export type OneByOne = Pick<StayClient, 'applyReservation'>;

/** As `withStays`, for very many: each has that time for itself. */
export function withStaysOneByOne<T>(env: NodeJS.ProcessEnv, act: (stays: OneByOne) => Promise<T>): Promise<T> {
  return connected(env, (temporal) => {
    const stays = createStayClient(temporal);
    return act({
      applyReservation: (snapshot) =>
        temporal.withDeadline(Date.now() + PATIENCE_MS, () => stays.applyReservation(snapshot)),
    });
  });
}

async function connected<T>(env: NodeJS.ProcessEnv, act: (temporal: Client) => Promise<T>): Promise<T> {
  const target = targetFrom(env);
  const connection = await open(target);
  try {
    return await act(new Client({ connection, namespace: target.namespace }));
  } catch (error) {
    throw explained(error, target);
  } finally {
    await connection.close();
  }
}

/**
 * Where the commands connect to.
 * @param env where Temporal is: see `temporalTarget`
 * @throws BadInput if its configuration cannot be used
 */
export function targetFrom(env: NodeJS.ProcessEnv): TemporalTarget {
  try {
    return temporalTarget(env);
  } catch (error) {
    throw new BadInput(`the configuration of Temporal cannot be used: ${String((error as Error).message)}`);
  }
}

async function open(target: TemporalTarget): Promise<Connection> {
  const help = 'start one ("npm run dev"), or set TEMPORAL_ADDRESS';
  // The client would try for ten seconds before it said so.
  if (await isRefused(target.address)) throw new NotWorked(`there is no Temporal server at ${target.address}; ${help}`);
  try {
    return await connect(target);
  } catch {
    throw new NotWorked(`no Temporal server answers at ${target.address}; ${help}`);
  }
}

/** True only if somebody is there who says that the port is closed. */
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
    if (INPUT_TYPES.includes(error.type)) return new BadInput('what was given cannot be used', lines);
    return new NotWorked(`the stay refused it (${error.type}): ${error.message}`);
  }
  if (error instanceof StayNotFound || error instanceof RoomNotFound) return new NotWorked(error.message);
  if (isTimeout(error)) {
    return new NotWorked(
      `no worker answered within ${PATIENCE_MS / 1000} s; is one running at ${address}, namespace ${namespace}? ("npm run worker")`,
    );
  }
  if (error instanceof NamespaceNotFoundError) {
    return new NotWorked(`Temporal at ${address} has no namespace ${namespace}; set TEMPORAL_NAMESPACE`);
  }
  const answer = answerIn(error);
  if (isGrpcServiceError(answer)) return new NotWorked(`Temporal at ${address} answered: ${answer.details}`);
  return error;
}

function isTimeout(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  const answer = answerIn(error);
  return isGrpcServiceError(answer) && [DEADLINE_EXCEEDED, UNAVAILABLE].includes(answer.code);
}

/** The client wraps what the server answers to an update. */
function answerIn(error: unknown): unknown {
  return error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
}
