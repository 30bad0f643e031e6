/** Temporal's time, which is the same on replay: the only clock that workflow code reads. */
import { instantAt, type Instant } from '../src/domain/model/instants.js';

/** Returns Temporal's time in UTC, truncated to the minute. */
export function now(): Instant {
  return instantAt(Date.now());
}

/** Returns Temporal's time to the millisecond. */
export function exactTime(): Date {
  return new Date(Date.now());
}

/** Returns Temporal's time in milliseconds since 1970. */
export function millisNow(): number {
  return Date.now();
}
