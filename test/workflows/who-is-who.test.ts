/** Guests of a booking system that has no ids for persons: whose key goes on when the list changes, judged at doors. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StaySnapshotInput, StayView } from '../../src/client.js';
import type { BookedStay } from '../harness/booked-stay.js';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld({ server: 'dev' });
});
afterAll(async () => world.stop());

type Listed = StaySnapshotInput['guests'][number];

const room = (): string => world.freeRooms(1)[0] ?? '';
const ANNA = { name: 'Anna Example', email: 'anna@example.com' };
const list = (...people: readonly Partial<Listed>[]): Listed[] =>
  people.map((person, at) => ({ guestId: `${(person.name ?? 'x').charAt(0).toLowerCase()}${at}`, ...person }));
const codes = ({ attention }: StayView): string[] => attention.map(({ code }) => code);

/** Gives a guest a phone, and tells the stay at once. */
async function enrol(stay: BookedStay, guestId: string): Promise<void> {
  stay.enrol(guestId);
  await stay.signal('phoneReady', { guestId });
}

/** Books a stay whose first guest, `a0`, has a key. */
async function stayOfAnna(reservationId: string, door: string, first: Partial<Listed> = ANNA): Promise<BookedStay> {
  const stay = await world.book(
    reservationId,
    { rooms: [door], guests: list({ ...first, guestId: 'a0' }), guestIds: 'by-person' },
    { phones: 'by-hand' },
  );
  await stay.until(({ guests }) => guests[0]?.waitingFor === 'phone');
  await enrol(stay, 'a0');
  await stay.until(({ guests }) => guests[0]?.keyState === 'issued');
  return stay;
}

/** Waits until the front desk is asked, and the new guest is registered. */
async function untilAsked(stay: BookedStay): Promise<void> {
  await stay.until((view) => codes(view).includes('guest-unclear') && view.guests[1]?.waitingFor === 'phone');
}

describe('a correction', () => {
  test('a guest whose e-mail address is corrected keeps their key without attention', async () => {
    const door = room();
    const stay = await stayOfAnna('corrected', door, { ...ANNA, email: 'anna.123@guest.ota.example' });
    const { keys: before } = await stay.view();
    await stay.amend({ guests: list({ ...ANNA, guestId: 'other' }) });
    const view = await stay.settled();
    expect(view.guests.map(({ guestId, keyState }) => [guestId, keyState])).toEqual([['a0', 'issued']]);
    expect(view.keys).toEqual(before);
    expect(view.attention).toEqual([]);
    expect(await stay.tap('a0', door)).toBe('opened');
  });

  test('the same list again is already recorded, whatever ids it proposes', async () => {
    const stay = await stayOfAnna('again', room());
    const { snapshot } = stay;
    const again = await world.client.applyReservation({ ...snapshot, guests: list({ ...ANNA, guestId: 'other' }) });
    expect(again.taken).toBe('known');
  });
});

describe('another person', () => {
  test('a guest who is replaced by another person loses their key at once', async () => {
    const door = room();
    const stay = await stayOfAnna('replaced', door);
    await stay.amend({ guests: list({ name: 'Ben Quill', email: 'ben@example.com' }) });
    const view = await stay.until(({ guests }) => guests.some((guest) => guest.keyState === 'gone'));
    expect(codes(view)).not.toContain('guest-unclear');
    expect(await stay.whoOpens(door, ['a0'])).toEqual([]);
  });
});

describe('a doubt', () => {
  const BEN = { name: 'Ben Example', email: ANNA.email };

  test('in doubt the old key goes on until the new guest has one, and the front desk is asked meanwhile', async () => {
    const door = room();
    const stay = await stayOfAnna('in-doubt', door);
    await stay.amend({ guests: list(BEN) });
    const asked = await stay.until(({ guests }) => guests[1]?.waitingFor === 'phone');
    expect(asked.attention).toMatchObject([{ code: 'guest-unclear', guestId: 'a0' }]);
    expect(asked.guests[0]).toMatchObject({ guestId: 'a0', keyState: 'issued' });
    expect(await stay.tap('a0', door)).toBe('opened');
    // A further reading of the same list, or one with another correction, does not end the doubt.
    await stay.amend({ guests: list({ ...BEN, phone: '+4915112345678' }) });
    expect(codes(await stay.view())).toContain('guest-unclear');
    await enrol(stay, 'b0');
    const done = await stay.until(({ guests }) => guests[0]?.keyState === 'gone' && guests[1]?.keyState === 'issued');
    expect(done.attention).toEqual([]);
    expect(await stay.whoOpens(door, ['a0', 'b0'])).toEqual(['b0']);
  });

  test('the front desk decides that it is the same person: the key goes on, and later lists keep the id', async () => {
    const door = room();
    const stay = await stayOfAnna('one-person', door);
    await stay.amend({ guests: list(BEN) });
    await untilAsked(stay);
    await stay.signal('sameGuest', { guestId: 'a0', as: 'b0' });
    const joined = await stay.settled();
    expect(joined.guests).toMatchObject([{ guestId: 'a0', keyState: 'issued' }]);
    expect(joined.attention).toEqual([]);
    // An erasure of the guest finds them at Seam under both ids.
    const others = await world.temporal.workflow.getHandle(stay.workflowId).query('otherGuestIds');
    expect(others).toEqual({ a0: ['b0'], b0: ['a0'] });
    await stay.amend({ guests: list({ ...BEN, name: 'Ben Exampel' }) });
    await stay.amend({ guests: list(BEN), hold: { reason: 'payment' } });
    const later = await stay.settled();
    expect(later.guests.filter(({ keyState }) => keyState === 'issued')).toMatchObject([
      { guestId: 'a0', keyState: 'issued' },
    ]);
    expect(await stay.tap('a0', door)).toBe('opened');
  });

  test('the front desk decides that it is another person: the old key ends at once', async () => {
    const door = room();
    const stay = await stayOfAnna('two-people', door);
    await stay.amend({ guests: list(BEN) });
    await untilAsked(stay);
    await stay.signal('removeGuest', { guestId: 'a0' });
    const view = await stay.until(({ guests }) => guests[0]?.keyState === 'gone');
    expect(codes(view)).not.toContain('guest-unclear');
    expect(await stay.whoOpens(door, ['a0'])).toEqual([]);
  });

  test('a list that is corrected back ends the doubt, and the old key goes on', async () => {
    const door = room();
    const stay = await stayOfAnna('back-again', door);
    await stay.amend({ guests: list(BEN) });
    await untilAsked(stay);
    await stay.amend({ guests: list(ANNA) });
    const view = await stay.settled();
    expect(view.attention).toEqual([]);
    expect(view.guests.map(({ guestId, keyState }) => [guestId, keyState])).toEqual([
      ['a0', 'issued'],
      ['b0', 'gone'],
    ]);
    expect(await stay.tap('a0', door)).toBe('opened');
  });

  test('a decision about guests who are not in doubt is an ignored message', async () => {
    const stay = await stayOfAnna('no-doubt', room());
    await stay.signal('sameGuest', { guestId: 'a0', as: 'nobody' });
    const view = await stay.until((seen) => codes(seen).includes('ignored-message'));
    expect(view.guests).toMatchObject([{ guestId: 'a0', keyState: 'issued' }]);
  });

  test('a new guest who may be one whom staff removed for cause gets no key until staff release them', async () => {
    const door = room();
    const stay = await stayOfAnna('barred', door);
    await stay.signal('removeGuest', { guestId: 'a0', cause: 'security' });
    await stay.until(({ guests }) => guests[0]?.keyState === 'gone');
    await stay.amend({ guests: list(BEN) });
    const held = await stay.until(({ guests }) => guests[1]?.waitingFor === 'hold');
    expect(held.attention).toMatchObject([{ code: 'guest-unclear', guestId: 'b0' }]);
    await stay.signal('release', { guestId: 'b0', reason: 'another person' });
    await stay.until(({ guests }) => guests[1]?.waitingFor === 'phone');
    await enrol(stay, 'b0');
    const view = await stay.until(({ guests }) => guests[1]?.keyState === 'issued');
    expect(view.attention).toEqual([]);
  });
});
