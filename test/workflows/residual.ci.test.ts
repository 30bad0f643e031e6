/**
 * Residual access: the time for which each move, check-out and other change leaves a door open to a phone that has not synced it.
 * The minutes that the room computes are those in which the lock does open, tried minute by minute.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RoomKeyView, StaySnapshotInput } from '../../src/client.js';
import type { TapResult } from '../../src/simulator/hotel/taps.js';
import type { BookedStay } from '../harness/booked-stay.js';
import { openStayWorld, PROPERTY_ID, type StayWorld } from '../harness/stay-world.js';

const MINUTE = 60_000;
const HOUR = 60;
const DAY = 24 * HOUR;
const COUPLE = [{ guestId: 'g1' }, { guestId: 'g2' }];

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld();
});
afterAll(async () => world.stop());

const freeRoom = (): string => world.freeRooms(1)[0] ?? '';

/** Returns the dead keys of the room that may still open its door. */
async function possibleKeys(room: string): Promise<readonly RoomKeyView[]> {
  const view = await world.client.room({ propertyId: PROPERTY_ID, room });
  return view.keys.possible.filter((key) => key.state === 'dead');
}

/** Takes the phones of these guests offline, so that they receive no further change. */
function goOffline(stay: BookedStay, ...guestIds: readonly string[]): void {
  for (const guestId of guestIds) {
    for (const phone of stay.phones(guestId)) world.simulator.hotel.phones.change(phone.id, { connection: 'offline' });
  }
}

function tapWith(key: RoomKeyView, room: string, at: number): TapResult['reason'] {
  const { hotel } = world.simulator;
  return hotel.tap({ acsCredentialId: key.acsCredentialId }, hotel.door(room).id, at).reason;
}

interface Opened {
  readonly first: number;
  readonly minutes: number;
  /** The minute after the last. */
  readonly end: number;
}

/** The minutes since its end in which the key opens the door, tried until a day after its window. */
function minutesThatOpen(key: RoomKeyView, room: string): Opened | undefined {
  const opened: number[] = [];
  for (let at = Date.parse(key.deadAt ?? ''); at < Date.parse(key.window.to) + DAY * MINUTE; at += MINUTE) {
    if (tapWith(key, room, at) === 'phone-offline-key') opened.push(at);
  }
  const [first, last] = [opened[0], opened.at(-1)];
  return first === undefined || last === undefined ? undefined : { first, minutes: opened.length, end: last + MINUTE };
}

/** Checks that the residual access that the room reports is what the lock allows, to the minute. */
function expectComputedAsTried(key: RoomKeyView, room: string): void {
  const from = Math.max(Date.parse(key.deadAt ?? ''), Date.parse(key.window.from));
  const computed = { first: from, minutes: key.residualMinutes, end: Date.parse(key.residualUntil ?? '') };
  expect(minutesThatOpen(key, room)).toEqual(computed);
}

interface Story {
  readonly what: string;
  readonly booked?: Partial<StaySnapshotInput>;
  /** Preparation before phones go offline. */
  readonly prepare?: (stay: BookedStay) => Promise<unknown>;
  readonly change: (stay: BookedStay) => Promise<unknown>;
  /** Guests whose keys to the room end. */
  readonly ends: readonly string[];
}

const stories: readonly Story[] = [
  { what: 'an early check-out', change: (stay) => stay.amend({ status: 'departed' }), ends: ['g1', 'g2'] },
  { what: 'a move to another room', change: (stay) => stay.amend({ rooms: [freeRoom()] }), ends: ['g1', 'g2'] },
  {
    what: 'one room of two that is given up',
    prepare: (stay) => stay.amend({ rooms: [...(stay.snapshot.rooms ?? []), freeRoom()] }),
    change: (stay) => stay.amend({ rooms: (stay.snapshot.rooms ?? []).slice(1) }),
    ends: ['g1', 'g2'],
  },
  {
    what: 'a departure that is brought forward',
    change: async (stay) => stay.signal('changeDates', { window: { to: await world.inMinutes(5 * HOUR) } }),
    ends: ['g1', 'g2'],
  },
  { what: 'a guest who leaves early', change: (stay) => stay.signal('removeGuest', { guestId: 'g2' }), ends: ['g2'] },
  { what: 'a room that is taken away', change: (stay) => stay.amend({ rooms: [] }), ends: ['g1', 'g2'] },
  {
    what: 'a cancellation after keys were issued ahead',
    booked: { status: 'confirmed' },
    change: (stay) => stay.amend({ status: 'cancelled' }),
    ends: ['g1', 'g2'],
  },
];

describe('a dead key', () => {
  test.each(stories)(
    'a dead key in an offline phone opens after $what for as long as the room reports',
    async ({ what, booked, prepare, change, ends }) => {
      const room = freeRoom();
      // Keys issued ahead end before their window begins: their residual access begins with the window.
      const from = await world.inMinutes(booked?.status === 'confirmed' ? 90 : -HOUR);
      const window = { from, to: await world.inMinutes(DAY + 7 * HOUR) };
      const stay = await world.book(what.replaceAll(' ', '-'), { rooms: [room], guests: COUPLE, window, ...booked });
      await stay.settled();
      await prepare?.(stay);
      const before = await stay.settled();
      const doomed = before.keys.filter((key) => key.state === 'live' && ends.includes(key.guestId));
      expect(doomed.map((key) => key.guestId).toSorted()).toEqual(ends);
      goOffline(stay, ...ends);
      await world.pass(20 * MINUTE);
      await change(stay);
      await stay.inTime((view) => view.settled && doomed.every((old) => isDead(view, old)), { minutes: 30 });

      const possible = (await possibleKeys(room)).filter((key) =>
        doomed.some((old) => old.acsCredentialId === key.acsCredentialId),
      );
      expect(possible.map((key) => key.guestId).toSorted()).toEqual(ends);
      for (const key of possible) expectComputedAsTried(key, room);
      if (booked?.status === 'confirmed') expect(possible[0]?.residualMinutes).toBe(DAY + 7 * HOUR - 90);
    },
  );

  test('a dead key no longer opens a door once the next guest has used their key there, and the room names that key', async () => {
    const room = freeRoom();
    const leaving = await world.book('leaves-a-key', { rooms: [room], guests: [{ guestId: 'g1' }] });
    await leaving.settled();
    goOffline(leaving, 'g1');
    await leaving.amend({ status: 'departed' });
    await leaving.settled();
    await world.pass(2 * MINUTE);
    const next = await world.book('comes-next', { rooms: [room], guests: [{ guestId: 'g1' }] });
    const issued = await next.settled();
    const [left] = await possibleKeys(room);
    if (left === undefined) throw new Error('The room knows of no key that is left');
    expect(left.endsAtFirstUseOf).toBe(issued.keys[0]?.acsCredentialId);
    expectComputedAsTried(left, room);

    expect(await next.tap('g1', room)).toBe('opened');
    expect(minutesThatOpen(left, room)).toBeUndefined();
    expect(tapWith(left, room, await world.now())).toBe('older-generation');
  });

  test('a dead key in an offline phone opens common doors until its window ends, even after the next guest used them', async () => {
    const room = freeRoom();
    const leaving = await world.book('leaves-the-house', { rooms: [room], guests: [{ guestId: 'g1' }] });
    await leaving.settled();
    goOffline(leaving, 'g1');
    await leaving.amend({ status: 'departed' });
    await leaving.settled();
    const next = await world.book('comes-to-the-house', { rooms: [room], guests: [{ guestId: 'g1' }] });
    await next.settled();
    for (const door of [room, 'Main Entrance']) expect(await next.tap('g1', door)).toBe('opened');
    const [left] = await possibleKeys(room);
    if (left === undefined) throw new Error('The room knows of no key that is left');
    expectComputedAsTried(left, 'Main Entrance');
  });

  test('a dead key in an online phone opens nothing, and the room still reports the worst case', async () => {
    const room = freeRoom();
    const stay = await world.book('hears-of-it', { rooms: [room], guests: [{ guestId: 'g1' }] });
    await stay.settled();
    await stay.amend({ status: 'departed' });
    await stay.settled();
    const [key] = await possibleKeys(room);
    if (key === undefined) throw new Error('The room knows of no key that is left');
    expect(minutesThatOpen(key, room)).toBeUndefined();
    expect(key.residualMinutes).toBe((Date.parse(key.window.to) - Date.parse(key.deadAt ?? '')) / MINUTE);
  });
});

function isDead(view: Awaited<ReturnType<BookedStay['view']>>, key: { readonly acsCredentialId?: string }): boolean {
  return view.keys.some((other) => other.acsCredentialId === key.acsCredentialId && other.state === 'dead');
}
