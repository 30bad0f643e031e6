/** Windows: when keys are issued, how they are extended and shortened, reopened, and when a stay closes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StayView } from '../../src/client.js';
import { instantAt } from '../../src/domain/model/instants.js';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld({
    properties: {
      lobby: { policy: { issueFrom: { kind: 'check-in' } } },
      tokyo: { timeZone: 'Asia/Tokyo', checkIn: '15:00', checkOut: '11:00' },
      brief: { policy: { closingGraceHours: 1 } },
    },
  });
});
afterAll(async () => world.stop());

const HOUR = 60;
const DAY = 24 * HOUR;
const TWO = ['g1', 'g2'];
const two = TWO.map((guestId) => ({ guestId }));
const room = (): string => world.freeRooms(1)[0] ?? '';
const kinds = (view: StayView): string[] => view.keys.map((key) => key.kind);
const live = (view: StayView): StayView['keys'] => view.keys.filter((key) => key.state === 'live');

describe('a stay that is extended', () => {
  test('an extended stay gets replacement joiners, never an override, and its doors open until the new end', async () => {
    const door = room();
    const stay = await world.book('extended', { rooms: [door], guests: two });
    const first = await stay.settled();
    const to = await world.inMinutes(5 * DAY);
    await stay.signal('changeDates', { window: { to } });
    const view = await stay.settled();
    expect(kinds(view).filter((kind) => kind === 'override')).toHaveLength(1);
    expect(live(view).map((key) => key.window.to)).toEqual([to, to]);
    await world.pass(4 * DAY * 60_000);
    expect(Date.parse(first.window?.to ?? '')).toBeLessThan(await world.now());
    expect(await stay.whoOpens(door, TWO)).toEqual(TWO);
    await world.pass(DAY * 60_000);
    expect(await stay.whoOpens(door, TWO)).toEqual([]);
  });

  test('a stay that a snapshot extends on its last morning keeps the access of every guest', async () => {
    const door = room();
    const stay = await world.book('last-morning', {
      rooms: [door],
      guests: two,
      window: { from: await world.inMinutes(-DAY), to: await world.inMinutes(30) },
    });
    await stay.settled();
    await stay.amend({ window: { from: await world.inMinutes(-DAY), to: await world.inMinutes(DAY) } });
    await stay.settled();
    await world.pass('2 hours');
    expect(await stay.whoOpens(door, TWO)).toEqual(TWO);
  });
});

describe('a stay that is shortened', () => {
  test('a shortened stay warns that an offline phone may open until the old end, and clears the warning then', async () => {
    const door = room();
    const stay = await world.book('shortened', {
      rooms: [door],
      guests: two,
      window: { from: await world.inMinutes(-HOUR), to: await world.inMinutes(DAY) },
    });
    await stay.settled();
    for (const phone of stay.phones('g2')) world.simulator.hotel.phones.change(phone.id, { connection: 'offline' });
    const to = await world.inMinutes(2 * HOUR);
    await stay.signal('changeDates', { window: { to } });
    const view = await stay.settled();
    expect(kinds(view).filter((kind) => kind === 'override')).toHaveLength(1);
    expect(view.attention.map((notice) => notice.code)).toContain('shortening-unconfirmed');
    expect(view.keys.find((key) => key.guestId === 'g2' && key.state === 'dead')?.residualUntil).toBeDefined();
    await world.pass('3 hours');
    expect(await stay.tap('g2', door)).toBe('phone-offline-key');
    expect(await stay.tap('g1', door)).not.toBe('opened');
    await world.pass('22 hours');
    const later = await stay.until((now) => now.phase === 'over');
    expect(later.attention).toEqual([]);
    expect(await stay.tap('g2', door)).toBe('too-late');
  });

  test('a stay whose end is moved into the past is over and loses its keys', async () => {
    const door = room();
    const stay = await world.book('cut-short', { rooms: [door] });
    await stay.settled();
    await stay.signal('changeDates', { window: { to: await world.inMinutes(-5) } });
    const view = await stay.settled();
    expect(view.phase).toBe('over');
    expect(await stay.whoOpens(door, ['g1'])).toEqual([]);
  });
});

describe('when keys are issued', () => {
  test('a confirmed stay gets its keys when the lead time begins, not before, and they open from check-in time on', async () => {
    const door = room();
    const stay = await world.book('lead-time', {
      status: 'confirmed',
      rooms: [door],
      window: { from: await world.inMinutes(DAY), to: await world.inMinutes(2 * DAY) },
    });
    const before = await stay.settled();
    expect(before.guests).toMatchObject([{ guestId: 'g1', keyState: 'not-due', waitingFor: 'window' }]);
    expect(before.nextDeadline).toBe(await world.inMinutes(DAY - 2 * HOUR));
    await world.pass((DAY - 2 * HOUR - 2) * 60_000);
    expect((await stay.settled()).keys).toEqual([]);
    await world.pass('3 minutes');
    const ready = await stay.until((view) => view.phase === 'ready');
    expect(kinds(ready)).toEqual(['override']);
    expect(await stay.tap('g1', door)).toBe('too-early');
    await world.pass('2 hours');
    expect(await stay.tap('g1', door)).toBe('opened');
  });

  test('a property that issues keys at check-in only issues none when just the window begins', async () => {
    const door = room();
    const stay = await world.book('at-check-in', {
      propertyId: 'lobby',
      status: 'confirmed',
      rooms: [door],
      window: { from: await world.inMinutes(30), to: await world.inMinutes(2 * DAY) },
    });
    await stay.settled();
    await world.pass('5 hours');
    expect((await stay.settled()).keys).toEqual([]);
    await stay.signal('checkIn', {});
    const view = await stay.settled();
    expect(view.phase).toBe('in-house');
    expect(await stay.tap('g1', door)).toBe('opened');
  });

  test('an early check-in starts the window at once', async () => {
    const door = room();
    const stay = await world.book('early', {
      status: 'confirmed',
      rooms: [door],
      window: { from: await world.inMinutes(8 * HOUR), to: await world.inMinutes(2 * DAY) },
    });
    await stay.settled();
    await stay.signal('checkIn', {});
    const view = await stay.settled();
    expect(view.window?.from).toBe(await world.inMinutes(0));
    expect(await stay.tap('g1', door)).toBe('opened');
  });

  test('an early check-in replaces keys that were issued ahead with keys that open now', async () => {
    const door = room();
    const stay = await world.book('early-with-keys', {
      status: 'confirmed',
      rooms: [door],
      guests: two,
      window: { from: await world.inMinutes(HOUR), to: await world.inMinutes(2 * DAY) },
    });
    await stay.settled();
    expect(await stay.tap('g1', door)).toBe('too-early');
    await stay.signal('checkIn', {});
    const view = await stay.settled();
    expect(kinds(view).filter((kind) => kind === 'override')).toHaveLength(1);
    expect(await stay.whoOpens(door, TWO)).toEqual(TWO);
  });

  test('local dates of a stay follow the clock of its property, not of any other place', async () => {
    const door = room();
    const arrival = (await world.inMinutes(3 * DAY)).slice(0, 10);
    const departure = (await world.inMinutes(5 * DAY)).slice(0, 10);
    const stay = await world.book('in-tokyo', {
      propertyId: 'tokyo',
      status: 'confirmed',
      rooms: [door],
      window: { arrival, departure },
    });
    const view = await stay.settled();
    expect(view.window).toEqual({ from: `${arrival}T06:00Z`, to: `${departure}T02:00Z` });
    await stay.amend({ window: { arrival, departure, checkOut: '13:30' } });
    const late = await stay.settled();
    expect(late.window).toEqual({ from: `${arrival}T06:00Z`, to: `${departure}T04:30Z` });
    await world.pass(Date.parse(`${arrival}T06:00Z`) - (await world.now()) + 1000);
    await stay.settled();
    expect(await stay.tap('g1', door)).toBe('opened');
  });

  test('a guest with a window of their own opens doors within that window only', async () => {
    const door = room();
    const from = await world.inMinutes(DAY);
    const stay = await world.book('comes-later', {
      rooms: [door],
      guests: [{ guestId: 'g1' }, { guestId: 'g2', window: { from, to: await world.inMinutes(2 * DAY) } }],
    });
    await stay.settled();
    expect(await stay.whoOpens(door, TWO)).toEqual(['g1']);
    await world.pass(DAY * 60_000 + 60_000);
    await stay.settled();
    expect(await stay.whoOpens(door, TWO)).toEqual(TWO);
    await world.pass(DAY * 60_000);
    expect(await stay.whoOpens(door, TWO)).toEqual(['g1']);
  });
});

describe('a stay that ends', () => {
  test('a stay loses every key at once at check-out', async () => {
    const door = room();
    const stay = await world.book('leaves', { rooms: [door], guests: two });
    await stay.settled();
    await stay.signal('checkOut', { by: 'desk-1' });
    const view = await stay.settled();
    expect(view.phase).toBe('over');
    expect(view.keys.map((key) => key.state)).toEqual(['dead', 'dead']);
    expect(await stay.whoOpens(door, TWO)).toEqual([]);
    expect(await stay.whoOpens('Main Entrance', TWO)).toEqual([]);
  });

  test('a reversed check-out reopens the stay with an override, and the other guests join it', async () => {
    const door = room();
    const stay = await world.book('reversed', { rooms: [door], guests: two });
    await stay.settled();
    await stay.signal('checkOut', {});
    await stay.settled();
    await stay.amend({ status: 'departed' });
    await stay.settled();
    await stay.amend({ status: 'in-house' });
    const view = await stay.settled();
    expect(view.phase).toBe('in-house');
    expect(
      live(view)
        .map((key) => key.kind)
        .toSorted(),
    ).toEqual(['joiner', 'override']);
    expect(live(view).find((key) => key.kind === 'override')?.why).toContain('reopened');
    expect(await stay.whoOpens(door, TWO)).toEqual(TWO);
  });

  test('a cancelled stay loses its keys, and the next snapshot reinstates it', async () => {
    const door = room();
    const stay = await world.book('cancelled', { rooms: [door], guests: two });
    await stay.settled();
    await stay.signal('cancel', {});
    const view = await stay.settled();
    expect(view.phase).toBe('cancelled');
    expect(await stay.whoOpens(door, TWO)).toEqual([]);
    await stay.amend({ status: 'cancelled' });
    await stay.settled();
    await stay.amend({ status: 'confirmed' });
    await stay.settled();
    expect(await stay.whoOpens(door, TWO)).toEqual(TWO);
  });

  test('cancelling the workflow cancels the stay: its keys are revoked and the workflow stays open', async () => {
    const door = room();
    const stay = await world.book('workflow-cancelled', { rooms: [door], guests: two });
    await stay.settled();
    const handle = world.temporal.workflow.getHandle(stay.workflowId);
    await handle.cancel();
    const view = await stay.until((now) => now.phase === 'cancelled' && now.settled);
    expect(view.keys.map((key) => key.state)).toEqual(['dead', 'dead']);
    expect(view.timeline).toContainEqual(expect.objectContaining({ by: 'workflow-cancellation' }));
    expect(await stay.whoOpens(door, TWO)).toEqual([]);
    expect((await handle.describe()).status.name).toBe('RUNNING');
    await stay.amend({ status: 'in-house', rooms: [door], hold: { reason: 'reinstated' } });
    expect((await stay.settled()).phase).toBe('cancelled');
  });

  test('a stay closes after its window and a closing grace, with a summary of its keys', async () => {
    const door = room();
    const stay = await world.book('closes', {
      propertyId: 'brief',
      rooms: [door],
      guests: two,
      window: { from: await world.inMinutes(-HOUR), to: await world.inMinutes(2 * HOUR) },
    });
    await stay.settled();
    await stay.signal('addGuests', { guests: [{ guestId: 'g3' }] });
    await stay.settled();
    const closesAt = (await world.now()) + 3 * HOUR * 60_000;
    const summary = await world.client.result(stay.name);
    expect(summary).toEqual({ stay: 'stay/brief/closes', phase: 'over', overrides: 1, joiners: 2 });
    expect(instantAt(await world.now()) >= instantAt(closesAt - 60_000)).toBe(true);
    expect(await stay.whoOpens(door, TWO)).toEqual([]);
  });

  test('the keys of a stay without a check-out expire by themselves, without a revoke', async () => {
    const door = room();
    const stay = await world.book('runs-out', {
      rooms: [door],
      window: { from: await world.inMinutes(-HOUR), to: await world.inMinutes(HOUR) },
    });
    await stay.settled();
    await world.pass('61 minutes');
    const view = await stay.until((now) => now.phase === 'over');
    expect(view.keys.map((key) => key.state)).toEqual(['dead']);
    expect(view.timeline.map((line) => line.what)).not.toContainEqual(expect.stringContaining('revoke'));
    expect(await stay.tap('g1', door)).toBe('too-late');
  });

  test('the keys issued ahead for a no-show stay are revoked', async () => {
    const door = room();
    const stay = await world.book('no-show', { status: 'confirmed', rooms: [door] });
    await stay.settled();
    await stay.amend({ status: 'no-show' });
    const view = await stay.settled();
    expect(view.phase).toBe('no-show');
    expect(await stay.tap('g1', door)).toBe('no-key');
  });
});
