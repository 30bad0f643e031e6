/** What a caller gets who is refused, and how Temporal's errors become that. */
import {
  ApplicationFailure,
  QueryNotRegisteredError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import type { Problem } from '../domain/model/check.js';
import { ERROR_TYPES, type StaleDetails } from '../domain/model/error-types.js';
import { roomWorkflowId, stayWorkflowId, type RoomName, type StayName } from '../domain/model/ids.js';

/** What was sent was refused, and nothing has changed; `type` is one of the names in `docs/messages.md`. */
export class StayRefused extends Error {
  override readonly name = 'StayRefused';
  constructor(
    readonly type: string,
    message: string,
    readonly problems: readonly Problem[] = [],
    /** Of `StaleRevision`: the stay knows this very revision with other content, so that it cannot be told which is newer. */
    readonly sameRevision = false,
  ) {
    super(message);
  }
}

/** No stay of this name is known to Temporal. */
export class StayNotFound extends Error {
  override readonly name = 'StayNotFound';
}

/** @throws StayRefused if the stay refuses what is sent */
export async function refusing<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw refusalIn(error) ?? error;
  }
}

function refusalIn(error: unknown): StayRefused | undefined {
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
    const { type, message, details } = error.cause;
    const [stale] = (details ?? []) as readonly Partial<StaleDetails>[];
    return new StayRefused(type ?? 'Unknown', message, [], stale?.sameRevision === true);
  }
  // What a query handler throws arrives under this name; its type stands in front of its message.
  if (error instanceof QueryNotRegisteredError) {
    const type = Object.values(ERROR_TYPES).find((name) => error.message.startsWith(`${name}: `));
    if (type !== undefined) return new StayRefused(type, error.message.slice(`${type}: `.length));
  }
  return undefined;
}

/** No stay has ever claimed the room. */
export class RoomNotFound extends Error {
  override readonly name = 'RoomNotFound';
}

/** @throws StayNotFound if Temporal does not know the stay */
export function finding<T>(stayName: StayName, ask: () => Promise<T>): Promise<T> {
  return orElse(ask, () => new StayNotFound(`there is no stay ${stayWorkflowId(stayName)}`));
}

/** @throws RoomNotFound if Temporal does not know the room */
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
