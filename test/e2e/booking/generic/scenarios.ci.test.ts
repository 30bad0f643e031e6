/**
 * Scenarios 36 to 40 and 50 of the reference with a booking system that signs its snapshots: from the real HTTP server to taps at
 * locks, on Temporal's real server.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { instantAt } from '../../../../src/domain/model/instants.js';
import type { StaySnapshotInput } from '../../../../src/domain/model/snapshot-schema.js';
import { bookStay, type BookedStay } from '../../../harness/booked-stay.js';
import { openRealWorld, type RealWorld } from '../../../harness/real-world.js';
import { deliver, SECRET, type Answered, type Signing } from './sender.js';

/** Property id that the simulator uses for its hotel. */
const PROPERTY_ID = 'simulated-hotel';
const HOUR = 60 * 60_000;

let world: RealWorld;
let url: string;
beforeAll(async () => {
  const connection = {
    connectionId: 'front-desk',
    system: 'generic',
    properties: [{ propertyId: PROPERTY_ID }],
    settings: { secrets: ['FRONT_DESK_SECRET'] },
  };
  world = await openRealWorld({
    bookings: { file: { connections: [connection] }, secrets: { FRONT_DESK_SECRET: SECRET } },
  });
  if (world.stack.server === undefined) throw new Error('the stack has no server');
  url = `${world.stack.server.url}/webhooks/generic/front-desk`;
});
afterAll(async () => world.stop());

function snapshotOf(reservationId: string, changes: Partial<StaySnapshotInput> = {}): StaySnapshotInput {
  return {
    propertyId: PROPERTY_ID,
    reservationId,
    revision: 1,
    status: 'in-house',
    window: { from: instantAt(Date.now() - HOUR), to: instantAt(Date.now() + 48 * HOUR) },
    rooms: [],
    guests: [{ guestId: 'g1', primary: true }],
    ...changes,
  };
}

const tell = (snapshot: StaySnapshotInput, signing: Signing = {}): Promise<Answered> => deliver(url, snapshot, signing);

/** The stay of a delivered snapshot, with a phone for every guest. */
function stayOf(snapshot: StaySnapshotInput): BookedStay {
  const { simulator, client } = world;
  const pass = (): Promise<never> => Promise.reject(new Error('Here time passes by itself only'));
  return bookStay({ simulator, client, pass, now: async () => Date.now() }, snapshot, { withinMs: 240_000 });
}

const issued = (stay: BookedStay): Promise<unknown> =>
  stay.until((view) => view.settled && view.guests.every(({ keyState }) => keyState === 'issued'));

const withoutFurther = ({ status, outcome }: Answered): Pick<Answered, 'status' | 'outcome'> => ({ status, outcome });

test('36: a walk-in who gets a room and is checked in within moments has exactly one override key', async () => {
  const [room = ''] = world.freeRooms(1);
  const made = snapshotOf('walk-in', { status: 'confirmed' });
  expect((await tell(made)).outcome).toBe('recorded');
  await tell({ ...made, revision: 2, rooms: [room] });
  await tell({ ...made, revision: 3, rooms: [room], status: 'in-house' });
  const stay = stayOf(made);
  await issued(stay);
  expect(await stay.tap('g1', room)).toBe('opened');
  expect((await stay.view()).keys.map(({ kind }) => kind)).toEqual(['override']);
});

test('37: a repeated delivery changes nothing', async () => {
  const [room = ''] = world.freeRooms(1);
  const snapshot = snapshotOf('twice', { rooms: [room] });
  const outcomes = await Promise.all([1, 2, 3].map(() => tell(snapshot, { id: 'msg_same' })));
  expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual(['recorded', 'same', 'same']);
  const stay = stayOf(snapshot);
  await issued(stay);
  const { keys } = await stay.view();
  expect(withoutFurther(await tell(snapshot))).toEqual({ status: 202, outcome: 'same' });
  expect((await stay.settled()).keys).toEqual(keys);
  expect(await stay.tap('g1', room)).toBe('opened');
});

test('38: the newest revision wins, in whatever order revisions arrive', async () => {
  const [first = '', second = ''] = world.freeRooms(2);
  const early = snapshotOf('order', { revision: 2, rooms: [first], status: 'confirmed' });
  const late = snapshotOf('order', { revision: 3, rooms: [second] });
  expect((await tell(late)).outcome).toBe('recorded');
  expect(withoutFurther(await tell(early))).toEqual({ status: 202, outcome: 'older' });
  const stay = stayOf(late);
  await issued(stay);
  expect([await stay.tap('g1', first), await stay.tap('g1', second)]).toEqual(['not-this-door', 'opened']);
});

test('other content under a recorded revision is refused, unless the sender marks it as superseding', async () => {
  const [first = '', second = ''] = world.freeRooms(2);
  const snapshot = snapshotOf('conflict', { rooms: [first] });
  await tell(snapshot);
  const other = { ...snapshot, rooms: [second] };
  expect(await deliver(url, other)).toMatchObject({
    status: 422,
    outcome: 'refused',
    problems: [{ path: 'revision', message: expect.stringMatching(/known with other content/) as unknown }],
  });
  expect((await stayOf(snapshot).view()).rooms).toEqual([first]);
  expect((await tell({ ...other, supersede: true })).outcome).toBe('recorded');
  expect((await stayOf(snapshot).view()).rooms).toEqual([second]);
});

test('a replayed delivery does not bring back what a later one has superseded', async () => {
  const [first = '', second = ''] = world.freeRooms(2);
  const snapshot = { ...snapshotOf('replayed', { rooms: [first] }), supersede: true };
  await tell(snapshot, { id: 'msg_first' });
  await tell({ ...snapshot, rooms: [second] }, { id: 'msg_second' });
  expect(withoutFurther(await tell(snapshot, { id: 'msg_first' }))).toEqual({ status: 202, outcome: 'same' });
  expect((await stayOf(snapshot).view()).rooms).toEqual([second]);
  expect(withoutFurther(await tell(snapshot, { id: 'msg_third' }))).toEqual({ status: 202, outcome: 'recorded' });
});

test('39: no guest loses a key while the server is down, and the redelivered change is carried out afterwards', async () => {
  const [first = '', second = ''] = world.freeRooms(2);
  const snapshot = snapshotOf('silence', { rooms: [first] });
  await tell(snapshot);
  const stay = stayOf(snapshot);
  await issued(stay);
  const moved = { ...snapshot, revision: 2, rooms: [second] };
  await world.stack.server?.process().end('SIGKILL');
  await expect(tell(moved)).rejects.toThrow();
  expect(await stay.tap('g1', first)).toBe('opened');
  await world.stack.server?.start();
  expect((await tell(moved)).outcome).toBe('recorded');
  await stay.until(
    (view) => view.settled && view.keys.some(({ rooms, state }) => state === 'live' && rooms.includes(second)),
  );
  expect(await stay.whoOpens(second, ['g1'])).toEqual(['g1']);
  await stay.until((view) => view.keys.filter(({ state }) => state !== 'dead').length === 1);
  expect(await stay.whoOpens(first, ['g1'])).toEqual([]);
});

test('40: a deleted reservation arrives as cancelled and its keys end, and a reinstated one gets keys again', async () => {
  const [room = ''] = world.freeRooms(1);
  const snapshot = snapshotOf('deleted', { rooms: [room] });
  await tell(snapshot);
  const stay = stayOf(snapshot);
  await issued(stay);
  await tell({ ...snapshot, revision: 2, status: 'cancelled' });
  await stay.until((view) => view.phase === 'cancelled' && view.keys.every(({ state }) => state === 'dead'));
  expect(await stay.whoOpens(room, ['g1'])).toEqual([]);
  await tell({ ...snapshot, revision: 3 });
  await issued(stay);
  expect(await stay.whoOpens(room, ['g1'])).toEqual(['g1']);
});

test('50: a snapshot of a stay that has passed starts no stay', async () => {
  const past = { from: instantAt(Date.now() - 72 * HOUR), to: instantAt(Date.now() - 24 * HOUR) };
  const snapshot = snapshotOf('passed', { window: past, status: 'departed' });
  expect(withoutFurther(await tell(snapshot))).toEqual({ status: 202, outcome: 'over' });
  await expect(world.client.view(snapshot)).rejects.toMatchObject({ name: 'StayNotFound' });
});

test('local dates that make no window by the hotel clock are refused with their field, and an ending passes with them', async () => {
  const window = { arrival: '2035-01-01', departure: '2035-01-01' };
  expect(await deliver(url, snapshotOf('empty', { window }))).toMatchObject({
    status: 422,
    problems: [{ path: 'window.departure', message: expect.stringMatching(/^must end after it starts/) as unknown }],
  });
  await expect(world.client.view(snapshotOf('empty'))).rejects.toMatchObject({ name: 'StayNotFound' });
  const stay = snapshotOf('empty-end');
  await tell(stay);
  expect((await tell({ ...stay, revision: 2, status: 'departed', window })).outcome).toBe('recorded');
  expect((await world.client.view(stay)).phase).toBe('over');
});

test('an invalid snapshot is refused with the names of its fields, and starts no stay', async () => {
  const wrong = { ...snapshotOf('wrong'), guests: [{ guestId: 'g1', email: 'nowhere' }], extra: 1 };
  expect(await deliver(url, wrong)).toMatchObject({
    status: 422,
    outcome: 'refused',
    problems: expect.arrayContaining([{ path: 'guests[0].email', message: 'must be an e-mail address' }]) as unknown,
  });
  await expect(world.client.view(wrong)).rejects.toMatchObject({ name: 'StayNotFound' });
});
