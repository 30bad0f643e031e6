/**
 * Messages that a workflow ignores or refuses: of unknown name, or invalid. Ignored signals are logged, without their
 * content.
 */
import {
  ApplicationFailure,
  log,
  setDefaultQueryHandler,
  setDefaultSignalHandler,
  setDefaultUpdateHandler,
} from '@temporalio/workflow';
import { inShort } from '../src/domain/model/check.js';
import { ERROR_TYPES } from '../src/domain/model/error-types.js';
import { handleMoveOn } from './carry-on.js';

/** Maximum length of a message's name in a log line or an error. */
const NAME_LENGTH = 60;

/**
 * Registers handlers for messages of unknown name: a signal is logged, an update or query fails with `InvalidMessage`.
 * Without them, the SDK would keep signals and report nothing. Call it last: messages that have arrived are handed over
 * at once.
 */
export function handleUnknownMessages(): void {
  setDefaultSignalHandler((name) => ignoreSignal(name, unknownSignal(name)));
  refuseUnknownRequests();
}

/**
 * Registers `moveOn`, and handlers for updates and queries of unknown name: they fail with `InvalidMessage`. Call it
 * last.
 */
export function refuseUnknownRequests(): void {
  handleMoveOn();
  setDefaultUpdateHandler((name) => {
    throw ApplicationFailure.nonRetryable(unknown('update', name), ERROR_TYPES.invalidMessage);
  });
  // A query handler's error arrives without its type, so the type precedes the message.
  setDefaultQueryHandler((name) => {
    const message = `${ERROR_TYPES.invalidMessage}: ${unknown('query', name)}`;
    throw ApplicationFailure.nonRetryable(message, ERROR_TYPES.invalidMessage);
  });
}

/** Returns the reason to ignore a signal of unknown name. */
export function unknownSignal(name: string): string {
  return unknown('signal', name);
}

/** Logs a signal that changes nothing, with the reason. */
export function ignoreSignal(name: string, why: string): void {
  log.warn('a signal is ignored', { signal: shown(name), why: inShort(why) });
}

function unknown(kind: 'signal' | 'update' | 'query', name: string): string {
  return `there is no ${kind} ${JSON.stringify(shown(name))}`;
}

/** Returns the name for people: in short, and without the space that `intake.ts` puts before some. */
function shown(name: string): string {
  return name.trimStart().slice(0, NAME_LENGTH);
}
