/** Local dates and clock times in hotels' zones, on ordinary and on odd nights. */
import { describe, expect, it } from 'vitest';
import { localInstant, showSameTime, toInstants } from '../../../../src/domain/model/dates.js';

const berlin = { timeZone: 'Europe/Berlin', checkIn: '15:00', checkOut: '11:00' };

describe('a window in local dates', () => {
  it("a window in local dates takes the property's clock times where it names none", () => {
    expect(toInstants({ arrival: '2026-11-23', departure: '2026-11-26' }, berlin)).toEqual({
      from: '2026-11-23T14:00Z',
      to: '2026-11-26T10:00Z',
    });
  });

  it('a window in local dates prefers its own clock times', () => {
    const window = { arrival: '2026-11-23', departure: '2026-11-23', checkIn: '09:00', checkOut: '17:30' };
    expect(toInstants(window, berlin)).toEqual({ from: '2026-11-23T08:00Z', to: '2026-11-23T16:30Z' });
  });

  it('check-out stays at 11:00 local time over a night that is an hour shorter', () => {
    expect(toInstants({ arrival: '2026-03-28', departure: '2026-03-29' }, berlin)).toEqual({
      from: '2026-03-28T14:00Z',
      to: '2026-03-29T09:00Z',
    });
  });

  it('check-out stays at 11:00 local time over a night that is an hour longer', () => {
    expect(toInstants({ arrival: '2026-10-24', departure: '2026-10-25' }, berlin)).toEqual({
      from: '2026-10-24T13:00Z',
      to: '2026-10-25T10:00Z',
    });
  });

  it('check-in and check-out keep their clock times over a change of half an hour', () => {
    const lordHowe = { ...berlin, timeZone: 'Australia/Lord_Howe' };
    expect(toInstants({ arrival: '2026-10-03', departure: '2026-10-04' }, lordHowe)).toEqual({
      from: '2026-10-03T04:30Z',
      to: '2026-10-04T00:00Z',
    });
    expect(toInstants({ arrival: '2027-04-03', departure: '2027-04-04' }, lordHowe)).toEqual({
      from: '2027-04-03T04:00Z',
      to: '2027-04-04T00:30Z',
    });
  });

  it('a window over a day that does not exist has as many nights as the calendar says', () => {
    expect(
      toInstants({ arrival: '2011-12-29', departure: '2011-12-31' }, { ...berlin, timeZone: 'Pacific/Apia' }),
    ).toEqual({
      from: '2011-12-30T01:00Z',
      to: '2011-12-30T21:00Z',
    });
  });

  it.each([
    ['Asia/Kolkata', '2026-11-23T09:30Z'],
    ['Asia/Kathmandu', '2026-11-23T09:15Z'],
    ['Australia/Adelaide', '2026-11-23T04:30Z'],
    ['America/St_Johns', '2026-11-23T18:30Z'],
    ['Australia/Lord_Howe', '2026-11-23T04:00Z'],
    ['Pacific/Kiritimati', '2026-11-23T01:00Z'],
    ['UTC', '2026-11-23T15:00Z'],
  ])('a local time converts correctly in zones that are far off or not whole hours: %s', (timeZone, instant) => {
    expect(localInstant('2026-11-23', '15:00', timeZone)).toBe(instant);
  });

  it('a window in local dates is refused if its check-out comes before its check-in', () => {
    expect(() => toInstants({ arrival: '2026-11-23', departure: '2026-11-23' }, berlin)).toThrow(
      "window: must end after it starts; in the hotel's time zone, it is 2026-11-23T14:00Z to 2026-11-23T10:00Z",
    );
  });
});

describe('a clock time in a night when the clocks change', () => {
  it('a clock time that does not exist is moved on by the length of the gap', () => {
    expect(localInstant('2026-03-29', '02:30', 'Europe/Berlin')).toBe('2026-03-29T01:30Z');
    expect(localInstant('2026-10-04', '02:15', 'Australia/Lord_Howe')).toBe('2026-10-03T15:45Z');
  });

  it('a clock time that exists twice means the first occurrence', () => {
    expect(localInstant('2026-10-25', '02:30', 'Europe/Berlin')).toBe('2026-10-25T00:30Z');
    expect(localInstant('2026-11-01', '01:30', 'America/New_York')).toBe('2026-11-01T05:30Z');
    expect(localInstant('2027-04-04', '01:45', 'Australia/Lord_Howe')).toBe('2027-04-03T14:45Z');
    expect(localInstant('2027-04-04', '02:45', 'Australia/Adelaide')).toBe('2027-04-03T16:15Z');
  });
});

describe('a window in instants', () => {
  it('a window in instants is rewritten in UTC at minute precision, whatever the property', () => {
    const window = { from: '2026-11-23T15:00:31+01:00', to: '2026-11-26T10:00:00.000Z' };
    expect(toInstants(window, berlin)).toEqual({ from: '2026-11-23T14:00Z', to: '2026-11-26T10:00Z' });
  });

  it('a window in instants is refused if nothing is left of it at minute precision', () => {
    expect(() => toInstants({ from: '2026-11-23T14:00:10Z', to: '2026-11-23T14:00:50Z' }, berlin)).toThrow(RangeError);
  });
});

describe('two zones', () => {
  const now = Date.parse('2026-11-23T14:00Z');

  it.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['Asia/Calcutta', 'Asia/Kolkata'],
    ['Etc/UTC', 'UTC'],
    ['US/Eastern', 'America/New_York'],
    ['Europe/Berlin', 'Europe/Stockholm'],
  ])('the zones %s and %s show the same time', (zone, other) => {
    expect(showSameTime(zone, other, now)).toBe(true);
  });

  it.each([
    ['Europe/Berlin', 'Europe/London', 'never'],
    ['Europe/Berlin', 'Africa/Lagos', 'in winter only'],
    ['Europe/Berlin', 'Africa/Algiers', 'in winter only'],
    ['America/New_York', 'America/Havana', 'but for some hours in the nights of the change'],
    ['Australia/Sydney', 'Australia/Lord_Howe', 'in summer only'],
  ])('the zones %s and %s do not count as showing the same time (they agree: %s)', (zone, other) => {
    expect(showSameTime(zone, other, now)).toBe(false);
  });

  it('two zones cannot be compared if one of them is unknown', () => {
    expect(() => showSameTime('Mars/Base', 'Europe/Berlin', now)).toThrow(RangeError);
  });
});
