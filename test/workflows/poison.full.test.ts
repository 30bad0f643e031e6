/**
 * Stays that cannot get on, for hours: they show why, call Seam at a bounded rate, hold up no other stay, and get on once the cause is
 * gone. Prints the calls of an hour (`docs/operations.md`).
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { StayView } from '../../src/client.js';
import type { BookedStay } from '../harness/booked-stay.js';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';

const HILL = 'hill';
const STAYS = 4;

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld();
});
afterEach(async () => world.undisturb());
afterAll(async () => world.stop());

const codes = ({ attention }: StayView): readonly string[] => [...new Set(attention.map(({ code }) => code))];
const hasKeys = ({ guests }: StayView): boolean => guests.every(({ keyState }) => keyState === 'issued');

function bookMany(name: string, roomOf: (index: number) => string, propertyId = 'seaside'): Promise<BookedStay[]> {
  return Promise.all(
    Array.from({ length: STAYS }, (_, index) => world.book(`${name}-${index}`, { propertyId, rooms: [roomOf(index)] })),
  );
}

/** Waits until all views are so, and skips a minute at a time, at most an hour. Returns the views. */
async function all(stays: readonly BookedStay[], condition: (view: StayView) => boolean): Promise<readonly StayView[]> {
  const [last] = stays.toReversed();
  await last?.inTime(condition, { minutes: 60 });
  return Promise.all(stays.map((stay) => stay.until(condition)));
}

/** Returns the calls of the second hour for each stay: those of the first are more, because waits grow. */
async function callsAnHour(what: string): Promise<number> {
  await world.pass('1 hour');
  const before = world.calls();
  await world.pass('1 hour');
  const calls = (world.calls() - before) / STAYS;
  process.stdout.write(`${what}: ${calls} calls to Seam in an hour for each stay\n`);
  return calls;
}

/** Checks that another stay gets its key at once, and all of them open their doors. */
async function anotherIsUntouched(name: string): Promise<void> {
  const [room = ''] = world.freeRooms(1);
  const other = await world.book(name, { rooms: [room] });
  await other.until(hasKeys);
  expect(await other.tap('g1', room)).toBe('opened');
}

test('stays in rooms that do not exist look for them a few times an hour, and get their keys in another room', async () => {
  const stays = await bookMany('no-room', (index) => `none-${index}`);
  for (const view of await all(stays, (seen) => seen.settled && codes(seen).length > 0)) {
    expect(codes(view)).toEqual(['impossible-plan']);
  }
  await anotherIsUntouched('beside-no-room');
  expect(await callsAnHour('a room that does not exist')).toBeLessThanOrEqual(8);
  const rooms = world.freeRooms(STAYS);
  for (const [index, stay] of stays.entries()) await stay.signal('changeRooms', { rooms: [rooms[index] ?? ''] });
  for (const view of await all(stays, (seen) => seen.settled && hasKeys(seen))) expect(codes(view)).toEqual([]);
});

test('stays of a property that is removed from the file make no call, keep their keys, and go on once it is back', async () => {
  world.configure(HILL, {});
  const rooms = world.freeRooms(STAYS);
  const stays = await bookMany('no-property', (index) => rooms[index] ?? '', HILL);
  await all(stays, (view) => view.settled && hasKeys(view));
  world.removeProperty(HILL);
  for (const stay of stays) await stay.signal('addGuests', { guests: [{ guestId: 'g2' }] });
  for (const view of await all(stays, (seen) => codes(seen).length > 0)) {
    expect(codes(view)).toEqual(['property-unknown']);
  }
  await anotherIsUntouched('beside-no-property');
  expect(await callsAnHour('a property that is not in the file')).toBe(0);
  for (const [index, stay] of stays.entries()) expect(await stay.tap('g1', rooms[index] ?? '')).toBe('opened');
  world.configure(HILL, {});
  for (const view of await all(stays, (seen) => seen.settled && hasKeys(seen))) expect(codes(view)).toEqual([]);
});

test('stays that Seam refuses for hours, because its API key was revoked, get their keys by themselves with a valid one', async () => {
  await world.disturb({ kind: 'status', status: 401 });
  const rooms = world.freeRooms(STAYS);
  const stays = await bookMany('no-access', (index) => rooms[index] ?? '');
  const refused = await all(stays, (seen) => codes(seen).length > 0);
  for (const view of refused) expect(view.attention.map(({ message }) => message).join()).not.toContain('undefined');
  expect(new Set(refused.flatMap(codes))).toEqual(new Set(['access-system-down']));
  expect(await callsAnHour("Seam's API key revoked")).toBeLessThanOrEqual(900);
  await world.undisturb();
  for (const view of await all(stays, (seen) => seen.settled && hasKeys(seen))) expect(codes(view)).toEqual([]);
  for (const [index, stay] of stays.entries()) expect(await stay.tap('g1', rooms[index] ?? '')).toBe('opened');
});
