/**
 * Instants and half-open windows. An `Instant` is ISO 8601 in UTC with `Z` at minute precision
 * (`2026-11-23T14:00Z`), the precision a Visionline key has (`seam-api.md` 3.6).
 */
export type Instant = string;

/** From `from` (included) to `to` (excluded). */
export interface Window {
  readonly from: Instant;
  readonly to: Instant;
}

const MINUTE = 60_000;

/** Milliseconds since 1970 of an instant in any ISO 8601 offset and precision. */
export function millis(instant: string): number {
  return Date.parse(instant);
}

/** The instant at or before the given milliseconds, cut to the minute. */
export function instantAt(ms: number): Instant {
  return `${new Date(Math.floor(ms / MINUTE) * MINUTE).toISOString().slice(0, 16)}Z`;
}

/** Any ISO 8601 instant, rewritten as Stayline writes it. */
export function normalInstant(instant: string): Instant {
  return instantAt(millis(instant));
}

export function isBefore(a: string, b: string): boolean {
  // As Stayline writes them, instants are in order as texts; a room with many leases compares very many.
  return isNormal(a) && isNormal(b) ? a < b : millis(a) < millis(b);
}

const NORMAL_LENGTH = '2026-11-23T14:00Z'.length;

function isNormal(instant: string): boolean {
  return instant.length === NORMAL_LENGTH && instant.endsWith('Z');
}

export function earlier(a: Instant, b: Instant): Instant {
  return isBefore(b, a) ? b : a;
}

export function later(a: Instant, b: Instant): Instant {
  return isBefore(a, b) ? b : a;
}

/** True if two half-open windows have a moment in common; back to back they have none. */
export function overlaps(a: Window, b: Window): boolean {
  return isBefore(a.from, b.to) && isBefore(b.from, a.to);
}

export function sameWindow(a: Window, b: Window): boolean {
  return millis(a.from) === millis(b.from) && millis(a.to) === millis(b.to);
}

export function plusMinutes(instant: string, minutes: number): Instant {
  return instantAt(millis(instant) + minutes * MINUTE);
}
