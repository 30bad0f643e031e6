import { millis, normalInstant, type Instant } from '../domain/model/instants.js';

/** Formats an instant as Seam's `date-time`: RFC 3339, which needs seconds. Instants have minute precision only. */
export function dateTime(instant: Instant): string {
  return new Date(millis(normalInstant(instant))).toISOString();
}
