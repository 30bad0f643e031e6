/** Guests who come, go, and share: who holds a key to what, judged at doors. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { StaySnapshotInput, StayView } from '../../src/client.js';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld();
});
afterEach(async () => world.undisturb());
afterAll(async () => world.stop());

const guests = (count: number): { guestId: string }[] =>
  Array.from({ length: count }, (_, index) => ({ guestId: `g${index + 1}` }));
const ids = (count: number): string[] => guests(count).map((guest) => guest.guestId);
const kindsOf = (view: StayView, guestId: string): string[] =>
  view.keys.filter((key) => key.guestId === guestId).map((key) => key.kind);
/** Returns the fields of a stay whose guests are all registered at Seam, with phones, before the first key is due. */
const arrivingTomorrow = async (): Promise<Pick<StaySnapshotInput, 'status' | 'window'>> => ({
  status: 'confirmed',
  window: { from: await world.inMinutes(24 * 60), to: await world.inMinutes(72 * 60) },
});
const room = (): string => world.freeRooms(1)[0] ?? '';

describe('a guest who is added', () => {
  test('a guest added by signal gets a joiner, never an override, and no other guest is locked out', async () => {
    const door = room();
    const stay = await world.book('added-by-signal', { rooms: [door], guests: guests(2) });
    await stay.settled();
    expect(await stay.whoOpens(door, ids(2))).toEqual(ids(2));
    await stay.signal('addGuests', { guests: [{ guestId: 'g3' }] });
    const view = await stay.settled();
    expect(kindsOf(view, 'g3')).toEqual(['joiner']);
    expect(view.keys).toHaveLength(3);
    expect(await stay.whoOpens(door, ids(3))).toEqual(ids(3));
  });

  test('a guest added by snapshot gets a joiner', async () => {
    const door = room();
    const stay = await world.book('added-by-snapshot', { rooms: [door], guests: guests(1) });
    await stay.settled();
    await stay.amend({ guests: guests(3) });
    const view = await stay.settled();
    expect(view.keys.map((key) => key.kind)).toEqual(['override', 'joiner', 'joiner']);
    expect(await stay.whoOpens(door, ids(3))).toEqual(ids(3));
  });

  test('a guest added by signal keeps their key when the next snapshot does not name them', async () => {
    const door = room();
    const stay = await world.book('unheard-of', { rooms: [door], guests: guests(1) });
    await stay.settled();
    await stay.signal('addGuests', { guests: [{ guestId: 'g2' }] });
    await stay.settled();
    await stay.amend({ hold: { reason: 'payment' } });
    const view = await stay.settled();
    expect(view.guests).toContainEqual(expect.objectContaining({ guestId: 'g2', keyState: 'issued' }));
    expect(await stay.whoOpens(door, ids(2))).toEqual(ids(2));
  });

  test('a guest added while the first key is being issued waits for that key and joins it', async () => {
    const door = room();
    const stay = await world.book('added-early', { rooms: [door], guests: guests(1) });
    await stay.signal('addGuests', { guests: [{ guestId: 'g2' }] });
    const view = await stay.settled();
    expect(view.keys.map((key) => key.kind)).toEqual(['override', 'joiner']);
    expect(await stay.whoOpens(door, ids(2))).toEqual(ids(2));
  });
});

describe('a guest who leaves the party', () => {
  test('a removed guest loses their key, and the other guests keep theirs', async () => {
    const door = room();
    const stay = await world.book('leaves', { rooms: [door], guests: guests(3) });
    await stay.settled();
    await stay.signal('removeGuest', { guestId: 'g1' });
    const view = await stay.settled();
    expect(view.guests.map((guest) => guest.keyState)).toEqual(['gone', 'issued', 'issued']);
    expect(await stay.whoOpens(door, ids(3))).toEqual(['g2', 'g3']);
    expect(view.keys.filter((key) => key.kind === 'override')).toHaveLength(1);
  });

  test('a removed guest who held the override leaves a lease that a later guest joins', async () => {
    const door = room();
    const stay = await world.book('override-leaves', { rooms: [door], guests: guests(2) });
    const first = await stay.settled();
    const holder = first.keys.find((key) => key.kind === 'override')?.guestId ?? '';
    await stay.signal('removeGuest', { guestId: holder });
    await stay.settled();
    await stay.signal('addGuests', { guests: [{ guestId: 'g9' }] });
    const view = await stay.settled();
    expect(kindsOf(view, 'g9')).toEqual(['joiner']);
    const staying = holder === 'g1' ? 'g2' : 'g1';
    expect(await stay.whoOpens(door, [holder, staying, 'g9'])).toEqual([staying, 'g9']);
  });

  test('a guest removed for cause is locked out even with an offline phone, once the others have used their new keys', async () => {
    const door = room();
    const stay = await world.book('for-cause', { rooms: [door], guests: guests(3) });
    await stay.settled();
    for (const phone of stay.phones('g2')) world.simulator.hotel.phones.change(phone.id, { connection: 'offline' });
    await stay.signal('removeGuest', { guestId: 'g2', cause: 'security', by: 'desk-7' });
    const view = await stay.settled();
    expect(view.keys.filter((key) => key.kind === 'override')).toHaveLength(2);
    expect(await stay.whoOpens(door, ['g1', 'g3'])).toEqual(['g1', 'g3']);
    expect(await stay.tap('g2', door)).toBe('older-generation');
    expect(await stay.tap('g2', 'Main Entrance')).toBe('phone-offline-key');
    expect(view.keys.find((key) => key.guestId === 'g2')?.residualUntil).toBe(view.window?.to);
  });

  test('a guest removed for cause does not come back with a snapshot that still names them', async () => {
    const door = room();
    const stay = await world.book('barred', { rooms: [door], guests: guests(2) });
    await stay.settled();
    await stay.signal('removeGuest', { guestId: 'g2', cause: 'security' });
    await stay.settled();
    await stay.amend({ guests: [...guests(2), { guestId: 'g3' }] });
    await stay.settled();
    expect(await stay.whoOpens(door, ids(3))).toEqual(['g1', 'g3']);
  });
});

describe('a party', () => {
  test('in a party with different rooms, the override goes to the guest who opens all of them, not to the first listed', async () => {
    const [a = '', b = ''] = world.freeRooms(2);
    const stay = await world.book('subsets', {
      ...(await arrivingTomorrow()),
      rooms: [a, b],
      guests: [{ guestId: 'g1', primary: true, rooms: [a] }, { guestId: 'g2', rooms: [b] }, { guestId: 'g3' }],
    });
    await stay.settled();
    await stay.signal('checkIn', {});
    const view = await stay.settled();
    expect(kindsOf(view, 'g3')).toEqual(['override']);
    expect([...kindsOf(view, 'g1'), ...kindsOf(view, 'g2')]).toEqual(['joiner', 'joiner']);
    expect(await stay.whoOpens(a, ids(3))).toEqual(['g1', 'g3']);
    expect(await stay.whoOpens(b, ids(3))).toEqual(['g2', 'g3']);
  });

  test('a party in two rooms that no guests share gets an override for each room', async () => {
    const [a = '', b = ''] = world.freeRooms(2);
    const stay = await world.book('apart', {
      rooms: [a, b],
      guests: [
        { guestId: 'g1', rooms: [a] },
        { guestId: 'g2', rooms: [b] },
      ],
    });
    const view = await stay.settled();
    expect(view.keys.map((key) => key.kind)).toEqual(['override', 'override']);
    expect(await stay.whoOpens(a, ids(2))).toEqual(['g1']);
    expect(await stay.whoOpens(b, ids(2))).toEqual(['g2']);
  });

  test('a party of twenty gets one override, then nineteen joiners while the override is confirmed', async () => {
    const door = room();
    const stay = await world.book('twenty', { ...(await arrivingTomorrow()), rooms: [door], guests: guests(20) });
    await stay.settled();
    await stay.signal('checkIn', {});
    const view = await stay.settled();
    expect(view.keys.filter((key) => key.kind === 'override')).toHaveLength(1);
    expect(await stay.whoOpens(door, ids(20))).toEqual(ids(20));
    const history = await world.temporal.workflow.getHandle(stay.workflowId).fetchHistory();
    const issues = (history.events ?? []).flatMap((event) => {
      const scheduled = event.activityTaskScheduledEventAttributes;
      return scheduled?.activityType?.name === 'issueKey' ? [Number(scheduled.workflowTaskCompletedEventId)] : [];
    });
    expect(issues).toHaveLength(21);
    expect(new Set(issues.slice(1)).size).toBe(1);
  });

  test('a party with a child who needs no key gets keys for the other guests only', async () => {
    const door = room();
    const stay = await world.book('family', {
      rooms: [door],
      guests: [{ guestId: 'g1' }, { guestId: 'g2', wantsKey: false }],
    });
    const view = await stay.settled();
    expect(view.keys.map((key) => key.guestId)).toEqual(['g1']);
    expect(view.guests).toContainEqual(expect.objectContaining({ guestId: 'g2', keyState: 'not-due' }));
  });

  test('a party loses no other key when one joiner is refused, and a retry issues the refused joiner', async () => {
    const door = room();
    const stay = await world.book('one-refused', { rooms: [door], guests: guests(4) });
    await stay.settled();
    await world.disturb({ kind: 'status', status: 400, path: '/acs/credentials/create' });
    await stay.signal('addGuests', { guests: [{ guestId: 'g5' }] });
    const view = await stay.until(({ guests: [, , , , added] }) => added?.keyState === 'failed');
    expect(view.attention).toMatchObject([{ code: 'key-failed', guestId: 'g5' }]);
    expect(await stay.whoOpens(door, ids(5))).toEqual(ids(4));
    await world.undisturb();
    await stay.signal('retry', {});
    const healed = await stay.settled();
    expect(healed.attention).toEqual([]);
    expect(healed.keys.filter((key) => key.kind === 'override')).toHaveLength(1);
    expect(await stay.whoOpens(door, ids(5))).toEqual(ids(5));
  });
});

describe('a guest with a live key of another stay', () => {
  test('a guest with a live key of another stay keeps it, raises guest-has-other-stay, and gets the new key after that stay', async () => {
    const [a = '', b = ''] = world.freeRooms(2);
    const person = { guestId: 'g1', personId: 'p-1' };
    const first = await world.book('stay-a', { rooms: [a], guests: [person] });
    await first.settled();
    const second = await world.book('stay-b', { rooms: [b], guests: [person, { guestId: 'g2' }] });
    const view = await second.until((now) => now.attention.length > 0 && now.settled);
    expect(view.attention).toMatchObject([{ code: 'guest-has-other-stay', guestId: 'g1' }]);
    expect(await first.tap('g1', a)).toBe('opened');
    await second.until((now) => now.guests.some((guest) => guest.guestId === 'g2' && guest.keyState === 'issued'));
    expect(await second.tap('g2', b)).toBe('opened');

    await first.signal('checkOut', {});
    await first.settled();
    await second.signal('retry', {});
    const joined = await second.settled();
    expect(kindsOf(joined, 'g1').at(-1)).toBe('joiner');
    expect(await second.whoOpens(b, ['g1', 'g2'])).toEqual(['g1', 'g2']);
  });
});
