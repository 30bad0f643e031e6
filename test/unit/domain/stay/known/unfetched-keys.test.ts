/** Attention for a key that Seam has made and no phone of the guest has fetched: when it opens, and when it is resolved. */
import { beforeEach, describe, expect, it } from 'vitest';
import { standingClock } from '../../../../../src/simulator/hotel/clock.js';
import { createSimulatedHotel, type SimulatedHotel } from '../../../../../src/simulator/hotel/hotel.js';
import { instantAt, millis } from '../../../../../src/domain/model/instants.js';
import { aStay, amend, attentionCodes, CHECK_IN, NOON, ROOMS } from '../../a-stay.js';
import { openHouse, PROPERTY, type House } from '../plan/hotel.js';
import { openSimulatedRooms } from '../simulated-rooms.js';

let hotel: SimulatedHotel;
beforeEach(() => {
  hotel = createSimulatedHotel({ clock: standingClock(millis(NOON)), rooms: ROOMS });
});

/** Returns a confirmed stay whose keys are made while the phones of the named guests are offline. */
function stayWithPhonesOff(...offline: readonly string[]): House {
  return keysMadeAt(
    openHouse({ ...shared(), simulatedRooms: openSimulatedRooms(PROPERTY, () => instantAt(hotel.now())) }),
    offline,
  );
}

const shared = () => ({ at: NOON, rooms: ROOMS, hotel, phones: 'later' as const });

function keysMadeAt(house: House, offline: readonly string[]): House {
  const snapshot = aStay().withGuests(2).snapshot();
  house.snapshot(snapshot);
  house.settle();
  for (const { guestId } of snapshot.guests) {
    const deviceId = house.enrol(guestId) ?? '';
    if (offline.includes(guestId)) hotel.phones.change(deviceId, { connection: 'offline' });
  }
  house.settle();
  expect(house.view().guests).toMatchObject([{ keyState: 'issued' }, { keyState: 'issued' }]);
  return house;
}

function comesOnline(house: House, guestId: string): void {
  const { userIdentityId = '' } = house.state.guests[guestId] ?? {};
  for (const { id } of hotel.phones.list({ owner_user_identity_id: userIdentityId })) {
    hotel.phones.change(id, { connection: 'online' });
  }
  hotel.settle();
}

function checkedIn(house: House): House {
  house.waitUntil(CHECK_IN);
  amend(house, { status: 'in-house' });
  house.settle();
  return house;
}

function at(house: House, instant: string): readonly string[] {
  house.waitUntil(instant);
  house.settle();
  return attentionCodes(house);
}

describe('a key that no phone has fetched', () => {
  it('an unfetched key raises attention a quarter of an hour after check-in, not before, and only for its guest', () => {
    const house = checkedIn(stayWithPhonesOff('g2'));
    expect(house.plan?.wakeAt).toBe('2026-11-23T14:15Z');
    expect(at(house, '2026-11-23T14:14Z')).toEqual([]);
    expect(at(house, '2026-11-23T14:15Z')).toEqual(['phone-missing']);
    expect(house.view().attention).toMatchObject([{ guestId: 'g2', since: '2026-11-23T14:15Z' }]);
    expect(house.view().settled).toBe(true);
  });

  it('attention for an unfetched key is resolved once a phone has fetched it, and the key is not checked again', () => {
    const house = checkedIn(stayWithPhonesOff('g1'));
    expect(at(house, '2026-11-23T14:15Z')).toEqual(['phone-missing']);
    comesOnline(house, 'g1');
    expect(at(house, '2026-11-23T14:16Z')).toEqual([]);
    expect(house.jobs).toEqual([]);
    expect(house.state.timeline.map((line) => line.what)).toContain('a phone of guest g1 has fetched their key');
  });

  it('a key that a phone fetches before the deadline raises no attention, after a single check', () => {
    const house = checkedIn(stayWithPhonesOff('g1', 'g2'));
    comesOnline(house, 'g1');
    comesOnline(house, 'g2');
    house.waitUntil('2026-11-23T14:15Z');
    expect(house.jobs.map((job) => job.what)).toEqual(['check-keys']);
    house.settle();
    expect(attentionCodes(house)).toEqual([]);
    house.waitUntil('2026-11-23T14:40Z');
    expect(house.jobs).toEqual([]);
  });

  it('an unfetched key raises no attention before the guest has checked in', () => {
    const house = stayWithPhonesOff('g1');
    expect(at(house, '2026-11-23T15:30Z')).toEqual([]);
    expect(house.jobs).toEqual([]);
  });

  it('an unfetched key raises no attention after check-out', () => {
    const house = checkedIn(stayWithPhonesOff('g1'));
    expect(at(house, '2026-11-23T14:15Z')).toEqual(['phone-missing']);
    house.message({ name: 'checkOut', payload: {} });
    house.settle();
    expect(attentionCodes(house)).toEqual([]);
    expect(house.jobs).toEqual([]);
  });

  it('keys that phones have fetched at once are not checked after check-in', () => {
    const house = checkedIn(stayWithPhonesOff());
    house.waitUntil('2026-11-23T14:15Z');
    expect(house.jobs).toEqual([]);
  });
});
