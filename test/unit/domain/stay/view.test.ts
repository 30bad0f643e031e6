/** View of a stay for other programs: the fields of `docs/messages.md`, and no names or contacts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyMessage } from '../../../../src/domain/stay/desired/apply-message.js';
import { detailsOf } from '../../../../src/domain/stay/details.js';
import { dryRun } from '../../../../src/domain/stay/dry-run.js';
import { recordProperty } from '../../../../src/domain/stay/known/record-preparations.js';
import { countKeys, type KeyCounts } from '../../../../src/domain/stay/view.js';
import { aStay, CHECK_IN, CHECK_OUT, enrolPhone } from '../a-stay.js';
import { COMMON_DOORS, type House, type Luck } from './plan/hotel.js';
import { tell, turns, starts } from './plan/story.js';

describe('the view', () => {
  it('the view of a settled stay shows phase, guests and keys', () => {
    const house = aStay().inRooms('101', '102').withGuests(2).settled();
    const window = { from: CHECK_IN, to: CHECK_OUT };
    const [override, joiner] = house.view().keys;
    expect(house.view()).toMatchObject({
      schema: 1,
      stay: 'stay/seaside/R-1',
      phase: 'ready',
      revision: 1,
      window,
      rooms: ['101', '102'],
      guests: [
        { guestId: 'g1', keyState: 'issued' },
        { guestId: 'g2', keyState: 'issued' },
      ],
      plan: [],
      attention: [],
      settled: true,
      nextDeadline: CHECK_OUT,
    });
    expect(override).toEqual({
      acsCredentialId: expect.any(String) as string,
      guestId: 'g1',
      kind: 'override',
      rooms: ['101', '102'],
      commonDoors: COMMON_DOORS,
      window,
      state: 'live',
      requestedAt: house.now(),
      issuedAt: house.now(),
      why: 'first key of the lease on 101, 102',
    });
    expect(joiner).toMatchObject({ guestId: 'g2', kind: 'joiner', joinedTo: override?.acsCredentialId, state: 'live' });
  });

  it("a guest whose own rooms are none of the stay's rooms waits for a room, like one of a stay without rooms", () => {
    const stay = aStay()
      .inRooms('101', '102')
      .where('g1', { rooms: ['102'] });
    const elsewhere = stay.with({ status: 'in-house' }).opened();
    elsewhere.message({ name: 'changeRooms', payload: { rooms: ['101', '103', '104'] } });
    elsewhere.settle();
    const nowhere = aStay().inRooms().with({ status: 'in-house' }).settled();
    for (const house of [elsewhere, nowhere]) {
      expect(house.view().guests).toMatchObject([{ keyState: 'waiting', waitingFor: 'room' }]);
      expect(house.view().attention).toMatchObject([{ code: 'room-missing' }]);
    }
  });

  it('a guest of a tentative booking waits for nothing, with and without a room', () => {
    for (const rooms of [['101'], []]) {
      const { guests } = aStay()
        .inRooms(...rooms)
        .with({ status: 'tentative' })
        .settled()
        .view();
      expect(guests).toMatchObject([{ guestId: 'g1', keyState: 'not-due' }]);
      expect(guests[0]).not.toHaveProperty('waitingFor');
    }
  });

  it('the view shows the next steps while a step is in progress', () => {
    const house = aStay()
      .withGuests(2)
      .withPolicy({ issueFrom: { kind: 'check-in' } })
      .settled();
    house.message({ name: 'checkIn', payload: {} });
    expect(house.view()).toMatchObject({
      phase: 'in-house',
      settled: false,
      guests: [{ keyState: 'issuing' }, { keyState: 'waiting', waitingFor: 'lease' }],
      plan: [
        { do: 'override', guestId: 'g1', rooms: ['101'] },
        { do: 'join', guestId: 'g2', rooms: ['101'], waitsFor: 'lease' },
      ],
    });
  });

  it('the view goes through the phases of a stay', () => {
    const house = aStay()
      .withPolicy({ issueFrom: { kind: 'check-in' } })
      .settled();
    const phases = [house.view().phase];
    house.message({ name: 'checkIn', payload: {} });
    phases.push(house.view().phase);
    house.settle();
    house.message({ name: 'checkOut', payload: {} });
    phases.push(house.view().phase);
    house.settle();
    phases.push(house.view().phase);
    expect(phases).toEqual(['expected', 'in-house', 'leaving', 'over']);
  });

  it('the view keeps how long an offline phone may still open a door', () => {
    const house = aStay().settled();
    house.message({ name: 'checkOut', payload: {} });
    house.settle();
    expect(house.view().keys).toMatchObject([{ state: 'dead', deadAt: house.now(), residualUntil: CHECK_OUT }]);
    expect(detailsOf(house.view())).toContain(`g1: 101 until ${CHECK_OUT}`);
  });
});

describe('the numbers for operators', () => {
  const counted = (house: House): KeyCounts => {
    const plan = house.turn();
    return countKeys(house.view(), plan, house.now());
  };

  it('a guest counts as without a key once it is due, unless it waits for their phone or for staff', () => {
    const house = aStay().withGuests(2).settled();
    expect(counted(house)).toEqual({ due: 0, residual: 0 });
    const phoneless = aStay().withoutPhones().settled();
    expect(counted(phoneless).due).toBe(0);
    const coming = aStay()
      .withGuests(2)
      .withPolicy({ issueFrom: { kind: 'check-in' } })
      .inRooms()
      .settled();
    expect(counted(coming).due).toBe(0);
    coming.message({ name: 'checkIn', payload: {} });
    expect(counted(coming).due).toBe(2);
    const held = aStay()
      .withGuests(2)
      .withPolicy({ issueFrom: { kind: 'check-in' } })
      .settled();
    held.message({ name: 'hold', payload: { reason: 'payment', guestId: 'g2' } });
    held.message({ name: 'checkIn', payload: {} });
    expect(counted(held).due).toBe(1);
  });

  it('a dead key counts as residual access until its window ends', () => {
    const house = aStay().settled();
    house.message({ name: 'checkOut', payload: {} });
    house.settle();
    expect(counted(house)).toEqual({ due: 0, residual: 1 });
    house.waitUntil(CHECK_OUT);
    expect(counted(house).residual).toBe(0);
  });
});

describe('a dry run', () => {
  it('a dry run lists the steps of a change in order, and changes nothing', () => {
    const house = aStay().withGuests(2).settled();
    house.state = applyMessage(house.state, { name: 'changeRooms', payload: { rooms: ['102'] } }, house.now());
    const before = JSON.stringify(house.state);
    const said = dryRun(house.state, house.now()).steps.map(
      (step) => `${step.do} ${step.guestId} ${step.rooms.join()}`,
    );
    expect(said).toEqual(['override g1 102', 'join g2 102', 'revoke g1 101', 'revoke g2 101']);
    expect(JSON.stringify(house.state)).toBe(before);
  });

  it('a dry run of a stay whose guests Seam does not have yet assumes that everything is found', () => {
    const house = aStay().withGuests(2).where('g1', { wantsKey: false }).opened();
    house.state = recordProperty(house.state, {
      propertyId: 'seaside',
      name: 'Seaside',
      timeZone: 'UTC',
      policy: house.policy,
    });
    expect(dryRun(house.state, house.now()).steps).toMatchObject([{ do: 'override', guestId: 'g2', rooms: ['101'] }]);
  });

  it('the plan shows one override for a lease whose guests all wait, and joiners for the others', () => {
    const house = aStay()
      .withGuests(3)
      .where('g2', { rooms: ['102'] })
      .inRooms('101', '102')
      .withPolicy({ issueFrom: { kind: 'check-in' } })
      .settled();
    expect(house.view().plan.map((line) => `${line.do} ${line.guestId}`)).toEqual([
      'override g1',
      'join g3',
      'join g2',
    ]);
  });

  it('the plan shows the override at the guest who has a phone, before one who waits for theirs', () => {
    const house = aStay().withGuests(2).withoutPhones().settled();
    expect(house.view().plan.map((line) => `${line.do} ${line.guestId}`)).toEqual(['override g1', 'join g2']);
    house.message({ name: 'hold', payload: { reason: 'passport', guestId: 'g1' } });
    enrolPhone(house, 'g2');
    house.turn();
    const look = house.jobs.find((job) => job.stepId === 'phone:g2');
    if (look === undefined) throw new Error('no look for the phone of g2');
    house.getOn(look);
    expect(house.view().plan.map((line) => `${line.do} ${line.guestId}`)).toEqual(['override g2', 'join g1']);
  });

  it('the timeline says that a key was adopted, and that none was revoked where none was made', () => {
    const lost = aStay().opened();
    const issue = (luck: Luck): void => {
      const job = lost.jobs.find((one) => one.key?.do === 'issue');
      if (job !== undefined) lost.getOn(job, luck);
    };
    while (!lost.jobs.some((job) => job.key?.do === 'issue')) lost.jobs.slice(0, 1).forEach((job) => lost.getOn(job));
    issue('answer-lost');
    lost.settle();
    const text = (house: House): readonly string[] => house.view().timeline.map(({ what }) => what);
    expect(text(lost)).toContain('key of guest g1 found at Seam from an earlier request, and adopted');

    const none = aStay().opened();
    while (!none.jobs.some((job) => job.key?.do === 'issue')) none.jobs.slice(0, 1).forEach((job) => none.getOn(job));
    const [job] = none.jobs.filter((one) => one.key?.do === 'issue');
    if (job !== undefined) none.getOn(job, 'outage');
    none.message({ name: 'cancel', payload: {} });
    none.settle();
    expect(text(none)).toContain('no key of guest g1 was made, so there is none to revoke');
    expect(text(none)).not.toContain('key of guest g1 revoked');
  });

  it('a dry run shows which step would have to wait, and for what', () => {
    const house = aStay()
      .withPolicy({ issueFrom: { kind: 'check-in' } })
      .settled();
    expect(dryRun(house.state, house.now()).steps).toMatchObject([
      { do: 'override', guestId: 'g1', waitsFor: 'window' },
    ]);
  });
});

/** Marker that cannot occur by chance, and that a search finds wherever it appears. */
const MARK = 'zq-secret';
const contact = fc.record(
  {
    name: fc.constant(`${MARK} Person`),
    email: fc.constant(`${MARK}@guests.example`),
    phone: fc.constant('+4915199999999'),
  },
  { requiredKeys: [] },
);

it('neither the view, nor the details, nor the timeline ever holds a name, an e-mail address or a phone number', () => {
  fc.assert(
    fc.property(starts, turns, contact, (start, plot, facts) => {
      tell(start, plot, {
        contact: facts,
        look: (house) => {
          const view = house.view();
          for (const text of [JSON.stringify(view), detailsOf(view), JSON.stringify(house.done)]) {
            expect(text).not.toContain(MARK);
            expect(text).not.toContain('4915199999999');
          }
        },
      });
    }),
    { numRuns: 40, seed: 20261123 },
  );
});
