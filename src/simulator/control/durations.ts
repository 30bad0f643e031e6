/** Durations as people type them in calls to the control API. */
import { invalidInput } from '../api/seam-error.js';

const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;

/**
 * Converts a number of milliseconds, `1d2h30m15s` or ISO 8601 (`PT2H30M`) to milliseconds.
 * @throws `SeamError` 400 for anything else.
 */
export function parseDuration(span: number | string): number {
  if (typeof span === 'number') return span;
  const short = span.trim().toLowerCase().replace(/^p/, '').replace('t', '');
  const parts = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(short);
  if (parts === null || short === '') {
    throw invalidInput(['advance'], 'must be milliseconds, or a duration such as "2h30m" or "PT2H30M"');
  }
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = parts;
  return Number(days) * UNITS.d + Number(hours) * UNITS.h + Number(minutes) * UNITS.m + Number(seconds) * UNITS.s;
}
