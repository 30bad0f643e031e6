/** Combination of snapshots, signals and staff actions in the stay state, and its form as plain JSON. */
import { describe, expect, it } from 'vitest';
import { judgeSnapshot, type SnapshotDecision } from '../../../../src/domain/stay/desired/apply-snapshot.js';
import type { StayState } from '../../../../src/domain/stay/state.js';
import { prepareStepId } from '../../../../src/domain/model/ids.js';
import { planStay } from '../../../../src/domain/stay/reconcile.js';
import { recordBlocker, recordProperty } from '../../../../src/domain/stay/known/record-preparations.js';
import { snapshotSchema, type StaySnapshotInput } from '../../../../src/domain/model/snapshot-schema.js';
import { desiredKeys } from '../../../../src/domain/stay/desired/desired-keys.js';
import { amend, aStay, carriedOut, CHECK_IN, CHECK_OUT, NOON, opensRooms } from '../a-stay.js';
import type { House } from './plan/hotel.js';

function desiredRooms(house: House): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(desiredKeys(house.state, house.now()).guests.map((guest) => [guest.guestId, guest.rooms]));
}

function decisionOn(house: House, fields: Partial<StaySnapshotInput>): SnapshotDecision['kind'] {
  return judgeSnapshot(house.state, snapshotSchema.parse({ ...aStay().snapshot(), ...fields }), house.now()).kind;
}

describe('a revision', () => {
  const house = aStay().with({ revision: 5 }).opened();

  it('a newer revision is accepted, and an older one is stale', () => {
    expect(decisionOn(house, { revision: 6 })).toBe('new');
    expect(decisionOn(house, { revision: 4, rooms: ['102'] })).toBe('stale');
  });

  it('a known revision with the same content changes nothing, in whatever order its fields come', () => {
    const { guests, ...rest } = aStay().snapshot();
    expect(decisionOn(house, { guests, ...rest, revision: 5 })).toBe('known');
  });

  it('a known revision with other content is stale, unless its sender says that it is newer', () => {
    expect(decisionOn(house, { revision: 5, rooms: ['102'] })).toBe('stale');
    expect(decisionOn(house, { revision: 5, rooms: ['102'], supersede: true })).toBe('new');
  });

  it('a revision of a snapshot may be an instant', () => {
    const dated = aStay().with({ revision: '2026-11-20T09:30:00Z' }).opened();
    expect(decisionOn(dated, { revision: '2026-11-20T10:30:01+01:00' })).toBe('new');
    expect(decisionOn(dated, { revision: '2026-11-20T10:29:59+01:00' })).toBe('stale');
  });

  it('a first revision of a stay whose window is over is refused as over', () => {
    const empty = aStay().house();
    expect(decisionOn(empty, { window: { from: '2026-11-20T14:00Z', to: NOON } })).toBe('over');
    expect(decisionOn(empty, { window: { arrival: '2026-11-18', departure: '2026-11-20' } })).toBe('over');
    expect(decisionOn(empty, { window: { arrival: '2026-11-20', departure: '2026-11-23' } })).toBe('new');
  });
});

describe('a snapshot changes only what differs from the one before it', () => {
  it('a guest added by signal survives the next snapshot', () => {
    const house = aStay().settled();
    house.message({ name: 'addGuests', payload: { guests: [{ guestId: 'g2', primary: false, wantsKey: true }] } });
    expect(carriedOut(house)).toEqual(['join g2 101']);
    amend(house, { hold: { reason: 'unpaid' } });
    expect(carriedOut(house)).toEqual([]);
    expect(opensRooms(house, 'g2')).toEqual(['101']);
  });

  it('a guest removed by signal stays removed while the booking system still lists them', () => {
    const house = aStay().withGuests(2).settled();
    house.message({ name: 'removeGuest', payload: { guestId: 'g2', cause: 'left' } });
    amend(house, { window: { from: CHECK_IN, to: '2026-11-27T10:00Z' } });
    expect(desiredRooms(house)).toEqual({ g1: ['101'], g2: [] });
  });

  it('rooms and dates changed by signal hold until the booking system changes them', () => {
    const house = aStay().settled();
    house.message({ name: 'changeRooms', payload: { rooms: ['102'] } });
    house.message({ name: 'changeDates', payload: { window: { to: '2026-11-28T10:00Z' } } });
    amend(house, { hold: { reason: 'unpaid' } });
    expect(house.view()).toMatchObject({ rooms: ['102'], window: { from: CHECK_IN, to: '2026-11-28T10:00Z' } });
    amend(house, { rooms: ['103'] });
    expect(house.view()).toMatchObject({ rooms: ['103'], window: { to: '2026-11-28T10:00Z' } });
    amend(house, { window: { from: CHECK_IN, to: CHECK_IN.replace('23', '24') } });
    expect(house.view()).toMatchObject({ rooms: ['103'], window: { to: '2026-11-24T14:00Z' } });
  });

  it("a snapshot that changes a guest's window keeps the guest's rooms that a signal changed", () => {
    const stay = aStay().inRooms('101', '102').withGuests(2);
    const house = stay.settled();
    house.message({ name: 'changeRooms', payload: { rooms: ['102'], guestId: 'g2' } });
    const own = { from: CHECK_IN, to: '2026-11-24T10:00Z' };
    amend(house, { guests: stay.where('g2', { window: own }).snapshot().guests });
    const [, second] = desiredKeys(house.state, house.now()).guests;
    expect(second).toMatchObject({ rooms: ['102'], window: own });
  });

  it('a check-out by signal is not undone by a snapshot that still says in-house', () => {
    const house = aStay().with({ status: 'in-house' }).settled();
    house.message({ name: 'checkOut', payload: {} });
    amend(house, { rooms: ['102'] });
    expect(house.view().phase).toBe('leaving');
    amend(house, { status: 'departed' });
    amend(house, { status: 'in-house' });
    expect(house.view().phase).toBe('in-house');
  });
});

describe('a guest whom the booking system drops', () => {
  it('a guest whom the booking system drops comes back when it lists them again', () => {
    const house = aStay().withGuests(2).settled();
    amend(house, { guests: [{ guestId: 'g1' }] });
    expect(desiredRooms(house)['g2']).toEqual([]);
    amend(house, { guests: [{ guestId: 'g1' }, { guestId: 'g2' }] });
    expect(desiredRooms(house)['g2']).toEqual(['101']);
  });

  it('a guest whom the booking system drops does not come back if staff removed them for cause', () => {
    const house = aStay().withGuests(2).settled();
    house.message({ name: 'removeGuest', payload: { guestId: 'g2', cause: 'security' } });
    house.message({ name: 'removeGuest', payload: { guestId: 'g2', cause: 'left' } });
    amend(house, { guests: [{ guestId: 'g1' }] });
    amend(house, { guests: [{ guestId: 'g1' }, { guestId: 'g2' }] });
    expect(desiredRooms(house)['g2']).toEqual([]);
  });
});

describe("a guest's own rooms", () => {
  it("a guest's own room moves along when one room of the stay gives way to one other", () => {
    const house = aStay()
      .inRooms('101', '102')
      .withGuests(2)
      .where('g2', { rooms: ['102'] })
      .settled();
    house.message({ name: 'changeRooms', payload: { rooms: ['101', '103'] } });
    expect(desiredRooms(house)).toEqual({ g1: ['101', '103'], g2: ['103'] });
  });

  it('a guest keeps their own rooms as far as the stay still has them', () => {
    const house = aStay()
      .inRooms('101', '102')
      .withGuests(2)
      .where('g2', { rooms: ['102'] })
      .settled();
    house.message({ name: 'changeRooms', payload: { rooms: ['102', '103', '104'] } });
    expect(desiredRooms(house)['g2']).toEqual(['102']);
  });
});

describe('rooms without a door', () => {
  it('a room without a door raises attention once, also when another such room is added later', () => {
    const house = aStay().inRooms('x1').opened();
    house.settle();
    amend(house, { rooms: ['x1', 'x2'] });
    house.settle();
    expect(house.view()).toMatchObject({ settled: true });
    expect(house.view().attention.map(({ code, room }) => [code, room])).toEqual([
      ['impossible-plan', 'x1'],
      ['impossible-plan', 'x2'],
    ]);
  });
});

describe('attention', () => {
  it('attention shows since when it is open', () => {
    const house = aStay().inRooms('x1').opened();
    house.settle();
    const since = house.now();
    house.waitUntil('2026-11-23T19:00Z');
    expect(house.view().attention).toMatchObject([{ code: 'impossible-plan', since }]);
  });

  it('attention about a guest is resolved when the guest is removed', () => {
    const house = aStay().settled();
    house.message({ name: 'addGuests', payload: { guests: [{ guestId: 'g2', primary: false, wantsKey: true }] } });
    house.state = recordBlocker(
      house.state,
      prepareStepId('g2'),
      { kind: 'refused', message: 'no' },
      { guestId: 'g2' },
      house.now(),
    );
    house.turn();
    expect(house.view().attention).toMatchObject([{ code: 'key-failed', guestId: 'g2' }]);
    house.message({ name: 'removeGuest', payload: { guestId: 'g2', cause: 'left' } });
    house.settle();
    expect(house.view().attention).toEqual([]);
  });
});

describe('a guest removed for cause', () => {
  it('a guest removed for cause is not brought back by addGuests, but by staff who release them', () => {
    const house = aStay().withGuests(2).settled();
    house.message({ name: 'removeGuest', payload: { guestId: 'g2', cause: 'security' } });
    house.message({ name: 'addGuests', payload: { guests: [{ guestId: 'g2', primary: false, wantsKey: true }] } });
    expect(desiredRooms(house)['g2']).toEqual([]);
    expect(house.view().attention).toMatchObject([{ code: 'ignored-message' }]);
    house.message({ name: 'release', payload: { guestId: 'g2', reason: 'a mix-up' } });
    expect(desiredRooms(house)['g2']).toEqual(['101']);
  });
});

describe('a window in local dates', () => {
  const local = { arrival: '2026-11-23', departure: '2026-11-27' };
  const converted = { from: '2026-11-23T14:00Z', to: '2026-11-27T10:00Z' };
  const facts = (house: House) => ({ propertyId: 'p', name: 'Seaside', timeZone: 'UTC', policy: house.policy });

  it('a window in local dates keeps a change by signal that arrived before its conversion', () => {
    const house = aStay().with({ window: local }).opened();
    house.message({ name: 'changeDates', payload: { window: { to: '2026-11-28T10:00Z' } } });
    house.state = recordProperty(house.state, { ...facts(house), window: converted });
    expect(house.view().window).toEqual({ from: converted.from, to: '2026-11-28T10:00Z' });
  });

  it('a window in local dates is converted again when the policy has changed', () => {
    const house = aStay().with({ window: local }).opened();
    house.state = recordProperty(house.state, { ...facts(house), window: converted });
    house.message({ name: 'policyChanged', payload: {} });
    const plan = planStay(house.state, [], house.now());
    expect(plan.preparations).toContainEqual(expect.objectContaining({ do: 'resolve-property', window: local }));
  });
});

it('a window in local dates keeps the earlier instants until it is converted', () => {
  const house = aStay().settled();
  amend(house, { window: { arrival: '2026-11-23', departure: '2026-11-27' } });
  expect(house.view()).toMatchObject({ window: { from: CHECK_IN, to: CHECK_OUT }, settled: false });
});

it('the stay state survives a JSON round trip, and leads to the same plan afterwards', () => {
  const house = aStay()
    .inRooms('101', '102')
    .withGuests(3)
    .withSwitches({ newKeyReplacesUsersEarlier: false })
    .settled();
  house.message({ name: 'replaceKey', payload: { guestId: 'g1', mode: 'secure' } });
  house.message({ name: 'changeRooms', payload: { rooms: ['103'], from: '2026-11-24T12:00Z' } });
  house.message({ name: 'removeGuest', payload: { guestId: 'nobody', cause: 'left' } });
  const carried = JSON.parse(JSON.stringify(house.state)) as StayState;
  expect(carried).toEqual(house.state);
  expect(planStay(carried, [], house.now())).toEqual(planStay(house.state, [], house.now()));
});
