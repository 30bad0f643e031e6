/**
 * Conversion of local dates and clock times in the property's time zone to instants. Used at the edge only;
 * workflows never convert.
 *
 * The two nights of the clock change follow the rule `compatible`, as in calendars. A clock time that does not exist
 * moves on by the length of the gap (02:30 becomes 03:30). A clock time that exists twice means the first. All others
 * keep their wall-clock time: check-out at 11:00 stays at 11:00 after a shorter or longer night.
 */
import { Temporal } from '@js-temporal/polyfill';
import { instantAt, millis, normalInstant } from './instants.js';
import type { Property } from './property-schema.js';
import type { SnapshotWindow, Window } from './snapshot-schema.js';

/** Clock of a hotel: its zone, and the clock times of dates that name none. */
export type HotelClock = Pick<Property, 'timeZone' | 'checkIn' | 'checkOut'>;

/**
 * Returns a snapshot's window as instants in UTC. Missing clock times come from the property.
 * @throws RangeError if the window is empty, for example a same-day check-out before check-in
 */
export function toInstants(window: SnapshotWindow, property: HotelClock): Window {
  const instants =
    'from' in window
      ? { from: normalInstant(window.from), to: normalInstant(window.to) }
      : {
          from: localInstant(window.arrival, window.checkIn ?? property.checkIn, property.timeZone),
          to: localInstant(window.departure, window.checkOut ?? property.checkOut, property.timeZone),
        };
  if (millis(instants.from) < millis(instants.to)) return instants;
  throw new RangeError(
    `window: must end after it starts; in the hotel's time zone, it is ${instants.from} to ${instants.to}`,
  );
}

/**
 * Returns the instant in UTC of a local date such as "2026-11-23" and a clock time such as "15:00" in an IANA zone.
 * @throws RangeError if the date, clock time or zone does not exist
 */
export function localInstant(date: string, clock: string, timeZone: string): string {
  const local = Temporal.PlainDateTime.from(`${date}T${clock}`);
  return instantAt(local.toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds);
}

const YEARS_AHEAD = 2;

/**
 * Returns true if clocks in two IANA zones show the same time for two years from `now` (milliseconds since 1970).
 * Two years is how far bookings reach ahead. Zones have several names, and neighbours may share their rules.
 * @throws RangeError if a zone does not exist
 */
export function showSameTime(zone: string, otherZone: string, now: number): boolean {
  return zone === otherZone || clockChanges(zone, now) === clockChanges(otherZone, now);
}

/** Returns a zone's offset at `now` and every later change up to the horizon. */
function clockChanges(zone: string, now: number): string {
  const start = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone);
  const horizon = start.add({ years: YEARS_AHEAD }).epochMilliseconds;
  const changes = [start.offset];
  let next = start.getTimeZoneTransition('next');
  while (next !== null && next.epochMilliseconds < horizon) {
    changes.push(`${instantAt(next.epochMilliseconds)} ${next.offset}`);
    next = next.getTimeZoneTransition('next');
  }
  return changes.join();
}
