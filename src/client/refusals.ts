/** Errors for refused requests, and their translation from Temporal's errors. */
import {
  ApplicationFailure,
  QueryNotRegisteredError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import type { z } from 'zod';
import { check, describeProblems, type Problem } from '../domain/model/check.js';
import { ERROR_TYPES, type StaleDetails } from '../domain/model/error-types.js';
import { roomWorkflowId, stayWorkflowId, type RoomName, type StayName } from '../domain/model/ids.js';
import { isRunFull } from '../temporal/grpc-errors.js';

/** Error for a refused request, which changed nothing; `type` is one of the names in `docs/messages.md`. */
export class StayRefused extends Error {
  override readonly name = 'StayRefused';
  constructor(
    readonly type: string,
    message: string,
    readonly problems: readonly Problem[] = [],
    /** Set with `StaleRevision`: the stay has the same revision with other content, so neither is provably newer. */
    readonly sameRevision = false,
  ) {
    super(message);
  }
}

/** Returns an input as its schema parses it. @throws StayRefused of the type, with every problem */
export function checkedInput<Checked>(schema: z.ZodType<Checked>, input: unknown, type: string): Checked {
  const checked = check(schema, input);
  if (checked.ok) return checked.value;
  throw new StayRefused(type, describeProblems(checked.problems), checked.problems);
}

/** Error for a stay that Temporal does not have. */
export class StayNotFound extends Error {
  override readonly name = 'StayNotFound';
}

/** Returns the result of `send`. @throws StayRefused if the stay refuses the request */
export async function refusing<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw refusalIn(error) ?? error;
  }
}

function refusalIn(error: unknown): StayRefused | undefined {
  if (isRunFull(error)) {
    const why = 'more messages have arrived than one run may take; send the same one again in a few seconds';
    return new StayRefused(ERROR_TYPES.tooManyMessages, why);
  }
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
    const { type, message, details } = error.cause;
    const [stale] = (details ?? []) as readonly Partial<StaleDetails>[];
    return new StayRefused(type ?? 'Unknown', message, [], stale?.sameRevision === true);
  }
  // A query handler's error arrives as this class; its type precedes its message.
  if (error instanceof QueryNotRegisteredError) {
    const type = Object.values(ERROR_TYPES).find((name) => error.message.startsWith(`${name}: `));
    if (type !== undefined) return new StayRefused(type, error.message.slice(`${type}: `.length));
  }
  return undefined;
}

/** Error for a room that no stay has ever claimed. */
export class RoomNotFound extends Error {
  override readonly name = 'RoomNotFound';
}

/** Returns the result of `ask`. @throws StayNotFound if Temporal does not have the stay */
export function finding<T>(stayName: StayName, ask: () => Promise<T>): Promise<T> {
  return orElse(ask, () => new StayNotFound(`there is no stay ${stayWorkflowId(stayName)}`));
}

/** Returns the result of `ask`. @throws RoomNotFound if Temporal does not have the room */
export function findingRoom<T>(roomName: RoomName, ask: () => Promise<T>): Promise<T> {
  return orElse(ask, () => new RoomNotFound(`no stay has claimed ${roomWorkflowId(roomName)} yet`));
}

async function orElse<T>(ask: () => Promise<T>, notFound: () => Error): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw notFound();
    throw error;
  }
}
