/** Steps of the planner for each kind of change, and the doors that open afterwards. */
import { describe, expect, it } from 'vitest';
import {
  amend,
  aStay,
  attentionCodes,
  carriedOut,
  CHECK_IN,
  CHECK_OUT,
  enrolPhone,
  opens,
  opensRooms,
  steps,
  type StayBuilder,
} from '../../a-stay.js';
import type { Key } from '../../../../../src/domain/model/key.js';
import { coreOf, withKey } from '../../../../../src/domain/stay/known/keyring.js';
import { recordRevoked } from '../../../../../src/domain/stay/known/record-keys.js';
import { COMMON_DOORS, LIFT, type House, type Job } from './hotel.js';

function why(house: House, step: number): string | undefined {
  return house.done[step]?.why;
}

function devicesOf(house: House, guestId: string): readonly string[] {
  const userIdentityId = house.state.guests[guestId]?.userIdentityId ?? '';
  return house.hotel.phones.list({ owner_user_identity_id: userIdentityId }).map((device) => device.id);
}

const keysAtCheckIn = { issueFrom: { kind: 'check-in' } } as const;

/** Returns a stay whose guests are registered at Seam and have just checked in: its first key steps have started. */
function checkingIn(stay: StayBuilder): House {
  const house = stay.withPolicy(keysAtCheckIn).settled();
  house.message({ name: 'checkIn', payload: {} });
  return house;
}

/** Carries out the first step until Seam has made its key. */
function untilMade(house: House): void {
  const [override] = house.jobs;
  while (override !== undefined && house.jobs.includes(override)) house.getOn(override);
}

/** Stay at a hotel where a new key does not end the user's earlier ones; Seam's documents leave this open. */
const keepingEarlierKeys = aStay().withSwitches({ newKeyReplacesUsersEarlier: false });

describe('a new stay', () => {
  it('a new stay of one guest in one room needs one override', () => {
    const house = aStay().inRooms('101').withGuests(1).opened();
    expect(carriedOut(house)).toEqual(['override g1 101']);
    expect(opens(house, 'g1')).toEqual(['101', ...COMMON_DOORS, LIFT]);
    expect(house.view()).toMatchObject({ phase: 'ready', settled: true, attention: [] });
  });

  it('a new stay records why its first key is an override', () => {
    const house = aStay().opened();
    house.settle();
    expect(why(house, 0)).toBe('first key of the lease on 101');
  });

  it('a new stay of several guests in several rooms needs one override, and a joiner for each other guest', () => {
    const house = aStay().inRooms('101', '102').withGuests(4).opened();
    expect(carriedOut(house)).toEqual(['override g1 101+102', 'join g2 101+102', 'join g3 101+102', 'join g4 101+102']);
    for (const guestId of ['g1', 'g2', 'g3', 'g4', 'g1']) expect(opensRooms(house, guestId)).toEqual(['101', '102']);
  });

  it('a new stay starts all joiners together once Seam has made the override, and none before', () => {
    const house = checkingIn(aStay().withGuests(4));
    const [override] = house.jobs;
    while (override !== undefined && house.jobs.includes(override)) {
      expect(steps(house)).toHaveLength(1);
      house.getOn(override);
    }
    expect(house.jobs.map((job) => job.what)).toEqual(['override g1#1', 'join g2#2', 'join g3#3', 'join g4#4']);
  });

  it('a new stay whose Seam joins only synced keys starts the joiners once the override is confirmed', () => {
    const house = checkingIn(aStay().withGuests(3).withSwitches({ joinerNeedsSyncedAnchor: true }));
    untilMade(house);
    for (const joiner of house.jobs.slice(1)) while (house.jobs.includes(joiner)) house.getOn(joiner);
    expect(house.view().guests.map(({ keyState }) => keyState)).toEqual(['issuing', 'waiting', 'waiting']);
    expect(carriedOut(house)).toEqual(['override g1 101', 'join g2 101', 'join g3 101', 'join g2 101', 'join g3 101']);
    expect(house.view().keys.filter(({ state }) => state === 'live')).toHaveLength(3);
    expect(attentionCodes(house)).toEqual([]);
    for (const guestId of ['g1', 'g2', 'g3']) expect(opensRooms(house, guestId)).toEqual(['101']);
  });

  it('a new stay whose first guest leaves before their override is confirmed locks no other guest out', () => {
    const house = checkingIn(aStay().withGuests(3));
    untilMade(house);
    house.message({ name: 'removeGuest', payload: { guestId: 'g1', cause: 'left' } });
    house.settle();
    expect(opensRooms(house, 'g1')).toEqual([]);
    for (const guestId of ['g2', 'g3']) expect(opensRooms(house, guestId)).toEqual(['101']);
    expect(attentionCodes(house)).toEqual([]);
  });

  it('a new stay gives the override to the guest with the widest set of doors, not to the first listed', () => {
    const house = aStay()
      .inRooms('101', '102')
      .withGuests(2)
      .where('g1', { rooms: ['102'] })
      .opened();
    expect(carriedOut(house)).toEqual(['override g2 101+102', 'join g1 102']);
    expect(opensRooms(house, 'g1')).toEqual(['102']);
    expect(opensRooms(house, 'g2')).toEqual(['101', '102']);
  });

  it('a new stay gives each room its own override if no guest shares the room with another', () => {
    const stay = aStay().inRooms('101', '102').withGuests(2);
    const house = stay
      .where('g1', { rooms: ['101'] })
      .where('g2', { rooms: ['102'] })
      .opened();
    expect(carriedOut(house)).toEqual(['override g1 101', 'override g2 102']);
  });

  it('a new stay gives the override to the first guest with a ready phone, and the others join as theirs are ready', () => {
    const house = aStay().withGuests(3).withoutPhones().opened();
    expect(carriedOut(house)).toEqual([]);
    expect(house.view().guests.map((guest) => guest.waitingFor)).toEqual(['phone', 'phone', 'phone']);
    enrolPhone(house, 'g2');
    expect(carriedOut(house)).toEqual(['override g2 101']);
    enrolPhone(house, 'g1');
    enrolPhone(house, 'g3');
    expect(carriedOut(house).toSorted()).toEqual(['join g1 101', 'join g3 101']);
  });

  it("a new stay issues keys before there are phones if the hotel's policy says so", () => {
    const house = aStay().withoutPhones().withPolicy({ phone: 'issue-anyway' }).opened();
    expect(carriedOut(house)).toEqual(['override g1 101']);
    enrolPhone(house, 'g1');
    expect(opensRooms(house, 'g1')).toEqual(['101']);
  });

  it('a new stay waits for the lead time, and reports when it ends', () => {
    const house = aStay()
      .withPolicy({ issueFrom: { kind: 'lead-time', minutes: 30 } })
      .opened();
    expect(carriedOut(house)).toEqual([]);
    expect(house.view()).toMatchObject({ nextDeadline: '2026-11-23T13:30Z', settled: true });
    house.waitUntil('2026-11-23T13:30Z');
    expect(carriedOut(house)).toEqual(['override g1 101']);
  });

  it("a new stay waits for check-in if the hotel's policy says so", () => {
    const house = aStay()
      .withPolicy({ issueFrom: { kind: 'check-in' } })
      .opened();
    house.waitUntil('2026-11-23T18:00Z');
    expect(carriedOut(house)).toEqual([]);
    house.message({ name: 'checkIn', payload: {} });
    expect(carriedOut(house)).toEqual(['override g1 101']);
  });

  it('a new stay issues keys early after an early check-in', () => {
    const house = aStay().opened();
    house.message({ name: 'checkIn', payload: {} });
    expect(carriedOut(house)).toEqual(['override g1 101']);
    expect(opensRooms(house, 'g1', house.now())).toEqual(['101']);
  });

  it('a new stay without a room issues no key until a room is assigned', () => {
    const house = aStay().inRooms().opened();
    expect(carriedOut(house)).toEqual([]);
    expect(house.view().guests).toMatchObject([{ guestId: 'g1', keyState: 'waiting', waitingFor: 'room' }]);
    amend(house, { rooms: ['103'] });
    expect(carriedOut(house)).toEqual(['override g1 103']);
  });

  it('a new stay in a room that has no door raises attention, and issues nothing', () => {
    const house = aStay().inRooms('999').opened();
    expect(carriedOut(house)).toEqual([]);
    expect(house.view().attention).toMatchObject([{ code: 'impossible-plan', room: '999' }]);
  });

  it('a stay that is checked in without a room raises attention that the room is missing', () => {
    const house = aStay().inRooms().opened();
    house.message({ name: 'checkIn', payload: {} });
    expect(attentionCodes(house)).toEqual(['room-missing']);
  });

  it('a new stay gives no key to a guest who wants none', () => {
    const house = aStay().withGuests(2).where('g1', { wantsKey: false }).opened();
    expect(carriedOut(house)).toEqual(['override g2 101']);
  });

  it('a new stay gives a guest who comes later a key for their own window', () => {
    const own = { from: '2026-11-24T12:00Z', to: CHECK_OUT };
    const house = aStay().withGuests(2).where('g2', { window: own }).opened();
    expect(carriedOut(house)).toEqual(['override g1 101']);
    house.waitUntil('2026-11-24T10:00Z');
    expect(carriedOut(house)).toEqual(['join g2 101']);
    expect(opensRooms(house, 'g2', '2026-11-24T11:59Z')).toEqual([]);
    expect(opensRooms(house, 'g2', '2026-11-24T12:00Z')).toEqual(['101']);
  });
});

describe('a guest added', () => {
  it('a guest added to a stay gets a joiner, never an override', () => {
    const house = aStay().withGuests(1).settled();
    house.message({ name: 'addGuests', payload: { guests: [{ guestId: 'g2', primary: false, wantsKey: true }] } });
    expect(carriedOut(house)).toEqual(['join g2 101']);
    expect(opensRooms(house, 'g2')).toEqual(['101']);
    expect(opensRooms(house, 'g1')).toEqual(['101']);
  });

  it('a guest added while the override is in progress waits for it and joins it', () => {
    const house = checkingIn(aStay().withGuests(1));
    house.message({ name: 'addGuests', payload: { guests: [{ guestId: 'g2', primary: false, wantsKey: true }] } });
    expect(carriedOut(house)).toEqual(['override g1 101', 'join g2 101']);
  });

  it('an added guest joins the newest confirmed key after the first guest has left', () => {
    const house = aStay().withGuests(2).settled();
    house.message({ name: 'removeGuest', payload: { guestId: 'g1', cause: 'left' } });
    expect(carriedOut(house)).toEqual(['revoke g1 101']);
    house.message({ name: 'addGuests', payload: { guests: [{ guestId: 'g3', primary: false, wantsKey: true }] } });
    expect(carriedOut(house)).toEqual(['join g3 101']);
    expect(opensRooms(house, 'g2')).toEqual(['101']);
  });
});

describe('a guest removed', () => {
  it('a removed guest loses their key, and no other guest does', () => {
    const house = aStay().withGuests(2).settled();
    house.message({ name: 'removeGuest', payload: { guestId: 'g1', cause: 'left' } });
    expect(carriedOut(house)).toEqual(['revoke g1 101']);
    expect(opens(house, 'g1')).toEqual([]);
    expect(opensRooms(house, 'g2')).toEqual(['101']);
  });

  it('the key of a removed guest is revoked only once the guest in their place has joined it', () => {
    const later = { from: '2026-11-24T12:00Z', to: CHECK_OUT };
    const house = aStay().withGuests(2).where('g2', { window: later }).settled();
    amend(house, { guests: [{ guestId: 'g2' }] });
    expect(carriedOut(house)).toEqual(['join g2 101', 'revoke g1 101']);
    expect(opens(house, 'g1')).toEqual([]);
    expect(opensRooms(house, 'g2')).toEqual(['101']);
  });

  it('a stuck joiner keeps the key of a removed guest for one minute at most', () => {
    const house = aStay().settled();
    house.message({ name: 'addGuests', payload: { guests: [{ guestId: 'g2', primary: false, wantsKey: true }] } });
    while (!house.jobs.some((job) => job.key?.guestId === 'g2')) house.getOn(house.jobs[0] as Job);
    house.message({ name: 'removeGuest', payload: { guestId: 'g1', cause: 'left' } });
    expect(house.done.map((step) => step.do)).not.toContain('revoke');
    house.waitUntil('2026-11-23T13:01Z');
    expect(house.done.map((step) => `${step.do} ${step.guestId}`)).toContain('revoke g1');
  });

  it('a guest removed for cause loses their key at once, and the other guests are re-keyed', () => {
    const house = aStay().withGuests(3).settled();
    house.message({ name: 'removeGuest', payload: { guestId: 'g1', cause: 'security' } });
    expect(carriedOut(house)).toEqual(['revoke g1 101', 'override g2 101', 'join g3 101']);
    expect(opens(house, 'g1')).toEqual([]);
    expect(opensRooms(house, 'g3')).toEqual(['101']);
  });

  it('a guest removed for cause cannot get in with an offline phone once the new key was used', () => {
    const house = aStay().withGuests(2).settled();
    const [phone] = devicesOf(house, 'g1');
    house.hotel.phones.change(phone ?? '', { connection: 'offline' });
    house.message({ name: 'removeGuest', payload: { guestId: 'g1', cause: 'security' } });
    expect(carriedOut(house)).toEqual(['revoke g1 101', 'override g2 101']);
    expect(opensRooms(house, 'g1')).toEqual(['101']);
    expect(opensRooms(house, 'g2')).toEqual(['101']);
    expect(opensRooms(house, 'g1')).toEqual([]);
    expect(house.view().keys[0]).toMatchObject({ state: 'dead', residualUntil: CHECK_OUT });
  });

  it('a guest removed before their key was issued never gets a key', () => {
    const house = checkingIn(aStay().withGuests(2));
    while (steps(house).length < 2) house.jobs.forEach((job) => house.getOn(job));
    house.message({ name: 'removeGuest', payload: { guestId: 'g2', cause: 'left' } });
    house.settle();
    expect(opens(house, 'g2')).toEqual([]);
    expect(
      house
        .view()
        .keys.filter((key) => key.guestId === 'g2')
        .every((key) => key.state === 'dead'),
    ).toBe(true);
  });
});

describe('a guest whose key others joined', () => {
  it('joiners that Seam ends with their revoked anchor are made again, although no event reports it', () => {
    const house = aStay().withGuests(3).withSwitches({ joinersSurviveAnchorDeletion: false }).settled();
    house.message({ name: 'removeGuest', payload: { guestId: 'g1', cause: 'left' } });
    house.settle();
    for (const guestId of ['g2', 'g3']) expect(opensRooms(house, guestId)).toEqual(['101']);
    expect(opensRooms(house, 'g1')).toEqual([]);
    expect(attentionCodes(house)).toEqual([]);
  });

  it('a revoke of a key that was never made puts no other key in doubt', () => {
    const { state } = aStay().withGuests(1).settled();
    const [live] = state.keyring.keys;
    if (live === undefined) throw new Error('The stay has no key');
    const never: Key = { ...coreOf(live), keyId: 'g2#2', guestId: 'g2', state: 'revoking' };
    const asked = { ...state, keyring: withKey(state.keyring, never) };
    const revoked = recordRevoked(asked, 'g2#2', { revokedCredentialIds: [], confirmedAt: CHECK_IN }, CHECK_IN);
    expect(revoked.credentialsToCheck).toEqual([]);
    expect(revoked.keyring.keys[0]).toEqual(live);
  });
});

describe('a room change', () => {
  it('a room change issues an override on the new room, joiners for the others, and then ends the old keys', () => {
    const house = keepingEarlierKeys.withGuests(3).settled();
    amend(house, { rooms: ['102'] });
    const done = carriedOut(house);
    expect(done.filter((step) => !step.startsWith('revoke'))).toEqual([
      'override g1 102',
      'join g2 102',
      'join g3 102',
    ]);
    expect(done.filter((step) => step.startsWith('revoke'))).toEqual([
      'revoke g1 101',
      'revoke g2 101',
      'revoke g3 101',
    ]);
    expect(done.indexOf('revoke g2 101')).toBeGreaterThan(done.indexOf('join g2 102'));
    for (const guestId of ['g1', 'g2', 'g3']) expect(opensRooms(house, guestId)).toEqual(['102']);
  });

  it('a room change needs no revocation if Seam itself ends the earlier key of a user', () => {
    const house = aStay().withGuests(3).settled();
    amend(house, { rooms: ['102'] });
    expect(carriedOut(house)).toEqual(['override g1 102', 'join g2 102', 'join g3 102']);
    for (const guestId of ['g1', 'g2', 'g3']) expect(opensRooms(house, guestId)).toEqual(['102']);
  });

  it('a room change before any key was issued needs no step', () => {
    const house = aStay()
      .withPolicy({ issueFrom: { kind: 'check-in' } })
      .settled();
    amend(house, { rooms: ['102'] });
    expect(carriedOut(house)).toEqual([]);
    house.message({ name: 'checkIn', payload: {} });
    expect(carriedOut(house)).toEqual(['override g1 102']);
  });

  it('a room change never revokes the old key before the new one is confirmed', () => {
    const house = aStay().withSwitches({ newKeyReplacesUsersEarlier: false }).settled();
    house.message({ name: 'changeRooms', payload: { rooms: ['102'] } });
    while (house.jobs.length > 0 && opensRooms(house, 'g1').length < 2) {
      expect(opensRooms(house, 'g1')).toEqual(['101']);
      house.jobs.forEach((job) => house.getOn(job));
    }
    expect(opensRooms(house, 'g1')).toEqual(['101', '102']);
    house.settle();
    expect(opensRooms(house, 'g1')).toEqual(['102']);
  });

  it('a room change records which room the guest comes from', () => {
    const house = aStay().settled();
    amend(house, { rooms: ['102'] });
    house.settle();
    expect(why(house, 0)).toBe('moved from 101: first key of the lease on 102');
  });

  it('a room change while a key for new dates is in progress keeps that key until the next one is confirmed', () => {
    const house = aStay().withSwitches({ newKeyReplacesUsersEarlier: false }).settled();
    amend(house, { window: { from: '2026-11-23T12:00Z', to: CHECK_OUT } });
    const [job] = house.jobs.filter((one) => one.key !== undefined);
    while (opensRooms(house, 'g1', house.now()).length === 0) house.getOn(job as Job);
    amend(house, { window: { from: '2026-11-23T12:00Z', to: CHECK_OUT }, rooms: ['101', '102'] });
    while (house.jobs.length > 0) {
      house.getOn(house.jobs[0] as Job);
      expect(opensRooms(house, 'g1', house.now())).toContain('101');
    }
    expect(opensRooms(house, 'g1', house.now())).toEqual(['101', '102']);
    expect(house.view().keys.filter((key) => key.state !== 'dead')).toHaveLength(1);
  });

  it('a room change that is reverted after the release of the old room opens a new lease there', () => {
    const house = aStay().settled();
    amend(house, { rooms: ['102'], status: 'confirmed' });
    amend(house, { rooms: ['101'] });
    house.settle();
    expect(opensRooms(house, 'g1')).toEqual(['101']);
    expect(steps(house).filter((step) => step.startsWith('override'))).toEqual(['override g1 101']);
  });

  it('a room change of one guest among several affects no other guest', () => {
    const house = keepingEarlierKeys.inRooms('101', '102').withGuests(2).settled();
    house.message({ name: 'changeRooms', payload: { rooms: ['102'], guestId: 'g2' } });
    expect(carriedOut(house)).toEqual(['join g2 102', 'revoke g2 101+102']);
    expect(opensRooms(house, 'g1')).toEqual(['101', '102']);
    expect(opensRooms(house, 'g2')).toEqual(['102']);
  });

  it('a room change to one room fewer gives every guest a replacement joiner', () => {
    const house = aStay().inRooms('101', '102').withGuests(2).settled();
    amend(house, { rooms: ['101'] });
    expect(carriedOut(house).filter((step) => !step.startsWith('revoke'))).toEqual(['join g1 101', 'join g2 101']);
    expect(opensRooms(house, 'g1')).toEqual(['101']);
    expect(opensRooms(house, 'g2')).toEqual(['101']);
  });

  it('a scheduled room change takes effect at its time', () => {
    const house = keepingEarlierKeys.settled();
    house.message({ name: 'changeRooms', payload: { rooms: ['102'], from: '2026-11-24T12:00Z' } });
    // The key ends with the lease on the room that the guest leaves.
    expect(carriedOut(house)).toEqual(['join g1 101', 'revoke g1 101']);
    expect(house.view().nextDeadline).toBe('2026-11-24T12:00Z');
    house.waitUntil('2026-11-24T12:00Z');
    expect(carriedOut(house)).toEqual(['override g1 102']);
    expect(opensRooms(house, 'g1')).toEqual(['102']);
  });
});

describe('several room changes that become due together', () => {
  it('room changes that become due together apply in the order of their times, not of their arrival', () => {
    const house = aStay().inRooms('101').settled();
    const later = '2026-11-24T08:00Z';
    house.message({ name: 'changeRooms', payload: { rooms: ['102'], from: later } });
    house.message({ name: 'changeRooms', payload: { rooms: ['103'], from: '2026-11-23T16:00Z' } });
    house.waitUntil(later);
    carriedOut(house);
    expect(opensRooms(house, 'g1', later)).toEqual(['102']);
  });
});

describe('a door added in mid-stay', () => {
  it('a door added in mid-stay re-keys the lease: one override over all rooms, joiners for the others', () => {
    const house = aStay().inRooms('101').withGuests(3).settled();
    amend(house, { rooms: ['101', '102'] });
    const done = carriedOut(house);
    expect(done.filter((step) => !step.startsWith('revoke'))).toEqual([
      'override g1 101+102',
      'join g2 101+102',
      'join g3 101+102',
    ]);
    for (const guestId of ['g3', 'g1', 'g2', 'g3']) expect(opensRooms(house, guestId)).toEqual(['101', '102']);
  });

  it('a door added in mid-stay gives the override a reason that says it is mixed', () => {
    const house = aStay().inRooms('101').settled();
    amend(house, { rooms: ['101', '102'] });
    house.settle();
    expect(why(house, 0)).toMatch(/^mixed: 101, 102/);
  });

  it('a door added for one guest only re-keys that guest, and the guests whom it locks out join', () => {
    const house = aStay()
      .inRooms('101', '102')
      .withGuests(2)
      .where('g1', { rooms: ['101'] })
      .where('g2', { rooms: ['101'] });
    const settled = house.settled();
    settled.message({ name: 'changeRooms', payload: { rooms: ['101', '102'], guestId: 'g1' } });
    const done = carriedOut(settled).filter((step) => !step.startsWith('revoke'));
    expect(done).toEqual(['override g1 101+102', 'join g2 101']);
    expect(opensRooms(settled, 'g1')).toEqual(['101', '102']);
    expect(opensRooms(settled, 'g2')).toEqual(['101']);
  });
});

describe('doors that overlap in part', () => {
  const stay = aStay()
    .inRooms('101', '102', '103')
    .withGuests(2)
    .where('g1', { rooms: ['101', '102'] })
    .where('g2', { rooms: ['102', '103'] });

  it('doors that overlap in part raise attention, and start no series of overrides', () => {
    const house = stay.opened();
    expect(carriedOut(house)).toEqual(['override g1 101+102']);
    expect(house.view().attention).toMatchObject([{ code: 'impossible-plan', guestId: 'g2' }]);
    expect(opensRooms(house, 'g1')).toEqual(['101', '102']);
    house.waitUntil('2026-11-24T12:00Z');
    house.message({ name: 'retry', payload: {} });
    expect(carriedOut(house)).toEqual([]);
  });

  it('doors that overlap in part are resolved by a guest who holds all of them', () => {
    const house = stay.opened();
    house.settle();
    house.done.length = 0;
    house.message({ name: 'addGuests', payload: { guests: [{ guestId: 'g3', primary: false, wantsKey: true }] } });
    const done = carriedOut(house).filter((step) => !step.startsWith('revoke'));
    expect(done.toSorted()).toEqual(['join g1 101+102', 'join g2 102+103', 'override g3 101+102+103']);
    expect(attentionCodes(house)).toEqual([]);
  });
});

describe('a change of dates', () => {
  it.each([
    ['longer', '2026-11-28T10:00Z'],
    ['shorter', '2026-11-25T10:00Z'],
  ])('a change to %s dates gives every guest a replacement joiner, and no guest an override', (_which, to) => {
    const house = aStay().withGuests(3).settled();
    house.message({ name: 'changeDates', payload: { window: { to } } });
    const done = carriedOut(house);
    expect(done.filter((step) => step.startsWith('join')).toSorted()).toEqual([
      'join g1 101',
      'join g2 101',
      'join g3 101',
    ]);
    expect(done.filter((step) => step.startsWith('override'))).toEqual([]);
    const [before, after] = [Date.parse(to) - 60_000, Date.parse(to)].map((at) => new Date(at).toISOString());
    for (const guestId of ['g1', 'g2', 'g3']) {
      expect(opensRooms(house, guestId, before)).toEqual(['101']);
      expect(opensRooms(house, guestId, after)).toEqual([]);
    }
  });

  it('a change of dates for a single guest issues a key that joins their own earlier key', () => {
    const house = aStay().settled();
    house.message({ name: 'changeDates', payload: { window: { to: '2026-11-28T10:00Z' } } });
    expect(carriedOut(house)[0]).toBe('join g1 101');
    const [old, next] = house.view().keys;
    expect(next?.joinedTo).toBe(old?.acsCredentialId);
  });

  it('a move to next month ends the keys that would open now, and issues the next ones when they are due', () => {
    const house = aStay().withGuests(2).settled();
    house.message({
      name: 'changeDates',
      payload: { window: { from: '2026-12-23T14:00Z', to: '2026-12-26T10:00Z' } },
    });
    expect(carriedOut(house).toSorted()).toEqual(['revoke g1 101', 'revoke g2 101']);
    expect(house.view()).toMatchObject({ nextDeadline: '2026-12-23T12:00Z', settled: true });
    expect(opensRooms(house, 'g1', CHECK_IN)).toEqual([]);
    house.waitUntil('2026-12-23T12:00Z');
    expect(carriedOut(house)).toEqual(['override g1 101', 'join g2 101']);
  });

  it('a change to shorter dates is reported as unconfirmed, because a phone may be offline', () => {
    const house = aStay().settled();
    house.message({ name: 'changeDates', payload: { window: { to: '2026-11-25T10:00Z' } } });
    house.settle();
    expect(house.view().attention).toMatchObject([{ code: 'shortening-unconfirmed', guestId: 'g1' }]);
  });
});

describe('the end of a stay', () => {
  it.each(['checkOut', 'cancel'] as const)('the end of a stay by %s revokes every key, and no door opens', (name) => {
    const house = aStay().inRooms('101', '102').withGuests(3).settled();
    house.message({ name, payload: {} });
    expect(carriedOut(house)).toEqual(['revoke g1 101+102', 'revoke g2 101+102', 'revoke g3 101+102']);
    for (const guestId of ['g1', 'g2', 'g3']) expect(opens(house, guestId)).toEqual([]);
    expect(house.view().phase).toBe(name === 'cancel' ? 'cancelled' : 'over');
  });

  it('a cancellation before any key was issued needs no step', () => {
    const house = aStay()
      .withPolicy({ issueFrom: { kind: 'check-in' } })
      .settled();
    house.message({ name: 'cancel', payload: {} });
    expect(carriedOut(house)).toEqual([]);
  });

  it('a cancellation while the override is in progress leaves no key behind', () => {
    const house = checkingIn(aStay());
    house.jobs.forEach((job) => house.getOn(job));
    house.message({ name: 'cancel', payload: {} });
    expect(carriedOut(house)).toEqual(['override g1 101', 'revoke g1 101']);
    expect(opens(house, 'g1')).toEqual([]);
  });

  it('the end of a stay by time needs no step, because the keys expire', () => {
    const house = aStay().settled();
    house.waitUntil(CHECK_OUT);
    expect(carriedOut(house)).toEqual([]);
    expect(house.view()).toMatchObject({ phase: 'over', keys: [{ state: 'dead' }] });
  });

  it('a stay whose end is reversed reopens the lease with an override', () => {
    const house = aStay().withGuests(2).settled();
    amend(house, { status: 'departed' });
    expect(carriedOut(house)).toEqual(['revoke g1 101', 'revoke g2 101']);
    amend(house, { status: 'in-house' });
    house.settle();
    expect(why(house, 0)).toBe('reopened: the last key on 101 has ended');
    expect(carriedOut(house)).toEqual(['override g1 101', 'join g2 101']);
    expect(opensRooms(house, 'g2')).toEqual(['101']);
  });
});

describe('a lost phone', () => {
  it('a guest whose phone is reported lost in secure mode loses that key first, then another guest re-keys the lease', () => {
    const house = aStay().withGuests(3).settled();
    const [deviceId = ''] = devicesOf(house, 'g1');
    house.message({ name: 'replaceKey', payload: { guestId: 'g1', mode: 'secure', deviceId } });
    expect(carriedOut(house)).toEqual(['revoke g1 101', 'override g2 101', 'join g3 101']);
    expect(devicesOf(house, 'g1')).toEqual([]);
    expect(opens(house, 'g1')).toEqual([]);
    enrolPhone(house, 'g1');
    expect(carriedOut(house)).toEqual(['join g1 101']);
    for (const guestId of ['g1', 'g2', 'g3']) expect(opensRooms(house, guestId)).toEqual(['101']);
  });

  it('a phone reported lost in secure mode during a hold leaves no guest with two keys', () => {
    const house = keepingEarlierKeys.withGuests(2).settled();
    house.message({ name: 'checkIn', payload: {} });
    const replacing = house.jobs.find((job) => job.key?.guestId === 'g1');
    house.message({ name: 'hold', payload: { reason: 'unpaid' } });
    house.message({ name: 'replaceKey', payload: { guestId: 'g2', mode: 'secure' } });
    expect(replacing).toBeDefined();
    house.settle();
    const held = house.state.keyring.keys.filter((key) => key.guestId === 'g1' && key.state === 'live');
    expect(held.map((key) => key.ask.window.from)).toEqual(['2026-11-23T13:00Z']);
  });

  it('a single guest whose phone is reported lost in secure mode waits for their new phone', () => {
    const house = aStay().settled();
    const [deviceId = ''] = devicesOf(house, 'g1');
    house.message({ name: 'replaceKey', payload: { guestId: 'g1', mode: 'secure', deviceId } });
    expect(carriedOut(house)).toEqual(['revoke g1 101']);
    enrolPhone(house, 'g1');
    house.settle();
    expect(why(house, 0)).toMatch(/^re-keyed after a loss/);
    expect(carriedOut(house)).toEqual(['override g1 101']);
  });

  it('a secure loss report without a device id takes every phone of the guest out of service, so no key follows', () => {
    const house = aStay().withGuests(2).settled();
    const [lost = ''] = devicesOf(house, 'g1');
    house.message({ name: 'replaceKey', payload: { guestId: 'g1', mode: 'secure' } });
    expect(carriedOut(house)).toEqual(['revoke g1 101', 'override g2 101']);
    enrolPhone(house, 'g1');
    expect(carriedOut(house)).toEqual(['join g1 101']);
    expect(opensRooms(house, 'g1')).toEqual(['101']);
    expect(house.hotel.tap({ deviceId: lost }, house.hotel.door('101').id, Date.parse(CHECK_IN)).opened).toBe(false);
  });

  it('a phone reported lost in convenient mode only has its key replaced', () => {
    const house = aStay().withGuests(2).settled();
    const [deviceId = ''] = devicesOf(house, 'g1');
    house.message({ name: 'replaceKey', payload: { guestId: 'g1', mode: 'convenient', deviceId } });
    house.settle();
    enrolPhone(house, 'g1');
    expect(carriedOut(house)).toEqual(['join g1 101']);
    expect(opensRooms(house, 'g1')).toEqual(['101']);
    expect(opensRooms(house, 'g2')).toEqual(['101']);
  });
});

describe('a desk card that ends the keys', () => {
  function cutCard(house: House): string {
    const { hotel } = house;
    const card = hotel.cutDeskCard({
      doorIds: [hotel.door('101').id],
      kind: 'override',
      startsAt: hotel.now(),
      endsAt: Date.parse(CHECK_OUT),
    });
    const [key] = house.view().keys.filter((one) => one.state === 'live');
    const acsCredentialId = key?.acsCredentialId ?? '';
    house.message({
      name: 'credentialChanged',
      payload: { acsCredentialId, eventType: 'acs_credential.invalidated', eventId: 'e1' },
    });
    return card.id;
  }

  it('a desk card that ends the keys raises attention, and is never answered by an override', () => {
    const house = aStay().withGuests(2).settled();
    cutCard(house);
    expect(carriedOut(house)).toEqual([]);
    expect(new Set(attentionCodes(house))).toEqual(new Set(['key-invalidated']));
    house.waitUntil('2026-11-24T12:00Z');
    house.message({ name: 'retry', payload: {} });
    expect(carriedOut(house)).toEqual([]);
  });

  it('a desk card raises attention also if an anchor of the ended keys was revoked before', () => {
    const house = aStay().withGuests(3).settled();
    house.message({ name: 'removeGuest', payload: { guestId: 'g1', cause: 'left' } });
    expect(carriedOut(house)).toEqual(['revoke g1 101']);
    cutCard(house);
    expect(carriedOut(house)).toEqual([]);
    expect(new Set(attentionCodes(house))).toEqual(new Set(['key-invalidated']));
  });

  it('check-out takes keys that a desk card ended off the phones, where they still open common doors', () => {
    const house = aStay().withGuests(2).settled();
    cutCard(house);
    house.settle();
    expect(opens(house, 'g1')).toContain('Main Entrance');
    house.message({ name: 'checkOut', payload: {} });
    expect(carriedOut(house)).toEqual(['revoke g1 101', 'revoke g2 101']);
    expect(opens(house, 'g1')).toEqual([]);
    expect(opens(house, 'g2')).toEqual([]);
  });

  it('all guests join a desk card once staff confirm that it belongs to the stay', () => {
    const house = aStay().withGuests(2).settled();
    const acsCredentialId = cutCard(house);
    house.settle();
    house.message({ name: 'joinTo', payload: { acsCredentialId } });
    const done = carriedOut(house);
    expect(done.filter((step) => !step.startsWith('revoke')).toSorted()).toEqual(['join g1 101', 'join g2 101']);
    expect(attentionCodes(house)).toEqual([]);
    expect(house.hotel.tap({ acsCredentialId }, house.hotel.door('101').id, Date.parse(CHECK_IN)).opened).toBe(true);
    expect(opensRooms(house, 'g1')).toEqual(['101']);
    expect(opensRooms(house, 'g2')).toEqual(['101']);
  });

  it('a desk card that ends the keys gives way to an override that staff force', () => {
    const house = aStay().settled();
    cutCard(house);
    house.settle();
    house.message({ name: 'force', payload: { reason: 'the card was cut by mistake' } });
    expect(carriedOut(house)).toEqual(['override g1 101', 'revoke g1 101']);
    expect(opensRooms(house, 'g1')).toEqual(['101']);
  });

  it('a second desk card raises attention again, because staff forced one key only', () => {
    const house = aStay().settled();
    cutCard(house);
    house.settle();
    house.message({ name: 'force', payload: { reason: 'the card was a mistake' } });
    house.settle();
    expect(house.done.map((step) => step.do)).toContain('override');
    house.done.length = 0;
    cutCard(house);
    house.settle();
    expect(house.done.filter((step) => step.do !== 'revoke')).toEqual([]);
    expect(attentionCodes(house)).toContain('key-invalidated');
  });
});

describe('a guest whose key cannot be issued', () => {
  it('a guest whose key cannot be issued does not delay the others: the next guest gets the override', () => {
    const house = aStay().withGuests(2).withPolicy(keysAtCheckIn).settled();
    house.hotel.users.delete({ acs_user_id: house.state.guests['g1']?.acsUserId ?? '' });
    house.message({ name: 'checkIn', payload: {} });
    expect(carriedOut(house).filter((step) => !step.startsWith('revoke'))).toEqual([
      'override g1 101',
      'override g2 101',
    ]);
    expect(house.view().attention).toMatchObject([{ code: 'key-failed', guestId: 'g1' }]);
    expect(opensRooms(house, 'g2')).toEqual(['101']);
  });

  it('a guest who holds a key of another stay raises attention, and that key stays live', () => {
    const house = aStay()
      .withGuests(2)
      .withPolicy({ issueFrom: { kind: 'check-in' } })
      .settled();
    const { hotel } = house;
    const elsewhere = hotel.credentials.create({
      acs_user_id: house.state.guests['g1']?.acsUserId ?? '',
      credential_manager_acs_system_id: hotel.world.credentialManagerAcsSystemId,
      access_method: 'mobile_key',
      is_multi_phone_sync_credential: true,
      allowed_acs_entrance_ids: [hotel.door('105').id],
      starts_at: '2026-11-23T13:00:00Z',
      ends_at: '2026-11-24T10:00:00Z',
      visionline_metadata: { override: true },
    });
    hotel.settle();
    house.message({ name: 'checkIn', payload: {} });
    expect(carriedOut(house)).toEqual(['override g1 101', 'override g2 101']);
    expect(house.view().attention).toMatchObject([{ code: 'guest-has-other-stay', guestId: 'g1' }]);
    expect(elsewhere.life).toBe('live');
    house.waitUntil('2026-11-24T10:00Z');
    expect(carriedOut(house)).toEqual(['join g1 101']);
  });
});

describe('a hold', () => {
  it('a hold keeps new keys from being issued, and revokes none', () => {
    const house = aStay().withGuests(2).settled();
    house.message({ name: 'hold', payload: { reason: 'unpaid' } });
    house.message({ name: 'addGuests', payload: { guests: [{ guestId: 'g3', primary: false, wantsKey: true }] } });
    expect(carriedOut(house)).toEqual([]);
    expect(opensRooms(house, 'g1')).toEqual(['101']);
    house.message({ name: 'release', payload: { reason: 'paid' } });
    expect(carriedOut(house)).toEqual(['join g3 101']);
  });

  it('a hold gives way to staff who force a key', () => {
    const house = aStay()
      .withGuests(2)
      .with({ hold: { reason: 'unpaid' } })
      .settled();
    house.message({ name: 'force', payload: { reason: 'the manager says so', guestId: 'g2' } });
    expect(carriedOut(house)).toEqual(['override g2 101']);
  });

  it('a hold does not keep a key from being replaced by one with fewer rooms or a shorter window', () => {
    const house = aStay().inRooms('101', '102').with({ status: 'in-house' }).settled();
    house.message({ name: 'hold', payload: { reason: 'unpaid' } });
    house.message({ name: 'changeRooms', payload: { rooms: ['102'] } });
    expect(carriedOut(house)).toEqual(['join g1 102']);
    house.message({ name: 'changeDates', payload: { window: { to: '2026-11-25T10:00Z' } } });
    expect(carriedOut(house)).toEqual(['join g1 102']);
    house.message({ name: 'changeDates', payload: { window: { to: '2026-11-27T10:00Z' } } });
    house.message({ name: 'changeRooms', payload: { rooms: ['103'] } });
    expect(carriedOut(house), 'other rooms and longer keys are granting').toEqual([]);
    expect(opensRooms(house, 'g1')).toEqual(['102']);
  });

  it('a hold does not keep a key from being revoked', () => {
    const house = aStay().settled();
    house.message({ name: 'hold', payload: { reason: 'unpaid' } });
    house.message({ name: 'checkOut', payload: {} });
    expect(carriedOut(house)).toEqual(['revoke g1 101']);
  });
});

describe('a blocked guest', () => {
  it('a blocked guest loses their key until they are released', () => {
    const house = aStay().withGuests(2).settled();
    house.message({ name: 'block', payload: { reason: 'a disturbance', guestId: 'g2' } });
    expect(carriedOut(house)).toEqual(['revoke g2 101']);
    amend(house, { window: { from: CHECK_IN, to: '2026-11-27T10:00Z' } });
    expect(carriedOut(house).filter((step) => step.includes('g2'))).toEqual([]);
    house.message({ name: 'release', payload: { reason: 'settled', guestId: 'g2' } });
    expect(carriedOut(house)).toEqual(['join g2 101']);
  });
});

describe('an outage', () => {
  it('a request that Seam carried out in an outage leads to adoption of that key, not to a second override', () => {
    const house = checkingIn(aStay());
    const [job] = house.jobs;
    if (job !== undefined) house.getOn(job, 'answer-lost');
    house.settle();
    expect(house.view().keys).toHaveLength(1);
    expect(house.hotel.world.credentials.size).toBe(1);
    expect(opensRooms(house, 'g1')).toEqual(['101']);
  });

  it('an outage at check-out still ends with every key revoked', () => {
    const house = aStay().settled();
    house.message({ name: 'checkOut', payload: {} });
    const [job] = house.jobs;
    if (job !== undefined) house.getOn(job, 'outage');
    expect(attentionCodes(house)).toEqual(['access-system-down', 'revoke-unconfirmed']);
    house.settle();
    expect(attentionCodes(house)).toEqual([]);
    expect(opens(house, 'g1')).toEqual([]);
  });
});
