/** Rings of stays that swap rooms, with something in between: ends, acts of the desk, lost runs. Judged by taps at the locks. */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { roomWorkflowId } from '../../src/domain/model/ids.js';
import type { Exchange, Offer } from '../../src/domain/model/exchange.js';
import { forceSignal } from '../../workflows/room/messages.js';
import { exchangeQuery, voteUpdate } from '../../workflows/stay/messages.js';
import { openStayWorld, PROPERTY_ID, type StayWorld } from '../harness/stay-world.js';
import type { BookedStay } from '../harness/booked-stay.js';

let world: StayWorld;
/** Stays whose exchanges the workers leave to the test. */
const heldBack = new Set<string>();
beforeAll(async () => {
  world = await openStayWorld({
    around: (activities) => ({
      ...activities,
      exchangeRooms(input) {
        if (!heldBack.has(Context.current().info.workflowExecution?.workflowId ?? ''))
          return activities.exchangeRooms(input);
        throw ApplicationFailure.create({ type: 'HeldBack', message: 'the test holds this exchange back' });
      },
    }),
  });
});
afterAll(async () => world.stop());

async function inHouse(name: string, room: string): Promise<BookedStay> {
  const stay = await world.book(name, { status: 'in-house', rooms: [room], guests: [{ guestId: 'g1' }] });
  await stay.until((view) => view.guests.every(({ keyState }) => keyState === 'issued') && view.settled);
  return stay;
}

interface Swap {
  readonly a: BookedStay;
  readonly b: BookedStay;
  readonly x: string;
  readonly y: string;
}

/** Returns two stays in house that have voted for the swap of their rooms, and have no outcome yet. */
async function voted(name: string): Promise<Swap> {
  const [x = '', y = ''] = world.freeRooms(2);
  const [a, b] = [await inHouse(`${name}-a`, x), await inHouse(`${name}-b`, y)];
  for (const { workflowId } of [a, b]) heldBack.add(workflowId);
  await a.amend({ rooms: [y] });
  await b.amend({ rooms: [x] });
  const members = await Promise.all([a, b].map(offered));
  const exchange: Exchange = { id: name, members };
  for (const { workflowId } of [a, b]) {
    const vote = await world.temporal.workflow.getHandle(workflowId).executeUpdate(voteUpdate, { args: [exchange] });
    expect(vote).toEqual({ kind: 'yes' });
  }
  expect([(await a.view()).settled, (await b.view()).settled]).toEqual([false, false]);
  return { a, b, x, y };
}

async function offered({ workflowId }: BookedStay): Promise<Offer> {
  const standing = (): Promise<{ readonly offer?: Offer }> =>
    world.temporal.workflow.getHandle(workflowId).query(exchangeQuery);
  await expect.poll(async () => (await standing()).offer, { timeout: 120_000 }).toBeDefined();
  const { offer } = await standing();
  if (offer === undefined) throw new Error('the offer is gone');
  return offer;
}

async function letGo(...stays: readonly BookedStay[]): Promise<void> {
  for (const { workflowId } of stays) heldBack.delete(workflowId);
  await world.pass('1 minute');
}

function isIn(stay: BookedStay, room: string): Promise<unknown> {
  return stay.until(
    ({ keys, settled }) =>
      settled && keys.every((key) => (key.state === 'live') === key.rooms.includes(room) || key.state === 'dead'),
  );
}

test('a stay that ends in the middle of an exchange leaves both rooms, and the other one gets its room', async () => {
  const { a, b, x, y } = await voted('ring-end');
  await a.amend({ status: 'departed' });
  await letGo(a, b);
  await isIn(b, x);
  await a.until(({ phase, settled }) => phase === 'over' && settled);
  expect(await b.tap('g1', x)).toBe('opened');
  expect(await a.tap('g1', x)).not.toBe('opened');
  const next = await inHouse('ring-end-next', y);
  expect(await next.tap('g1', y)).toBe('opened');
});

test('if a member is terminated after its vote, the other keeps its room, with attention that the desk can act on', async () => {
  const { a, b, x, y } = await voted('ring-lost');
  await world.temporal.workflow.getHandle(b.workflowId).terminate('lost');
  await letGo(a, b);
  expect(await a.tap('g1', x)).toBe('opened');
  const { attention } = await a.until((view) => view.attention.some(({ code }) => code === 'room-taken'));
  expect(attention[0]?.message).toContain('room-force');
  await force(y, a, 'the other stay is lost');
  await isIn(a, y);
  expect(await a.tap('g1', y)).toBe('opened');
  expect(await a.tap('g1', x)).not.toBe('opened');
});

test('a room that the desk gives to a third stay between the votes and the outcome is theirs, with attention', async () => {
  const { a, b, x, y } = await voted('ring-force');
  const c = await world.book('ring-force-c', { status: 'in-house', rooms: [y], guests: [{ guestId: 'g1' }] });
  await c.until(({ leases = [] }) => leases.some(({ state }) => state === 'waiting'));
  await force(y, c, 'they have paid for this room');
  await c.until((view) => view.guests[0]?.keyState === 'issued');
  await letGo(a, b);
  await isIn(b, x);
  expect(await c.tap('g1', y)).toBe('opened');
  expect(await b.tap('g1', x)).toBe('opened');
  await a.until(({ attention }) =>
    attention.some(({ code, message }) => code === 'room-taken' && message.includes('ring-force-c')),
  );
  const [free = ''] = world.freeRooms(1);
  await a.amend({ rooms: [free] });
  await isIn(a, free);
  expect(await a.tap('g1', free)).toBe('opened');
});

test('two rings at once resolve, also beside a third stay that waits for one of their rooms', async () => {
  const rooms = world.freeRooms(4);
  const stays: BookedStay[] = [];
  for (const [index, room] of rooms.entries()) stays.push(await inHouse(`rings-${index}`, room));
  const third = await world.book('rings-third', {
    status: 'in-house',
    rooms: rooms.slice(1, 2),
    guests: [{ guestId: 'g1' }],
  });
  const next = [1, 0, 3, 2].map((index) => rooms[index] ?? '');
  await Promise.all(stays.map((stay, index) => stay.amend({ rooms: next.slice(index, index + 1) })));
  for (const [index, stay] of stays.entries()) {
    await isIn(stay, next[index] ?? '');
    expect(await stay.tap('g1', next[index] ?? '')).toBe('opened');
  }
  expect(await third.tap('g1', rooms[1] ?? '')).not.toBe('opened');
});

test('a ring that a third stay breaks lets no guest go, and the room that becomes free goes on', async () => {
  const [x = '', y = '', z = '', free = ''] = world.freeRooms(4);
  const [a, b, c] = [await inHouse('broken-a', x), await inHouse('broken-b', y), await inHouse('broken-c', z)];
  await a.amend({ rooms: [y] });
  await b.amend({ rooms: [z] });
  await a.until(({ leases = [] }) => leases.some(({ state }) => state === 'waiting'));
  await b.until(({ leases = [] }) => leases.some(({ state }) => state === 'waiting'));
  expect([await a.tap('g1', x), await b.tap('g1', y)]).toEqual(['opened', 'opened']);
  await c.amend({ rooms: [free] });
  for (const [stay, room] of [
    [c, free],
    [b, z],
    [a, y],
  ] as const) {
    await isIn(stay, room);
    expect(await stay.tap('g1', room)).toBe('opened');
  }
});

test('a scheduled move under a hold ends no key at its time before the next room is granted', async () => {
  const [own = '', next = ''] = world.freeRooms(2);
  const a = await inHouse('scheduled-a', own);
  const at = await world.inMinutes(30);
  const window = a.snapshot.window as { readonly from: string; readonly to: string };
  const { rooms: _rooms, ...rest } = a.snapshot;
  await world.client.applyReservation({
    ...rest,
    revision: 2,
    hold: { reason: 'unpaid' },
    segments: [
      { from: window.from, to: at, rooms: [own] },
      { from: at, to: window.to, rooms: [next] },
    ],
  });
  await a.settled();
  await world.pass('40 minutes');
  await a.until(({ attention }) => attention.some(({ code }) => code === 'room-kept'));
  expect(await a.tap('g1', own)).toBe('opened');
  const other = await world.book('scheduled-b', { status: 'in-house', rooms: [own], guests: [{ guestId: 'g1' }] });
  await other.until(({ leases = [] }) => leases.some(({ state }) => state === 'waiting'));
  expect(await other.tap('g1', own)).not.toBe('opened');
  await a.signal('force', { reason: 'paid in cash' });
  await isIn(a, next);
  expect(await a.tap('g1', next)).toBe('opened');
});

async function force(room: string, { workflowId }: BookedStay, reason: string): Promise<void> {
  const handle = world.temporal.workflow.getHandle(roomWorkflowId({ propertyId: PROPERTY_ID, room }));
  await handle.signal(forceSignal, { stayId: workflowId, reason, by: 'desk' });
}
