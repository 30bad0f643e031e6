/** Signals that a workflow ignores: of unknown name, or invalid. They are logged, without their content. */
import { log, setDefaultSignalHandler } from '@temporalio/workflow';
import { inShort } from '../src/domain/model/check.js';

/** Maximum length of a signal's name in a log line. */
const NAME_LENGTH = 60;

/** Registers a handler for signals of unknown name. Without it, the SDK would keep them and report nothing. */
export function ignoreUnknownSignals(): void {
  setDefaultSignalHandler((name) => ignoreSignal(name, unknownSignal(name)));
}

/** Returns the reason to ignore a signal of unknown name. */
export function unknownSignal(name: string): string {
  return `there is no signal ${JSON.stringify(name.slice(0, NAME_LENGTH))}`;
}

/** Logs a signal that changes nothing, with the reason. */
export function ignoreSignal(name: string, why: string): void {
  log.warn('a signal is ignored', { signal: name.slice(0, NAME_LENGTH), why: inShort(why) });
}
