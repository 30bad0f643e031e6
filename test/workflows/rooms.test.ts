/** Rooms that are assigned late, changed, added, or unknown. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld();
});
afterAll(async () => world.stop());

const THREE = ['g1', 'g2', 'g3'];
const three = THREE.map((guestId) => ({ guestId }));

describe('a room change', () => {
  test('a room change after check-in issues an override and joiners on the new room, and only then revokes the old keys', async () => {
    const [old = '', next = ''] = world.freeRooms(2);
    const stay = await world.book('moved', { rooms: [old], guests: three });
    await stay.settled();
    expect(await stay.whoOpens(old, THREE)).toEqual(THREE);
    await stay.signal('changeRooms', { rooms: [next] });
    const view = await stay.settled();
    const onNext = view.keys.filter((key) => key.rooms.includes(next));
    expect(onNext.map((key) => key.kind).toSorted()).toEqual(['joiner', 'joiner', 'override']);
    expect(view.keys.filter((key) => key.rooms.includes(old)).map((key) => key.state)).toEqual([
      'dead',
      'dead',
      'dead',
    ]);
    const said = view.timeline.map((line) => line.what);
    const lastRevoked = said.findLastIndex((what) => what.includes('revoked') || what.includes('is gone at Seam'));
    expect(said.findIndex((what) => what === `override for guest g1 on ${next}`)).toBeLessThan(lastRevoked);
    expect(said.filter((what) => what.startsWith('join for guest') && what.endsWith(next))).toHaveLength(2);
    expect(await stay.whoOpens(next, THREE)).toEqual(THREE);
    expect(await stay.whoOpens(old, THREE)).toEqual([]);
  });

  test('a room change before check-in, with keys already issued, leads to working keys for the new room only', async () => {
    const [old = '', next = ''] = world.freeRooms(2);
    const stay = await world.book('moved-before', {
      status: 'confirmed',
      window: { from: await world.inMinutes(60), to: await world.inMinutes(2 * 24 * 60) },
      rooms: [old],
      guests: three,
    });
    const ready = await stay.settled();
    expect(ready.phase).toBe('ready');
    await stay.amend({ rooms: [next] });
    const view = await stay.settled();
    expect(view.keys.filter((key) => key.state === 'live').map((key) => key.rooms)).toEqual([[next], [next], [next]]);
    expect(await stay.tap('g1', next)).toBe('too-early');
    await world.pass('61 minutes');
    expect(await stay.whoOpens(next, THREE)).toEqual(THREE);
    expect(await stay.whoOpens(old, THREE)).toEqual([]);
  });

  test('a room change before any key is due issues no key for the old room', async () => {
    const [old = '', next = ''] = world.freeRooms(2);
    const stay = await world.book('moved-long-before', {
      status: 'confirmed',
      window: { from: await world.inMinutes(600), to: await world.inMinutes(2000) },
      rooms: [old],
    });
    await stay.settled();
    await stay.amend({ rooms: [next] });
    await stay.settled();
    await world.pass('600 minutes');
    const view = await stay.settled();
    expect(view.keys.map((key) => key.rooms)).toEqual([[next]]);
  });

  test('a room change of one guest leaves the other guests in their rooms', async () => {
    const [a = '', b = ''] = world.freeRooms(2);
    const stay = await world.book('one-moves', { rooms: [a, b], guests: three });
    await stay.settled();
    await stay.signal('changeRooms', { rooms: [b], guestId: 'g3' });
    const view = await stay.settled();
    expect(view.keys.filter((key) => key.kind === 'override')).toHaveLength(1);
    expect(await stay.whoOpens(a, THREE)).toEqual(['g1', 'g2']);
    expect(await stay.whoOpens(b, THREE)).toEqual(THREE);
  });

  test('a room change with a future time happens at that time', async () => {
    const [old = '', next = ''] = world.freeRooms(2);
    const stay = await world.book('moves-tomorrow', { rooms: [old] });
    await stay.settled();
    await stay.signal('changeRooms', { rooms: [next], from: await world.inMinutes(24 * 60) });
    await stay.settled();
    expect(await stay.tap('g1', old)).toBe('opened');
    await world.pass('1441 minutes');
    await stay.until((view) => view.rooms[0] === next && view.settled);
    expect(await stay.tap('g1', next)).toBe('opened');
    expect(await stay.whoOpens(old, ['g1'])).toEqual([]);
  });

  test('a room change that is reversed before anyone has used the new room leaves working keys', async () => {
    const [old = '', next = ''] = world.freeRooms(2);
    const stay = await world.book('there-and-back', { rooms: [old], guests: three });
    await stay.settled();
    await stay.signal('changeRooms', { rooms: [next] });
    await stay.settled();
    await stay.signal('changeRooms', { rooms: [old] });
    await stay.settled();
    expect(await stay.whoOpens(old, THREE)).toEqual(THREE);
    expect(await stay.whoOpens(next, THREE)).toEqual([]);
  });
});

describe('a door that is added mid-stay', () => {
  test('a door that is added mid-stay re-keys the lease: one override over all rooms, joiners for the others, reason mixed', async () => {
    const [a = '', b = ''] = world.freeRooms(2);
    const stay = await world.book('mixed', { rooms: [a], guests: three });
    await stay.settled();
    await stay.whoOpens(a, THREE);
    await stay.signal('changeRooms', { rooms: [a, b] });
    const view = await stay.settled();
    const wide = view.keys.filter((key) => key.state === 'live');
    expect(wide.map((key) => key.kind).toSorted()).toEqual(['joiner', 'joiner', 'override']);
    expect(wide.find((key) => key.kind === 'override')?.why).toContain('mixed');
    expect(await stay.whoOpens(b, THREE)).toEqual(THREE);
    expect(await stay.whoOpens(a, THREE)).toEqual(THREE);
  });

  test('a door that is added mid-stay for one guest leaves the other guests with their room', async () => {
    const [a = '', b = ''] = world.freeRooms(2);
    const others = [
      { guestId: 'g1', rooms: [a] },
      { guestId: 'g2', rooms: [a] },
    ];
    const stay = await world.book('mixed-for-one', { rooms: [a], guests: [...others, { guestId: 'g3' }] });
    await stay.settled();
    await stay.amend({ rooms: [a, b] });
    await stay.settled();
    expect(await stay.whoOpens(b, THREE)).toEqual(['g3']);
    expect(await stay.whoOpens(a, THREE)).toEqual(THREE);
  });
});

describe('a stay without a door to open', () => {
  test('a stay without a room waits for one, and raises attention room-missing once it is in house', async () => {
    const [door = ''] = world.freeRooms(1);
    const stay = await world.book('no-room-yet', { rooms: [] });
    const waiting = await stay.settled();
    expect(waiting.guests).toMatchObject([{ guestId: 'g1', keyState: 'waiting', waitingFor: 'room' }]);
    expect(waiting.attention).toMatchObject([{ code: 'room-missing' }]);
    await stay.amend({ rooms: [door] });
    const view = await stay.settled();
    expect(view.attention).toEqual([]);
    expect(await stay.tap('g1', door)).toBe('opened');
  });

  test('a stay with a room that Seam does not list raises attention, and issues keys once the booking names another room', async () => {
    const [door = ''] = world.freeRooms(1);
    const stay = await world.book('unknown-room', { rooms: ['9999'] });
    const waiting = await stay.settled();
    expect(waiting.attention).toMatchObject([{ code: 'impossible-plan', room: '9999' }]);
    expect(waiting.guests).toMatchObject([{ guestId: 'g1', keyState: 'waiting', waitingFor: 'room' }]);
    expect(waiting.keys).toEqual([]);
    await stay.amend({ rooms: [door] });
    const view = await stay.settled();
    expect(view.attention).toEqual([]);
    expect(await stay.tap('g1', door)).toBe('opened');
  });

  test('a tentative stay gets no key until it is confirmed', async () => {
    const [door = ''] = world.freeRooms(1);
    const stay = await world.book('tentative', { status: 'tentative', rooms: [door] });
    const before = await stay.settled();
    expect(before.keys).toEqual([]);
    expect(before.guests).toMatchObject([{ guestId: 'g1', keyState: 'not-due' }]);
    await stay.amend({ status: 'confirmed' });
    const view = await stay.settled();
    expect(view.phase).toBe('ready');
    expect(await stay.tap('g1', door)).toBe('opened');
  });

  test('a stay of a property that is not configured raises attention, and gets no key', async () => {
    const stay = await world.book('nowhere', { propertyId: 'atlantis' });
    const view = await stay.until((now) => now.attention.length > 0);
    expect(view.attention.map((notice) => notice.code)).toEqual(['property-unknown']);
    expect(view.attention[0]?.message).toContain('atlantis');
    expect(view.keys).toEqual([]);
  });
});

describe('a lock that is taken off its door', () => {
  test('a guest gets no key while the only door of their room is removed, and one by itself once a new lock is there', async () => {
    const [room = ''] = world.freeRooms(1);
    const { hotel } = world.simulator;
    const old = hotel.door(room);
    await world.disturb({ kind: 'report', resource: 'acs_entrance', code: 'entrance_removed', id: old.id });
    const stay = await world.book('without-a-lock', { rooms: [room] });
    const view = await stay.settled();
    expect(view.attention).toMatchObject([{ code: 'impossible-plan', room }]);
    expect(view.keys).toEqual([]);
    hotel.replaceLock(old.id);
    await world.undisturb();
    await stay.inTime(({ attention, keys }) => attention.length === 0 && keys.some((key) => key.state === 'live'));
    expect(await stay.tap('g1', room)).toBe('opened');
  });

  test('a guest who arrives after a lock was replaced opens the new lock, although Seam still lists the old one', async () => {
    const [room = ''] = world.freeRooms(1);
    world.simulator.hotel.replaceLock(world.simulator.hotel.door(room).id);
    const stay = await world.book('after-a-new-lock', { rooms: [room] });
    expect((await stay.settled()).attention).toEqual([]);
    expect(await stay.tap('g1', room)).toBe('opened');
  });

  test('guests in house whose lock is replaced get keys to the new one, when the stay looks at its doors again', async () => {
    const [room = '', other = ''] = world.freeRooms(2);
    const stay = await world.book('new-lock-in-house', { rooms: [room, other], guests: three });
    await stay.settled();
    world.simulator.hotel.replaceLock(world.simulator.hotel.door(room).id);
    expect(await stay.whoOpens(room, THREE)).toEqual([]);
    await stay.signal('policyChanged', {});
    await stay.until(({ settled, timeline }) => settled && timeline.some(({ what }) => what.includes('another lock')));
    for (const door of [room, other]) expect(await stay.whoOpens(door, THREE)).toEqual(THREE);
  });
});
