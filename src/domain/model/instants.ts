/**
 * Instants and half-open windows. An `Instant` is ISO 8601 in UTC with `Z` at minute precision
 * (`2026-11-23T14:00Z`). A Visionline key has the same precision (Seam's documentation).
 */
export type Instant = string;

/** Half-open time range: `from` is included, `to` is excluded. */
export interface Window {
  readonly from: Instant;
  readonly to: Instant;
}

const MINUTE = 60_000;

const WRITTEN = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:Z|[+-](\d{2}):?(\d{2}))$/;

/**
 * Returns true for an ISO 8601 instant with an offset, whose date and time exist. `Date.parse` does not check that: it
 * takes 30 February for 2 March, and 24:00 for midnight.
 */
export function isInstant(text: string): boolean {
  const [, date = '', hour, minute, second, offsetHour, offsetMinute] = WRITTEN.exec(text) ?? [];
  const isUpTo = (most: number, written: string | undefined): boolean => Number(written ?? 0) <= most;
  return (
    isCalendarDate(date) &&
    isUpTo(23, hour) &&
    [minute, second, offsetMinute].every((written) => isUpTo(59, written)) &&
    isUpTo(23, offsetHour)
  );
}

/** Returns true for a date such as "2026-11-23" that is in the calendar. */
export function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** Returns true if a window still has a length once its instants are cut to the minute, as keys are. */
export function hasLength({ from, to }: Window): boolean {
  return millis(normalInstant(from)) < millis(normalInstant(to));
}

/** Returns milliseconds since 1970 for an instant in any ISO 8601 offset and precision. */
export function millis(instant: string): number {
  return Date.parse(instant);
}

/** Returns the instant of the given milliseconds since 1970, rounded down to the minute. */
export function instantAt(ms: number): Instant {
  return `${new Date(Math.floor(ms / MINUTE) * MINUTE).toISOString().slice(0, 16)}Z`;
}

/** Normalizes any ISO 8601 instant to UTC at minute precision, rounded down. */
export function normalInstant(instant: string): Instant {
  return instantAt(millis(instant));
}

/** Returns true if `a` is before `b`; both may have any ISO 8601 offset and precision. */
export function isBefore(a: string, b: string): boolean {
  // Normalized instants sort as strings. This path is faster, and a room with many leases compares very often.
  return isNormal(a) && isNormal(b) ? a < b : millis(a) < millis(b);
}

const NORMAL_LENGTH = '2026-11-23T14:00Z'.length;

function isNormal(instant: string): boolean {
  return instant.length === NORMAL_LENGTH && instant.endsWith('Z');
}

/** Returns the earlier of two instants. */
export function earlier(a: Instant, b: Instant): Instant {
  return isBefore(b, a) ? b : a;
}

/** Returns the later of two instants. */
export function later(a: Instant, b: Instant): Instant {
  return isBefore(a, b) ? b : a;
}

/** Returns true if two half-open windows share a moment; back-to-back windows share none. */
export function overlaps(a: Window, b: Window): boolean {
  return isBefore(a.from, b.to) && isBefore(b.from, a.to);
}

/** Returns true if both windows begin and end at the same times. */
export function sameWindow(a: Window, b: Window): boolean {
  return millis(a.from) === millis(b.from) && millis(a.to) === millis(b.to);
}

/** Adds minutes to an instant; the result is rounded down to the minute. */
export function plusMinutes(instant: string, minutes: number): Instant {
  return instantAt(millis(instant) + minutes * MINUTE);
}
