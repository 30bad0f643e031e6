/**
 * From a hotel's calendar to instants: local dates and clock times in the property's time zone. Used at the edge only;
 * workflows never convert.
 *
 * Rule for the two nights of the clock change (`compatible`, as calendars do it): a clock time that does not exist is moved
 * on by the length of the gap (02:30 becomes 03:30), one that exists twice means the first. All others stay what the
 * clock on the wall says, so that check-out at 11:00 is at 11:00 after a shorter or longer night, too.
 */
import { Temporal } from '@js-temporal/polyfill';
import { instantAt, millis, normalInstant } from './instants.js';
import type { Property } from './property-schema.js';
import type { SnapshotWindow, Window } from './snapshot-schema.js';

type HotelClock = Pick<Property, 'timeZone' | 'checkIn' | 'checkOut'>;

/**
 * A snapshot's window as instants; clock times that it does not name are the property's. Throws a RangeError if the window
 * is empty, as when a day's check-out comes before its check-in.
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
    `window: must end after it starts; as the hotel's clock has it, it is ${instants.from} to ${instants.to}`,
  );
}

/** The instant of a local date such as "2026-11-23" and a clock time such as "15:00" in an IANA zone. */
export function localInstant(date: string, clock: string, timeZone: string): string {
  const local = Temporal.PlainDateTime.from(`${date}T${clock}`);
  return instantAt(local.toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds);
}

const YEARS_AHEAD = 2;

/**
 * Says whether clocks in two IANA zones show the same time from `now` (milliseconds since 1970) for the two years that bookings reach
 * ahead: zones are known by several names, and neighbours may share their rules. Throws a RangeError for a zone that is not known.
 */
export function showSameTime(zone: string, otherZone: string, now: number): boolean {
  return zone === otherZone || clockChanges(zone, now) === clockChanges(otherZone, now);
}

/** The offset that a zone starts with, and every change of it. */
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
