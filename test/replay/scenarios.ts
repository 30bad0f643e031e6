/** Scenarios of the stays whose histories are kept, by the name of their file. Guests are made up. */
import { randomUUID } from 'node:crypto';
import { roomWorkflowId } from '../../src/client.js';
import { WORKFLOW_TYPES } from '../../src/temporal/workflow-types.js';
import { bookStay, type BookedStay } from '../harness/booked-stay.js';
import { PROPERTY_ID, type StayWorld } from '../harness/stay-world.js';

/** Runs a scenario and returns the workflow whose history is kept. */
type Scenario = (world: StayWorld) => Promise<Pick<BookedStay, 'workflowId'>>;

/** Folder for histories of the current workflows; earlier histories stay in folders of their own, and are not recorded again. */
export const GENERATION = 'stays-0.1.0';

const party = (count: number): { guestId: string }[] =>
  Array.from({ length: count }, (_, index) => ({ guestId: `g${index + 1}` }));

async function checkedOut(stay: BookedStay): Promise<BookedStay> {
  await stay.signal('checkOut', {});
  await stay.until((view) => view.settled && view.phase === 'over');
  return stay;
}

/** Two stays that change rooms with each other. */
async function swap(world: StayWorld, name: string): Promise<readonly [BookedStay, BookedStay]> {
  const [a, b] = [await world.book(`${name}-a`, { guests: party(2) }), await world.book(`${name}-b`, {})] as const;
  const [roomsOfA, roomsOfB] = [(await a.settled()).rooms, (await b.settled()).rooms];
  await a.amend({ rooms: [...roomsOfB] });
  await a.until((view) => view.settled && view.attention.some(({ code }) => code === 'room-taken'));
  await b.amend({ rooms: [...roomsOfA] });
  for (const stay of [a, b]) {
    await stay.until((view) => view.settled && view.guests.every((guest) => guest.keyState === 'issued'));
  }
  return [a, b];
}

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  async 'single-guest'(world) {
    const stay = await world.book('single-guest', {});
    await stay.settled();
    return checkedOut(stay);
  },
  async 'returning-guest'(world) {
    const guests = [{ guestId: 'g1', personId: 'p-77' }];
    const before = await world.book('first-visit', { guests });
    await before.settled();
    await checkedOut(before);
    const again = await world.book('returning-guest', { guests });
    await again.settled();
    return checkedOut(again);
  },
  async 'several-guests-in-several-rooms'(world) {
    const stay = await world.book('several', { rooms: world.freeRooms(2), guests: party(4) });
    await stay.settled();
    return checkedOut(stay);
  },
  async 'guest-added-and-removed'(world) {
    const stay = await world.book('added', { guests: party(2) });
    await stay.settled();
    await stay.signal('addGuests', { guests: [{ guestId: 'g3' }] });
    await stay.settled();
    await stay.signal('removeGuest', { guestId: 'g2' });
    await stay.settled();
    return stay;
  },
  async 'phone-access-ended'(world) {
    const stay = await world.book('phone-access', { guests: party(2) });
    await stay.settled();
    const expiresAt = await world.inMinutes(60 * 24 * 7);
    const session = { kind: 'client-session', clientSessionId: randomUUID(), expiresAt } as const;
    await stay.signal('phoneAccessMade', { guestId: 'g1', ...session });
    const link = { kind: 'instant-key', clientSessionId: randomUUID(), instantKeyId: randomUUID(), expiresAt } as const;
    await stay.signal('phoneAccessMade', { guestId: 'g2', ...link });
    await stay.signal('replaceKey', { guestId: 'g2', mode: 'secure' });
    await stay.until((view) => view.guests.some((guest) => guest.guestId === 'g2' && guest.phoneAccess === undefined));
    return checkedOut(stay);
  },
  async 'room-changed'(world) {
    const stay = await world.book('moved', { guests: party(3) });
    await stay.settled();
    await stay.signal('changeRooms', { rooms: world.freeRooms(1) });
    await stay.settled();
    return checkedOut(stay);
  },
  async 'room-changed-while-keys-are-on-their-way'(world) {
    const stay = await world.book('moved-meanwhile', { guests: party(3) });
    await stay.until((view) => view.keys.some((key) => key.state === 'issuing'));
    await stay.signal('changeRooms', { rooms: world.freeRooms(1) });
    await stay.settled();
    return stay;
  },
  async 'door-added'(world) {
    const stay = await world.book('mixed', { guests: party(2) });
    const { rooms } = await stay.settled();
    await stay.signal('changeRooms', { rooms: [...rooms, ...world.freeRooms(1)] });
    await stay.settled();
    return stay;
  },
  async 'dates-changed'(world) {
    const stay = await world.book('dates', { guests: party(2) });
    await stay.settled();
    await stay.signal('changeDates', { window: { to: await world.inMinutes(6000) } });
    await stay.settled();
    await stay.signal('changeDates', { window: { to: await world.inMinutes(600) } });
    await stay.settled();
    return stay;
  },
  async 'workflow-cancelled-and-reinstated'(world) {
    const stay = await world.book('cancelled', { guests: party(2), status: 'confirmed' });
    await stay.settled();
    await world.temporal.workflow.getHandle(stay.workflowId).cancel();
    await stay.until((view) => view.settled && view.phase === 'cancelled');
    await stay.amend({ status: 'in-house' });
    await stay.settled();
    return stay;
  },
  async 'answer-lost'(world) {
    await world.disturb({ kind: 'drop-after', path: '/acs/credentials/create', times: 1 });
    const stay = await world.book('answer-lost', { guests: party(2) });
    await stay.until((view) => view.settled && view.guests.every((guest) => guest.keyState === 'issued'));
    await world.undisturb();
    return checkedOut(stay);
  },
  async 'room-taken-then-free'(world) {
    const first = await world.book('taken-by', {});
    const { rooms } = await first.settled();
    const second = await world.book('taken', { rooms: [...rooms] });
    await second.until((view) => view.settled && view.attention.some(({ code }) => code === 'room-taken'));
    await checkedOut(first);
    await second.until((view) => view.settled && view.guests.every((guest) => guest.keyState === 'issued'));
    return checkedOut(second);
  },
  async 'rooms-swapped'(world) {
    const [a, b] = await swap(world, 'swapped');
    await checkedOut(a);
    return checkedOut(b);
  },
  async 'room-of-a-swap'(world) {
    const [a, b] = await swap(world, 'swapped-again');
    const [room = ''] = (await a.settled()).rooms;
    await checkedOut(a);
    await checkedOut(b);
    return { workflowId: roomWorkflowId({ propertyId: PROPERTY_ID, room }) };
  },
  async 'extension-into-the-next-lease'(world) {
    const rooms = world.freeRooms(1);
    const stay = await world.book('extended', { rooms, guests: party(2) });
    await stay.settled();
    const next = { from: await world.inMinutes(4 * 24 * 60), to: await world.inMinutes(5 * 24 * 60) };
    const other = await world.book('next', { rooms, status: 'confirmed', window: next });
    await other.settled();
    await stay.signal('changeDates', { window: { to: await world.inMinutes(6 * 24 * 60) } });
    await stay.until((view) => view.settled && view.attention.some(({ code }) => code === 'room-taken'));
    await other.signal('cancel', {});
    await stay.until((view) => view.settled && view.attention.length === 0);
    return checkedOut(stay);
  },
  async 'given-to-another-stay'(world) {
    const stay = await world.book('given', {});
    const { rooms } = await stay.settled();
    const other = await world.book('given-to', { rooms: [...rooms] });
    await other.settled();
    const name = { propertyId: PROPERTY_ID, room: rooms[0] ?? '' };
    await world.client.forceRoom(name, { stayId: other.workflowId, reason: 'moved by the desk' });
    await other.until((view) => view.settled && view.guests.every((guest) => guest.keyState === 'issued'));
    await stay.until((view) => view.settled && view.keys.every((key) => key.state === 'dead'));
    return checkedOut(stay);
  },
  async 'share-group'(world) {
    const rooms = world.freeRooms(1);
    const first = await world.book('shares-first', { rooms, shareGroup: 'share-1' });
    await first.settled();
    const second = await world.book('shares-second', { rooms, shareGroup: 'share-1' });
    await second.until((view) => view.settled && view.guests.every((guest) => guest.keyState === 'issued'));
    await checkedOut(first);
    return checkedOut(second);
  },
  async 'split-stay'(world) {
    const [before = '', after = ''] = world.freeRooms(2);
    const [from, move, to] = await Promise.all([-60, 2, 6000].map((minutes) => world.inMinutes(minutes)));
    if (from === undefined || move === undefined || to === undefined) throw new Error('no instants');
    const snapshot = await world.snapshotOf('split', { window: { from, to } });
    const { rooms: _rooms, ...split } = snapshot;
    const segments = [
      { from, to: move, rooms: [before] },
      { from: move, to, rooms: [after] },
    ];
    await world.client.applyReservation({ ...split, segments });
    // Recording skips no time: the move comes within two minutes.
    const stay = bookStay(world, { ...split, segments }, { withinMs: 150_000 });
    await stay.until((view) => view.settled && view.rooms[0] === after);
    return checkedOut(stay);
  },
  async 'doors-of-a-dry-run'(world) {
    const stay = await world.book('planned', {});
    await stay.settled();
    await world.client.planFor(stay.name, { message: 'changeRooms', payload: { rooms: world.freeRooms(1) } });
    const found = world.temporal.workflow.list({ query: `WorkflowType = "${WORKFLOW_TYPES.findDoors}"` });
    for await (const { workflowId } of found) return { workflowId };
    throw new Error('Temporal lists no look for doors');
  },
  async 'carried-on'(world) {
    const stay = await world.book('carried-on', { guests: party(2) });
    await stay.settled();
    const handle = world.temporal.workflow.getHandle(stay.workflowId);
    const { runId } = await handle.describe();
    while ((await handle.describe()).runId === runId) {
      await handle.signal('phoneReady', { guestId: 'g1', ballast: 'x'.repeat(1_000_000) });
      // One at a time: a history has a limit, and activities in flight end before the stay continues as new.
      await stay.settled();
    }
    await stay.signal('addGuests', { guests: [{ guestId: 'g3' }] });
    await stay.settled();
    return checkedOut(stay);
  },
};
