/** What the planner does for each kind of change, step by step, and what the doors say afterwards. */
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
import { COMMON_DOORS, LIFT, type House, type Job } from './hotel.js';

function why(house: House, step: number): string | undefined {
  return house.done[step]?.why;
}

function devicesOf(house: House, guestId: string): readonly string[] {
  const userIdentityId = house.book.guests[guestId]?.userIdentityId ?? '';
  return house.hotel.phones.list({ owner_user_identity_id: userIdentityId }).map((device) => device.id);
}

const keysAtCheckIn = { issueFrom: { kind: 'check-in' } } as const;

/** A stay whose guests are known at Seam and have just checked in: its first key steps have been started. */
function checkingIn(stay: StayBuilder): House {
  const house = stay.withPolicy(keysAtCheckIn).settled();
  house.message({ name: 'checkIn', payload: {} });
  return house;
}

/** Seam's documents leave open whether a new key ends the user's earlier ones; here it does not. */
const keepingEarlierKeys = aStay().withSwitches({ newKeyReplacesUsersEarlier: false });

describe('a new stay', () => {
  it('of one guest in one room needs one override', () => {
    const house = aStay().inRooms('101').withGuests(1).opened();
    expect(carriedOut(house)).toEqual(['override g1 101']);
    expect(opens(house, 'g1')).toEqual(['101', ...COMMON_DOORS, LIFT]);
    expect(house.view()).toMatchObject({ phase: 'ready', settled: true, attention: [] });
  });

  it('says why its first key is an override', () => {
    const house = aStay().opened();
    house.settle();
    expect(why(house, 0)).toBe('first key of the lease on 101');
  });

  it('of several guests in several rooms needs one override, and as many joiners as there are others', () => {
    const house = aStay().inRooms('101', '102').withGuests(4).opened();
    expect(carriedOut(house)).toEqual(['override g1 101+102', 'join g2 101+102', 'join g3 101+102', 'join g4 101+102']);
    for (const guestId of ['g1', 'g2', 'g3', 'g4', 'g1']) expect(opensRooms(house, guestId)).toEqual(['101', '102']);
  });

  it('starts all joiners together once the override is confirmed, and none before', () => {
    const house = checkingIn(aStay().withGuests(4));
    const [override] = house.jobs;
    while (override !== undefined && house.jobs.includes(override)) {
      expect(steps(house)).toHaveLength(1);
      house.getOn(override);
    }
    expect(house.jobs.map((job) => job.what)).toEqual(['join g2#2', 'join g3#3', 'join g4#4']);
  });

  it('gives the override to the guest with the widest set of doors, not to the first listed', () => {
    const house = aStay()
      .inRooms('101', '102')
      .withGuests(2)
      .where('g1', { rooms: ['102'] })
      .opened();
    expect(carriedOut(house)).toEqual(['override g2 101+102', 'join g1 102']);
    expect(opensRooms(house, 'g1')).toEqual(['102']);
    expect(opensRooms(house, 'g2')).toEqual(['101', '102']);
  });

  it('gives each room an override of its own where no guest shares it with another', () => {
    const stay = aStay().inRooms('101', '102').withGuests(2);
    const house = stay
      .where('g1', { rooms: ['101'] })
      .where('g2', { rooms: ['102'] })
      .opened();
    expect(carriedOut(house)).toEqual(['override g1 101', 'override g2 102']);
  });

  it('gives the override to the first guest whose phone is ready, and joins the others as theirs are', () => {
    const house = aStay().withGuests(3).withoutPhones().opened();
    expect(carriedOut(house)).toEqual([]);
    expect(house.view().guests.map((guest) => guest.waitingFor)).toEqual(['phone', 'phone', 'phone']);
    enrolPhone(house, 'g2');
    expect(carriedOut(house)).toEqual(['override g2 101']);
    enrolPhone(house, 'g1');
    enrolPhone(house, 'g3');
    expect(carriedOut(house).toSorted()).toEqual(['join g1 101', 'join g3 101']);
  });

  it('issues keys before there are phones where the hotel wants it so', () => {
    const house = aStay().withoutPhones().withPolicy({ phone: 'issue-anyway' }).opened();
    expect(carriedOut(house)).toEqual(['override g1 101']);
    enrolPhone(house, 'g1');
    expect(opensRooms(house, 'g1')).toEqual(['101']);
  });

  it('waits for the lead time, and says when that is', () => {
    const house = aStay()
      .withPolicy({ issueFrom: { kind: 'lead-time', minutes: 30 } })
      .opened();
    expect(carriedOut(house)).toEqual([]);
    expect(house.view()).toMatchObject({ nextDeadline: '2026-11-23T13:30Z', settled: true });
    house.waitUntil('2026-11-23T13:30Z');
    expect(carriedOut(house)).toEqual(['override g1 101']);
  });

  it('waits for check-in where the hotel wants it so', () => {
    const house = aStay()
      .withPolicy({ issueFrom: { kind: 'check-in' } })
      .opened();
    house.waitUntil('2026-11-23T18:00Z');
    expect(carriedOut(house)).toEqual([]);
    house.message({ name: 'checkIn', payload: {} });
    expect(carriedOut(house)).toEqual(['override g1 101']);
  });

  it('starts early with an early check-in', () => {
    const house = aStay().opened();
    house.message({ name: 'checkIn', payload: {} });
    expect(carriedOut(house)).toEqual(['override g1 101']);
    expect(opensRooms(house, 'g1', house.now())).toEqual(['101']);
  });

  it('without a room does nothing until one is assigned', () => {
    const house = aStay().inRooms().opened();
    expect(carriedOut(house)).toEqual([]);
    expect(house.view().guests).toEqual([{ guestId: 'g1', keyState: 'waiting', waitingFor: 'room' }]);
    amend(house, { rooms: ['103'] });
    expect(carriedOut(house)).toEqual(['override g1 103']);
  });

  it('with a room that has no door asks a person, and issues nothing', () => {
    const house = aStay().inRooms('999').opened();
    expect(carriedOut(house)).toEqual([]);
    expect(house.view().attention).toMatchObject([{ code: 'impossible-plan', room: '999' }]);
  });

  it('with nobody in house to give a room asks for one', () => {
    const house = aStay().inRooms().opened();
    house.message({ name: 'checkIn', payload: {} });
    expect(attentionCodes(house)).toEqual(['room-missing']);
  });

  it('gives no key to a guest who wants none', () => {
    const house = aStay().withGuests(2).where('g1', { wantsKey: false }).opened();
    expect(carriedOut(house)).toEqual(['override g2 101']);
  });

  it('gives a guest who comes later his key for his own time', () => {
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
  it('gets a joiner, never an override', () => {
    const house = aStay().withGuests(1).settled();
    house.message({ name: 'addGuests', payload: { guests: [{ guestId: 'g2', primary: false, wantsKey: true }] } });
    expect(carriedOut(house)).toEqual(['join g2 101']);
    expect(opensRooms(house, 'g2')).toEqual(['101']);
    expect(opensRooms(house, 'g1')).toEqual(['101']);
  });

  it('while the override is on its way waits for it and joins', () => {
    const house = checkingIn(aStay().withGuests(1));
    house.message({ name: 'addGuests', payload: { guests: [{ guestId: 'g2', primary: false, wantsKey: true }] } });
    expect(carriedOut(house)).toEqual(['override g1 101', 'join g2 101']);
  });

  it('joins the newest confirmed key when the first guest has left', () => {
    const house = aStay().withGuests(2).settled();
    house.message({ name: 'removeGuest', payload: { guestId: 'g1', cause: 'left' } });
    expect(carriedOut(house)).toEqual(['revoke g1 101']);
    house.message({ name: 'addGuests', payload: { guests: [{ guestId: 'g3', primary: false, wantsKey: true }] } });
    expect(carriedOut(house)).toEqual(['join g3 101']);
    expect(opensRooms(house, 'g2')).toEqual(['101']);
  });
});

describe('a guest removed', () => {
  it('loses his key, and nobody else does', () => {
    const house = aStay().withGuests(2).settled();
    house.message({ name: 'removeGuest', payload: { guestId: 'g1', cause: 'left' } });
    expect(carriedOut(house)).toEqual(['revoke g1 101']);
    expect(opens(house, 'g1')).toEqual([]);
    expect(opensRooms(house, 'g2')).toEqual(['101']);
  });

  it('as another comes in his place is revoked only once the other has joined his key', () => {
    const later = { from: '2026-11-24T12:00Z', to: CHECK_OUT };
    const house = aStay().withGuests(2).where('g2', { window: later }).settled();
    amend(house, { guests: [{ guestId: 'g2' }] });
    expect(carriedOut(house)).toEqual(['join g2 101', 'revoke g1 101']);
    expect(opens(house, 'g1')).toEqual([]);
    expect(opensRooms(house, 'g2')).toEqual(['101']);
  });

  it('is not kept by a joiner who is stuck: a minute later his key ends all the same', () => {
    const house = aStay().settled();
    house.message({ name: 'addGuests', payload: { guests: [{ guestId: 'g2', primary: false, wantsKey: true }] } });
    while (!house.jobs.some((job) => job.key?.guestId === 'g2')) house.getOn(house.jobs[0] as Job);
    house.message({ name: 'removeGuest', payload: { guestId: 'g1', cause: 'left' } });
    expect(house.done.map((step) => step.do)).not.toContain('revoke');
    house.waitUntil('2026-11-23T13:01Z');
    expect(house.done.map((step) => `${step.do} ${step.guestId}`)).toContain('revoke g1');
  });

  it('for cause is revoked at once, and the others are re-keyed', () => {
    const house = aStay().withGuests(3).settled();
    house.message({ name: 'removeGuest', payload: { guestId: 'g1', cause: 'security' } });
    expect(carriedOut(house)).toEqual(['revoke g1 101', 'override g2 101', 'join g3 101']);
    expect(opens(house, 'g1')).toEqual([]);
    expect(opensRooms(house, 'g3')).toEqual(['101']);
  });

  it('for cause does not get back in with an offline phone once the new key was used', () => {
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

  it('before his key was issued never gets one', () => {
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

describe('a room change', () => {
  it('is an override on the new room, joiners for the others, then the old keys end', () => {
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

  it('needs no revoke where Seam itself ends the earlier key of a user', () => {
    const house = aStay().withGuests(3).settled();
    amend(house, { rooms: ['102'] });
    expect(carriedOut(house)).toEqual(['override g1 102', 'join g2 102', 'join g3 102']);
    for (const guestId of ['g1', 'g2', 'g3']) expect(opensRooms(house, guestId)).toEqual(['102']);
  });

  it('before any key was issued costs nothing', () => {
    const house = aStay()
      .withPolicy({ issueFrom: { kind: 'check-in' } })
      .settled();
    amend(house, { rooms: ['102'] });
    expect(carriedOut(house)).toEqual([]);
    house.message({ name: 'checkIn', payload: {} });
    expect(carriedOut(house)).toEqual(['override g1 102']);
  });

  it('never takes the old key before the new one is confirmed', () => {
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

  it('says where the guest comes from', () => {
    const house = aStay().settled();
    amend(house, { rooms: ['102'] });
    house.settle();
    expect(why(house, 0)).toBe('moved from 101: first key of the lease on 102');
  });

  it('while a key for new dates is on its way keeps that key until the next one is confirmed', () => {
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

  it('that is taken back after the old room was released opens a new lease there', () => {
    const house = aStay().settled();
    amend(house, { rooms: ['102'], status: 'confirmed' });
    amend(house, { rooms: ['101'] });
    house.settle();
    expect(opensRooms(house, 'g1')).toEqual(['101']);
    expect(steps(house).filter((step) => step.startsWith('override'))).toEqual(['override g1 101']);
  });

  it('of one guest among several touches nobody else', () => {
    const house = keepingEarlierKeys.inRooms('101', '102').withGuests(2).settled();
    house.message({ name: 'changeRooms', payload: { rooms: ['102'], guestId: 'g2' } });
    expect(carriedOut(house)).toEqual(['join g2 102', 'revoke g2 101+102']);
    expect(opensRooms(house, 'g1')).toEqual(['101', '102']);
    expect(opensRooms(house, 'g2')).toEqual(['102']);
  });

  it('to a room fewer is a replacement joiner for everyone', () => {
    const house = aStay().inRooms('101', '102').withGuests(2).settled();
    amend(house, { rooms: ['101'] });
    expect(carriedOut(house).filter((step) => !step.startsWith('revoke'))).toEqual(['join g1 101', 'join g2 101']);
    expect(opensRooms(house, 'g1')).toEqual(['101']);
    expect(opensRooms(house, 'g2')).toEqual(['101']);
  });

  it('that is scheduled comes in its time', () => {
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

describe('several room changes whose times come together', () => {
  it('are made in the order of their times, not in that in which they were heard of', () => {
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
  it('re-keys the lease: one override over all rooms, joiners for the others', () => {
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

  it('says that it is mixed', () => {
    const house = aStay().inRooms('101').settled();
    amend(house, { rooms: ['101', '102'] });
    house.settle();
    expect(why(house, 0)).toMatch(/^mixed: 101, 102/);
  });

  it('for one guest only re-keys him and lets those whom it locks out join', () => {
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

  it('ask a person, and start no war of overrides', () => {
    const house = stay.opened();
    expect(carriedOut(house)).toEqual(['override g1 101+102']);
    expect(house.view().attention).toMatchObject([{ code: 'impossible-plan', guestId: 'g2' }]);
    expect(opensRooms(house, 'g1')).toEqual(['101', '102']);
    house.waitUntil('2026-11-24T12:00Z');
    house.message({ name: 'retry', payload: {} });
    expect(carriedOut(house)).toEqual([]);
  });

  it('are settled by a guest who holds all of them', () => {
    const house = stay.opened();
    house.settle();
    house.done.length = 0;
    house.message({ name: 'addGuests', payload: { guests: [{ guestId: 'g3', primary: false, wantsKey: true }] } });
    const done = carriedOut(house).filter((step) => !step.startsWith('revoke'));
    expect(done).toEqual(['override g3 101+102+103', 'join g1 101+102', 'join g2 102+103']);
    expect(attentionCodes(house)).toEqual([]);
  });
});

describe('other dates', () => {
  it.each([
    ['longer', '2026-11-28T10:00Z'],
    ['shorter', '2026-11-25T10:00Z'],
  ])('that are %s give everyone a replacement joiner, and nobody an override', (_which, to) => {
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

  it('for a single guest join his own earlier key', () => {
    const house = aStay().settled();
    house.message({ name: 'changeDates', payload: { window: { to: '2026-11-28T10:00Z' } } });
    expect(carriedOut(house)[0]).toBe('join g1 101');
    const [old, next] = house.view().keys;
    expect(next?.joinedTo).toBe(old?.acsCredentialId);
  });

  it('that move the stay to next month end the keys that would open now, and issue the next when they are due', () => {
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

  it('that are shorter are shown as unconfirmed, because a phone may be offline', () => {
    const house = aStay().settled();
    house.message({ name: 'changeDates', payload: { window: { to: '2026-11-25T10:00Z' } } });
    house.settle();
    expect(house.view().attention).toMatchObject([{ code: 'shortening-unconfirmed', guestId: 'g1' }]);
  });
});

describe('the end of a stay', () => {
  it.each(['checkOut', 'cancel'] as const)('by %s revokes every key, and nothing opens', (name) => {
    const house = aStay().inRooms('101', '102').withGuests(3).settled();
    house.message({ name, payload: {} });
    expect(carriedOut(house)).toEqual(['revoke g1 101+102', 'revoke g2 101+102', 'revoke g3 101+102']);
    for (const guestId of ['g1', 'g2', 'g3']) expect(opens(house, guestId)).toEqual([]);
    expect(house.view().phase).toBe(name === 'cancel' ? 'cancelled' : 'over');
  });

  it('by cancellation before any key was issued needs no step', () => {
    const house = aStay()
      .withPolicy({ issueFrom: { kind: 'check-in' } })
      .settled();
    house.message({ name: 'cancel', payload: {} });
    expect(carriedOut(house)).toEqual([]);
  });

  it('by cancellation while the override is on its way leaves no key behind', () => {
    const house = checkingIn(aStay());
    house.jobs.forEach((job) => house.getOn(job));
    house.message({ name: 'cancel', payload: {} });
    expect(carriedOut(house)).toEqual(['override g1 101', 'revoke g1 101']);
    expect(opens(house, 'g1')).toEqual([]);
  });

  it('by time needs no step: the keys run out', () => {
    const house = aStay().settled();
    house.waitUntil(CHECK_OUT);
    expect(carriedOut(house)).toEqual([]);
    expect(house.view()).toMatchObject({ phase: 'over', keys: [{ state: 'dead' }] });
  });

  it('that is reversed reopens the lease by an override', () => {
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
  it('reported as secure ends that key first, then re-keys the lease by a guest who stays', () => {
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

  it('reported as secure during a hold leaves nobody with two keys', () => {
    const house = keepingEarlierKeys.withGuests(2).settled();
    house.message({ name: 'checkIn', payload: {} });
    const replacing = house.jobs.find((job) => job.key?.guestId === 'g1');
    house.message({ name: 'hold', payload: { reason: 'unpaid' } });
    house.message({ name: 'replaceKey', payload: { guestId: 'g2', mode: 'secure' } });
    expect(replacing).toBeDefined();
    house.settle();
    const held = house.book.keyring.keys.filter((key) => key.guestId === 'g1' && key.state === 'live');
    expect(held.map((key) => key.ask.window.from)).toEqual(['2026-11-23T13:00Z']);
  });

  it('reported as secure by a guest alone waits for his new phone', () => {
    const house = aStay().settled();
    const [deviceId = ''] = devicesOf(house, 'g1');
    house.message({ name: 'replaceKey', payload: { guestId: 'g1', mode: 'secure', deviceId } });
    expect(carriedOut(house)).toEqual(['revoke g1 101']);
    enrolPhone(house, 'g1');
    house.settle();
    expect(why(house, 0)).toMatch(/^re-keyed after a loss/);
    expect(carriedOut(house)).toEqual(['override g1 101']);
  });

  it('reported as secure without its name takes every phone of the guest out of service, so that no key follows', () => {
    const house = aStay().withGuests(2).settled();
    const [lost = ''] = devicesOf(house, 'g1');
    house.message({ name: 'replaceKey', payload: { guestId: 'g1', mode: 'secure' } });
    expect(carriedOut(house)).toEqual(['revoke g1 101', 'override g2 101']);
    enrolPhone(house, 'g1');
    expect(carriedOut(house)).toEqual(['join g1 101']);
    expect(opensRooms(house, 'g1')).toEqual(['101']);
    expect(house.hotel.tap({ deviceId: lost }, house.hotel.door('101').id, Date.parse(CHECK_IN)).opened).toBe(false);
  });

  it('reported as convenient only replaces the key', () => {
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

  it('is attention, and never answered by an override', () => {
    const house = aStay().withGuests(2).settled();
    cutCard(house);
    expect(carriedOut(house)).toEqual([]);
    expect(new Set(attentionCodes(house))).toEqual(new Set(['key-invalidated']));
    house.waitUntil('2026-11-24T12:00Z');
    house.message({ name: 'retry', payload: {} });
    expect(carriedOut(house)).toEqual([]);
  });

  it('does not keep check-out from taking the dead keys off the phones, which still open common doors with them', () => {
    const house = aStay().withGuests(2).settled();
    cutCard(house);
    house.settle();
    expect(opens(house, 'g1')).toContain('Main Entrance');
    house.message({ name: 'checkOut', payload: {} });
    expect(carriedOut(house)).toEqual(['revoke g1 101', 'revoke g2 101']);
    expect(opens(house, 'g1')).toEqual([]);
    expect(opens(house, 'g2')).toEqual([]);
  });

  it('is joined by everyone once staff say that it is of this stay', () => {
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

  it('gives way to an override where staff force it', () => {
    const house = aStay().settled();
    cutCard(house);
    house.settle();
    house.message({ name: 'force', payload: { reason: 'the card was cut by mistake' } });
    expect(carriedOut(house)).toEqual(['override g1 101', 'revoke g1 101']);
    expect(opensRooms(house, 'g1')).toEqual(['101']);
  });

  it('a second time is a matter for a person again: what staff forced was one key', () => {
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

describe('a guest whose key cannot be had', () => {
  it('does not keep the others waiting: the next one takes the override', () => {
    const house = aStay().withGuests(2).withPolicy(keysAtCheckIn).settled();
    house.hotel.users.delete({ acs_user_id: house.book.guests['g1']?.acsUserId ?? '' });
    house.message({ name: 'checkIn', payload: {} });
    expect(carriedOut(house).filter((step) => !step.startsWith('revoke'))).toEqual([
      'override g1 101',
      'override g2 101',
    ]);
    expect(house.view().attention).toMatchObject([{ code: 'key-failed', guestId: 'g1' }]);
    expect(opensRooms(house, 'g2')).toEqual(['101']);
  });

  it('because he holds one of another stay is a matter for a person, and that key lives on', () => {
    const house = aStay()
      .withGuests(2)
      .withPolicy({ issueFrom: { kind: 'check-in' } })
      .settled();
    const { hotel } = house;
    const elsewhere = hotel.credentials.create({
      acs_user_id: house.book.guests['g1']?.acsUserId ?? '',
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
  it('keeps keys from being issued, and takes none', () => {
    const house = aStay().withGuests(2).settled();
    house.message({ name: 'hold', payload: { reason: 'unpaid' } });
    house.message({ name: 'addGuests', payload: { guests: [{ guestId: 'g3', primary: false, wantsKey: true }] } });
    expect(carriedOut(house)).toEqual([]);
    expect(opensRooms(house, 'g1')).toEqual(['101']);
    house.message({ name: 'release', payload: { reason: 'paid' } });
    expect(carriedOut(house)).toEqual(['join g3 101']);
  });

  it('gives way to staff who force a key', () => {
    const house = aStay()
      .withGuests(2)
      .with({ hold: { reason: 'unpaid' } })
      .settled();
    house.message({ name: 'force', payload: { reason: 'the manager says so', guestId: 'g2' } });
    expect(carriedOut(house)).toEqual(['override g2 101']);
  });

  it('does not keep a key from being replaced by one that does less', () => {
    const house = aStay().inRooms('101', '102').settled();
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

  it('does not keep a key from being revoked', () => {
    const house = aStay().settled();
    house.message({ name: 'hold', payload: { reason: 'unpaid' } });
    house.message({ name: 'checkOut', payload: {} });
    expect(carriedOut(house)).toEqual(['revoke g1 101']);
  });
});

describe('a blocked guest', () => {
  it('loses his key until he is released', () => {
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
  it('whose request got through is made good by adopting that key, not by a second override', () => {
    const house = checkingIn(aStay());
    const [job] = house.jobs;
    if (job !== undefined) house.getOn(job, 'answer-lost');
    house.settle();
    expect(house.view().keys).toHaveLength(1);
    expect(house.hotel.world.credentials.size).toBe(1);
    expect(opensRooms(house, 'g1')).toEqual(['101']);
  });

  it('at check-out still ends with every key revoked', () => {
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
