/** Phones that come late or are lost, and what staff decide: holds, blocks, force, desk cards. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StayView } from '../../src/client.js';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld({ properties: { eager: { policy: { phone: 'issue-anyway' } } } });
});
afterAll(async () => world.stop());

const TWO = ['g1', 'g2'];
const THREE = ['g1', 'g2', 'g3'];
const party = (ids: readonly string[]): { guestId: string }[] => ids.map((guestId) => ({ guestId }));
const room = (): string => world.freeRooms(1)[0] ?? '';
const overrides = (view: StayView): number => view.keys.filter((key) => key.kind === 'override').length;
const codes = (view: StayView): string[] => view.attention.map((notice) => notice.code);

describe('a phone', () => {
  test('a stay waits for a phone that is missing, and issues the key by itself once the phone is there', async () => {
    const door = room();
    const stay = await world.book('phone-late', { rooms: [door] }, { phones: 'by-hand' });
    const waiting = await stay.until((view) => view.guests[0]?.waitingFor === 'phone' && view.settled);
    expect(waiting.keys).toEqual([]);
    stay.enrol('g1');
    await world.pass('1 minute');
    await stay.until((view) => view.guests[0]?.keyState === 'issued');
    expect(await stay.tap('g1', door)).toBe('opened');
  });

  test('a phoneReady signal ends the wait for the phone of a guest', async () => {
    const door = room();
    const stay = await world.book('phone-ready', { rooms: [door] }, { phones: 'by-hand' });
    await stay.until((view) => view.guests[0]?.waitingFor === 'phone');
    await world.pass('30 minutes');
    stay.enrol('g1');
    await stay.signal('phoneReady', { guestId: 'g1' });
    await stay.until((view) => view.guests[0]?.keyState === 'issued');
    expect(await stay.tap('g1', door)).toBe('opened');
  });

  test('a missing phone of one guest holds up no other guest', async () => {
    const door = room();
    const stay = await world.book('one-phone', { rooms: [door], guests: party(TWO) }, { phones: 'by-hand' });
    await stay.until((view) => view.guests.every((guest) => guest.waitingFor === 'phone'));
    stay.enrol('g2');
    await stay.inTime((view) => view.guests[1]?.keyState === 'issued');
    expect(await stay.tap('g2', door)).toBe('opened');
  });

  test('a phone that is missing a quarter of an hour after check-in raises attention phone-missing until it is there', async () => {
    const door = room();
    const stay = await world.book('phone-missing', { rooms: [door] }, { phones: 'by-hand' });
    await stay.until((view) => view.guests[0]?.waitingFor === 'phone');
    await world.pass('14 minutes');
    expect(codes(await stay.view())).toEqual([]);
    await world.pass('2 minutes');
    const missing = await stay.until((view) => view.attention.length > 0);
    expect(missing.attention).toMatchObject([{ code: 'phone-missing', guestId: 'g1' }]);
    stay.enrol('g1');
    const view = await stay.inTime((now) => now.guests[0]?.keyState === 'issued');
    expect(codes(view)).toEqual([]);
  });

  test('a phone without its key a quarter of an hour after check-in raises attention phone-missing until it fetches the key', async () => {
    const door = room();
    const stay = await world.book('unfetched', { rooms: [door] }, { phones: 'by-hand' });
    await stay.until((view) => view.guests[0]?.waitingFor === 'phone');
    const phone = stay.enrol('g1');
    const { phones } = world.simulator.hotel;
    phones.change(phone.id, { connection: 'offline' });
    await world.pass('1 minute');
    await stay.until((view) => view.guests[0]?.keyState === 'issued');
    expect(await stay.tap('g1', door)).toBe('no-key');
    await world.pass('12 minutes');
    expect(codes(await stay.view())).toEqual([]);
    await world.pass('3 minutes');
    const missing = await stay.until((view) => view.attention.length > 0);
    expect(missing.attention).toMatchObject([{ code: 'phone-missing', guestId: 'g1' }]);
    expect(missing.settled).toBe(true);
    phones.change(phone.id, { connection: 'online' });
    const view = await stay.inTime((now) => now.attention.length === 0);
    expect(view.keys).toMatchObject([{ state: 'live' }]);
    expect(await stay.tap('g1', door)).toBe('opened');
  });

  test('a policy to issue anyway issues a key without a phone, and the phone syncs the key when it comes', async () => {
    const door = room();
    const stay = await world.book('anyway', { propertyId: 'eager', rooms: [door] }, { phones: 'by-hand' });
    const view = await stay.settled();
    expect(view.guests).toMatchObject([{ guestId: 'g1', keyState: 'issued' }]);
    expect(await stay.tap('g1', door)).toBe('no-key');
    stay.enrol('g1');
    expect(await stay.tap('g1', door)).toBe('opened');
  });
});

describe('a lost phone', () => {
  test('a lost phone replaced securely is deactivated and locked out by a new override, and other guests keep their doors', async () => {
    const door = room();
    const stay = await world.book('lost-secure', { rooms: [door], guests: party(THREE) });
    await stay.settled();
    await stay.whoOpens(door, THREE);
    const [lost] = stay.phones('g1');
    world.simulator.hotel.phones.change(lost?.id ?? '', { connection: 'offline' });
    await stay.signal('replaceKey', { guestId: 'g1', mode: 'secure', deviceId: lost?.id ?? '' });
    await stay.until((view) => view.guests[0]?.waitingFor === 'phone');
    stay.enrol('g1');
    const view = await stay.until((now) => now.guests.every((guest) => guest.keyState === 'issued'));
    expect(overrides(view)).toBe(2);
    expect(stay.phones('g1').map((phone) => phone.id)).not.toContain(lost?.id);
    expect(await stay.whoOpens(door, THREE)).toEqual(THREE);
    const at = await world.now();
    const { hotel } = world.simulator;
    expect(hotel.tap({ deviceId: lost?.id ?? '' }, hotel.door(door).id, at).reason).toBe('older-generation');
  });

  test('a lost phone that is replaced conveniently costs only a joiner', async () => {
    const door = room();
    const stay = await world.book('lost-convenient', { rooms: [door], guests: party(TWO) });
    const before = await stay.settled();
    await stay.signal('replaceKey', { guestId: 'g2', mode: 'convenient' });
    const view = await stay.settled();
    expect(overrides(view)).toBe(overrides(before));
    expect(view.keys.filter((key) => key.guestId === 'g2').map((key) => key.state)).toEqual(['dead', 'live']);
    expect(await stay.whoOpens(door, TWO)).toEqual(TWO);
  });
});

describe('staff', () => {
  test('a hold by staff keeps back all keys of a stay, whatever later snapshots say, until a release', async () => {
    const door = room();
    const stay = await world.book('held', { status: 'confirmed', rooms: [door], ...(await tomorrow()) });
    await stay.settled();
    await stay.signal('hold', { reason: 'passport missing', by: 'desk-2' });
    await stay.amend({ status: 'in-house' });
    const held = await stay.settled();
    expect(held.guests).toMatchObject([{ guestId: 'g1', keyState: 'waiting', waitingFor: 'hold' }]);
    await stay.amend({ guests: party(TWO) });
    expect((await stay.settled()).keys).toEqual([]);
    await stay.signal('release', { reason: 'passport seen' });
    await stay.settled();
    expect(await stay.whoOpens(door, TWO)).toEqual(TWO);
  });

  test('a hold by staff on one guest of a party affects that guest only', async () => {
    const door = room();
    const stay = await world.book('one-held', {
      status: 'confirmed',
      rooms: [door],
      guests: party(TWO),
      ...(await tomorrow()),
    });
    await stay.settled();
    await stay.signal('hold', { reason: 'deposit', guestId: 'g1' });
    await stay.amend({ status: 'in-house' });
    await stay.settled();
    expect(await stay.whoOpens(door, TWO)).toEqual(['g2']);
  });

  test('a release by staff also ends a hold of the booking system', async () => {
    const door = room();
    const stay = await world.book('booking-hold', { rooms: [door], hold: { reason: 'unpaid' } });
    expect((await stay.settled()).keys).toEqual([]);
    await stay.signal('release', { reason: 'paid in cash' });
    await stay.settled();
    expect(await stay.tap('g1', door)).toBe('opened');
  });

  test('a blocked guest loses their key and gets none from later snapshots, until staff release them', async () => {
    const door = room();
    const stay = await world.book('blocked', { rooms: [door], guests: party(TWO) });
    await stay.settled();
    await stay.signal('block', { reason: 'house ban', guestId: 'g2' });
    await stay.settled();
    expect(await stay.whoOpens(door, TWO)).toEqual(['g1']);
    await stay.amend({ guests: [{ guestId: 'g1' }, { guestId: 'g2', name: 'Renamed' }] });
    await stay.settled();
    expect(await stay.whoOpens(door, TWO)).toEqual(['g1']);
    await stay.signal('release', { reason: 'ban lifted', guestId: 'g2' });
    await stay.settled();
    expect(await stay.whoOpens(door, TWO)).toEqual(TWO);
  });

  test('a force by staff issues a key before it is due', async () => {
    const door = room();
    const stay = await world.book('forced', { status: 'confirmed', rooms: [door], ...(await tomorrow()) });
    await stay.settled();
    await stay.signal('force', { reason: 'VIP', by: 'manager-1' });
    const view = await stay.settled();
    expect(view.guests).toMatchObject([{ guestId: 'g1', keyState: 'issued' }]);
    expect(await stay.tap('g1', door)).toBe('too-early');
  });

  test('a block that names no guest raises attention with the missing field, and has no other effect', async () => {
    const stay = await world.book('block-whom', {});
    await stay.settled();
    await stay.signal('block', { reason: 'whom?' });
    const view = await stay.settled();
    expect(view.attention).toMatchObject([{ code: 'ignored-message', message: expect.stringContaining('guestId') }]);
    expect(view.guests).toMatchObject([{ guestId: 'g1', keyState: 'issued' }]);
  });
});

describe('a desk card', () => {
  test('a desk card that invalidates the keys raises attention, never a counter-override, and joinTo restores access', async () => {
    const door = room();
    const stay = await world.book('desk-card', { rooms: [door], guests: party(TWO) });
    const before = await stay.settled();
    const card = cutCard(door, await world.now());
    for (const key of before.keys) {
      await stay.signal('credentialChanged', {
        acsCredentialId: key.acsCredentialId ?? '',
        eventType: 'acs_credential.invalidated',
        eventId: `e-${key.guestId}`,
      });
    }
    const killed = await stay.until((view) => view.attention.length > 0 && view.settled);
    expect(new Set(codes(killed))).toEqual(new Set(['key-invalidated']));
    expect(overrides(killed)).toBe(1);
    useCard(card, door, await world.now());
    expect(await stay.whoOpens(door, TWO)).toEqual([]);

    await stay.signal('joinTo', { acsCredentialId: card });
    const view = await stay.settled();
    expect(view.attention).toEqual([]);
    expect(overrides(view)).toBe(1);
    expect(await stay.whoOpens(door, TWO)).toEqual(TWO);
    useCard(card, door, await world.now());
  });

  test('a desk card for the next guest gets no counter-override until staff force a new key', async () => {
    const door = room();
    const stay = await world.book('counter', { rooms: [door] });
    const before = await stay.settled();
    cutCard(door, await world.now());
    await stay.signal('credentialChanged', {
      acsCredentialId: before.keys[0]?.acsCredentialId ?? '',
      eventType: 'acs_credential.invalidated',
      eventId: 'e-1',
    });
    await stay.until((view) => codes(view).includes('key-invalidated'));
    await world.pass('3 hours');
    expect(overrides(await stay.settled())).toBe(1);
    await stay.signal('force', { reason: 'card was a mistake' });
    const view = await stay.settled();
    expect(overrides(view)).toBe(2);
    expect(await stay.tap('g1', door)).toBe('opened');
  });

  test('a desk card that Seam reports wrongly is checked again, and nothing changes', async () => {
    const door = room();
    const stay = await world.book('false-alarm', { rooms: [door] });
    const before = await stay.settled();
    await stay.signal('credentialChanged', {
      acsCredentialId: before.keys[0]?.acsCredentialId ?? '',
      eventType: 'acs_credential.invalidated',
      eventId: 'e-9',
    });
    const view = await stay.settled();
    expect(view.keys).toEqual(before.keys);
    expect(view.attention).toEqual([]);
  });
});

async function tomorrow(): Promise<{ window: { from: string; to: string } }> {
  return { window: { from: await world.inMinutes(24 * 60), to: await world.inMinutes(72 * 60) } };
}

function cutCard(door: string, now: number): string {
  const { hotel } = world.simulator;
  const card = hotel.cutDeskCard({
    doorIds: [hotel.door(door).id, hotel.door('Main Entrance').id],
    kind: 'override',
    startsAt: now - 60_000,
    endsAt: now + 5 * 24 * 3_600_000,
  });
  hotel.settle();
  return card.id;
}

function useCard(card: string, door: string, now: number): void {
  const { hotel } = world.simulator;
  expect(hotel.tap({ acsCredentialId: card }, hotel.door(door).id, now).reason).toBe('opened');
}
