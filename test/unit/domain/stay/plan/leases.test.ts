/** The stay's side of leases: what it asks of rooms, what it makes of their answers, and what it tells them of its keys. */
import { describe, expect, test } from 'vitest';
import { applyMessage, ignoreMessage } from '../../../../../src/domain/stay/desired/apply-message.js';
import { applySnapshot } from '../../../../../src/domain/stay/desired/apply-snapshot.js';
import { newStayState, type StayState } from '../../../../../src/domain/stay/state.js';
import type { LeaseStep } from '../../../../../src/domain/model/preparation.js';
import { planLeases } from '../../../../../src/domain/stay/plan/leases.js';
import { dryRun } from '../../../../../src/domain/stay/dry-run.js';
import { instantAt, millis, plusMinutes, type Instant } from '../../../../../src/domain/model/instants.js';
import type { UnsettledRoom, LeaseDecision } from '../../../../../src/domain/model/lease.js';
import { planStay, reconcile, type StayPlan } from '../../../../../src/domain/stay/reconcile.js';
import { policySchema, type Policy } from '../../../../../src/domain/model/property-schema.js';
import { recordDoors, recordGuest, recordProperty } from '../../../../../src/domain/stay/known/record-preparations.js';
import {
  recordAsk,
  recordIssue,
  recordKeyFailure,
  recordRevoked,
  recordRevoking,
} from '../../../../../src/domain/stay/known/record-keys.js';
import { recordCheck } from '../../../../../src/domain/stay/known/record-losses.js';
import { recordLeaseNews, recordLeases, recordLeaseStep } from '../../../../../src/domain/stay/known/record-leases.js';
import { snapshotSchema, type StaySnapshotInput } from '../../../../../src/domain/model/snapshot-schema.js';
import { viewOf } from '../../../../../src/domain/stay/view.js';
import { desiredKeys } from '../../../../../src/domain/stay/desired/desired-keys.js';

const OTHER = 'stay/seaside/R-2';
const NOON = '2026-11-23T12:00Z';
const CHECK_IN = '2026-11-23T14:00Z';
const CHECK_OUT = '2026-11-26T10:00Z';
const ROOMS = ['101', '102', '103'];

/** A stay that a test leads by hand: nothing happens but what it is told. */
function aLeasingStay(fields: Partial<StaySnapshotInput> = {}, policy: Partial<Policy> = {}) {
  const book = newStayState(
    { stayId: 'stay/seaside/R-1', propertyId: 'seaside', reservationId: 'R-1', chain: 'chain-1' },
    NOON,
  );
  let now = NOON;
  let revision = 0;
  let issued = 0;
  let version = 0;
  const stay = {
    book,
    at(instant: Instant) {
      now = instant;
    },
    send(changes: Partial<StaySnapshotInput>) {
      const { rooms: _rooms, ...before } = book.snapshot ?? first;
      const rooms = 'segments' in changes ? {} : { rooms: book.snapshot?.rooms ?? first.rooms ?? [] };
      revision += 1;
      applySnapshot(book, snapshotSchema.parse({ ...before, ...rooms, ...changes, revision }), now);
      recordProperty(book, { ...property(policy), window: { from: CHECK_IN, to: CHECK_OUT, ...windowOf(book) } });
    },
    plan: (): StayPlan => reconcile(book, [], now),
    /** What rooms would be told now. */
    leaseStep(): LeaseStep | undefined {
      const step = stay.plan().preparations.find((one) => one.do === 'settle-leases');
      return step?.do === 'settle-leases' ? step.leases : undefined;
    },
    /** Tells rooms all there is to tell; each answers as `decision` says, or grants what is asked. */
    settleLeases(
      decision: (room: string, until: Instant) => LeaseDecision = (_room, until) => granted(until),
      unsettled: readonly UnsettledRoom[] = [],
    ) {
      const step = stay.leaseStep();
      if (step === undefined) return undefined;
      const said = recordLeaseStep(book, book.leases, step, now);
      const isTaken = ({ room }: { room: string }): boolean => !unsettled.some((one) => one.room === room);
      const news = said.claims.filter(isTaken).map(({ room, claim }) => {
        const until = plusMinutes(claim.window.to, claim.graceMinutes ?? 0);
        version += 1;
        return { room, part: claim.part ?? 0, version, decision: decision(room, until) };
      });
      recordLeases(book, said, { news, unsettled }, now);
      return said;
    },
    /** What a room says of its own accord. */
    hear(room: string, decision: LeaseDecision, part = 0) {
      version += 1;
      applyMessage(book, { name: 'leaseChanged', payload: { room, part, version, decision } as never }, now);
    },
    /** Carries out every key step that is ready, and well. */
    carryOut(): readonly string[] {
      const done: string[] = [];
      for (let plan = stay.plan(); plan.keys.ready.length > 0; plan = stay.plan()) {
        for (const step of plan.keys.ready) {
          done.push(`${step.do} ${step.guestId} ${step.rooms.join('+')}`);
          if (step.do === 'revoke') {
            recordRevoking(book, step.keyId, step.why, now);
            recordRevoked(book, step.keyId, { revokedCredentialIds: [], confirmedAt: now }, now);
            continue;
          }
          const { keyId } = recordAsk(book, step, now);
          issued += 1;
          const nothing = { strayCredentialIds: [], goneCredentialIds: [] };
          const acsCredentialId = `cred-${issued}`;
          recordIssue(book, keyId, { kind: 'issued', acsCredentialId, issuedAt: now, adopted: false, ...nothing }, now);
        }
      }
      return done;
    },
    live: () => book.keyring.keys.filter((key) => key.state === 'live'),
    attention: () => stay.plan().attention.map(({ code, room, message }) => ({ code, room, message })),
    gate: (guestId: string) => stay.plan().keys.waiting.find((step) => step.guestId === guestId)?.waitsFor,
  };
  const first: StaySnapshotInput = {
    propertyId: 'seaside',
    reservationId: 'R-1',
    revision: 1,
    status: 'confirmed',
    window: { from: CHECK_IN, to: CHECK_OUT },
    rooms: ['101'],
    guests: [{ guestId: 'g1', primary: true }],
  };
  stay.send(fields);
  const position = (room: string): number => ROOMS.indexOf(room);
  const rooms = ROOMS.map((room) => ({ room, acsEntranceId: `door-${room}`, position: position(room) }));
  recordDoors(book, { rooms, commonDoors: [], unknownRooms: [] });
  for (const { guest } of book.desired.party) {
    const known = { userIdentityId: `i-${guest.guestId}`, acsUserId: `u-${guest.guestId}`, phoneReady: true };
    recordGuest(book, guest, { ...known, seenCredentialIds: [] });
  }
  return stay;
}

function windowOf(book: StayState): object {
  return book.desired.window ?? {};
}

function property(policy: Partial<Policy>) {
  return { propertyId: 'seaside', name: 'Seaside', timeZone: 'Etc/UTC', policy: policySchema.parse(policy) };
}

function granted(until: Instant, more: Partial<LeaseDecision & { kind: 'granted' }> = {}): LeaseDecision {
  return { kind: 'granted', until, opener: true, anchors: [], ...more };
}

const taken: LeaseDecision = { kind: 'waiting', behind: [OTHER] };

describe('what a stay asks of rooms', () => {
  test('is each of its rooms, for as long as it stays, as soon as they are known', () => {
    const stay = aLeasingStay({ rooms: ['101', '102'] });
    expect(stay.leaseStep()?.claims.map(({ room, claim }) => [room, claim.window, claim.chain])).toEqual([
      ['101', { from: CHECK_IN, to: CHECK_OUT }, 'chain-1'],
      ['102', { from: CHECK_IN, to: CHECK_OUT }, 'chain-1'],
    ]);
    stay.settleLeases();
    expect(stay.leaseStep()).toBeUndefined();
  });

  test.each(['tentative', 'cancelled', 'no-show', 'departed'] as const)('is nothing while it is %s', (status) => {
    expect(aLeasingStay({ status }).leaseStep()).toBeUndefined();
  });

  test('follows the stretches of a stay that moves, also where it comes back', () => {
    const [noon, evening] = ['2026-11-24T12:00Z', '2026-11-25T12:00Z'];
    const segments = [
      { from: CHECK_IN, to: noon, rooms: ['101', '103'] },
      { from: noon, to: evening, rooms: ['102', '103'] },
      { from: evening, to: CHECK_OUT, rooms: ['101', '103'] },
    ];
    const stay = aLeasingStay({ segments });
    expect(stay.leaseStep()?.claims.map(({ room, claim }) => [room, claim.part, claim.window])).toEqual([
      ['101', 0, { from: CHECK_IN, to: noon }],
      ['103', 0, { from: CHECK_IN, to: CHECK_OUT }],
      ['102', 0, { from: noon, to: evening }],
      ['101', 1, { from: evening, to: CHECK_OUT }],
    ]);
    stay.settleLeases();
    stay.at('2026-11-25T12:01Z');
    stay.plan();
    expect(stay.book.desired.rooms).toEqual(['101', '103']);
    expect(stay.leaseStep(), 'the second part is claimed already').toBeUndefined();
  });

  test('is nothing for what segments leave out at the start and at the end', () => {
    const [from, to] = ['2026-11-24T14:00Z', '2026-11-25T10:00Z'];
    const stay = aLeasingStay({ status: 'in-house', segments: [{ from, to, rooms: ['101'] }] });
    expect(stay.leaseStep()?.claims.map(({ room, claim }) => [room, claim.window])).toEqual([['101', { from, to }]]);
    expect(stay.book.desired.rooms).toEqual([]);
    stay.settleLeases();
    stay.at(from);
    expect(stay.carryOut()).toEqual(['override g1 101']);
    expect(stay.live()[0]?.ask.window.to).toBe(to);
  });

  test('is, of a room that it leaves for some hours, first the time afterwards: nobody gets that in between', () => {
    const [noon, evening] = ['2026-11-24T12:00Z', '2026-11-25T12:00Z'];
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.send({
      segments: [
        { from: CHECK_IN, to: noon, rooms: ['101'] },
        { from: noon, to: evening, rooms: ['102'] },
        { from: evening, to: CHECK_OUT, rooms: ['101'] },
      ],
    });
    const asked = stay.leaseStep()?.claims.filter(({ room }) => room === '101');
    expect(asked?.map(({ claim }) => [claim.part, claim.window])).toEqual([
      [1, { from: evening, to: CHECK_OUT }],
      [0, { from: CHECK_IN, to: noon }],
    ]);
  });

  test('keeps the moves of the booking when the desk changes the room of today', () => {
    const move = '2026-11-25T12:00Z';
    const segments = [
      { from: CHECK_IN, to: move, rooms: ['101'] },
      { from: move, to: CHECK_OUT, rooms: ['102'] },
    ];
    const stay = aLeasingStay({ segments });
    applyMessage(stay.book, { name: 'changeRooms', payload: { rooms: ['103'] } }, NOON);
    expect(stay.leaseStep()?.claims.map(({ room, claim }) => [room, claim.window])).toEqual([
      ['103', { from: CHECK_IN, to: move }],
      ['102', { from: move, to: CHECK_OUT }],
    ]);
  });

  test('is what was said last where two moves come at the same time, or before the stay begins', () => {
    const [before, move] = ['2026-11-23T13:00Z', '2026-11-24T12:00Z'];
    const stay = aLeasingStay();
    const earlier = '2026-11-23T12:30Z';
    for (const [rooms, from] of [
      [['102'], move],
      [['103'], move],
      [['102'], before],
      [['101'], earlier],
    ] as const) {
      applyMessage(stay.book, { name: 'changeRooms', payload: { rooms: [...rooms], from } }, NOON);
    }
    expect(stay.leaseStep()?.claims.map(({ room, claim }) => [room, claim.window])).toEqual([
      ['102', { from: CHECK_IN, to: move }],
      ['103', { from: move, to: CHECK_OUT }],
    ]);
  });

  test('begins at an early check-in, and at the move for a room that is moved into', () => {
    const stay = aLeasingStay();
    stay.settleLeases();
    applyMessage(stay.book, { name: 'checkIn', payload: {} }, NOON);
    expect(stay.leaseStep()?.claims[0]?.claim.window.from).toBe(NOON);
    stay.settleLeases();
    stay.at('2026-11-24T08:00Z');
    stay.send({ rooms: ['102'] });
    const step = stay.settleLeases();
    expect(step?.releases.map(({ room }) => room)).toEqual(['101']);
    expect(step?.claims.map(({ room, claim }) => [room, claim.window.from])).toEqual([['102', '2026-11-24T08:00Z']]);
    stay.at('2026-11-24T09:00Z');
    expect(stay.leaseStep(), 'a lease that has begun is not moved').toBeUndefined();
  });

  test('is asked again if nobody answered', () => {
    const stay = aLeasingStay();
    const step = stay.leaseStep();
    if (step === undefined) throw new Error('nothing is claimed');
    recordLeaseStep(stay.book, stay.book.leases, step, NOON);
    expect(stay.leaseStep()?.claims).toHaveLength(1);
  });
});

describe('a guest', () => {
  test('gets no key before the room has answered, and then an override', () => {
    const stay = aLeasingStay();
    expect(stay.gate('g1')).toBe('lease');
    stay.settleLeases();
    expect(stay.carryOut()).toEqual(['override g1 101']);
  });

  test('waits while the room is taken, with attention that names the other stay, and goes on when it is free', () => {
    const stay = aLeasingStay();
    stay.settleLeases(() => taken);
    expect(stay.gate('g1')).toBe('lease');
    expect(stay.attention()).toEqual([
      { code: 'room-taken', room: '101', message: expect.stringContaining(OTHER) as string },
    ]);
    stay.hear('101', granted(CHECK_OUT));
    expect(stay.attention()).toEqual([]);
    expect(stay.carryOut()).toEqual(['override g1 101']);
  });

  test('gets the rooms that the stay holds while it waits for another', () => {
    const stay = aLeasingStay({ rooms: ['101', '102'] });
    stay.settleLeases((room, until) => (room === '102' ? taken : granted(until)));
    expect(stay.carryOut()).toEqual(['override g1 101']);
    stay.hear('102', granted(CHECK_OUT));
    expect(stay.carryOut()[0]).toBe('override g1 101+102');
  });

  test('keeps the old room until the new one is free', () => {
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.carryOut();
    stay.send({ rooms: ['102'] });
    stay.settleLeases(() => taken);
    expect(stay.carryOut()).toEqual([]);
    expect(stay.live().map((key) => key.ask.rooms)).toEqual([['101']]);
    stay.hear('102', granted(CHECK_OUT));
    expect(stay.carryOut()).toEqual(['override g1 102', 'revoke g1 101']);
  });

  test('who comes back to a room that was let go opens a new lease: another stay may have had it', () => {
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.carryOut();
    stay.send({ rooms: ['102'] });
    stay.settleLeases(() => taken);
    const [old] = stay.live();
    recordCheck(stay.book, ['cred-1'], { goneCredentialIds: ['cred-1'] }, NOON);
    expect(old?.acsCredentialId, 'the next guest of the room has ended it').toBe('cred-1');
    stay.send({ rooms: ['101'] });
    expect(stay.carryOut()).toEqual([]);
    stay.settleLeases();
    expect(stay.attention()).toEqual([]);
    expect(stay.carryOut()).toEqual(['override g1 101']);
  });

  test('who comes back before anybody ended his key is re-keyed all the same', () => {
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.carryOut();
    stay.send({ rooms: ['102'] });
    stay.settleLeases(() => taken);
    stay.send({ rooms: ['101'] });
    stay.settleLeases();
    expect(stay.carryOut()).toEqual(['override g1 101', 'revoke g1 101']);
  });

  test('is not re-keyed because the room is not desired for later any more', () => {
    const [noon, evening] = ['2026-11-24T12:00Z', '2026-11-25T12:00Z'];
    const away = [{ from: noon, to: evening, rooms: ['102'] }];
    const first = { from: CHECK_IN, to: noon, rooms: ['101'] };
    const stay = aLeasingStay({ segments: [first, ...away, { from: evening, to: CHECK_OUT, rooms: ['101'] }] });
    stay.settleLeases();
    stay.carryOut();
    stay.settleLeases();
    stay.send({ segments: [first, { from: noon, to: CHECK_OUT, rooms: ['102'] }] });
    expect(stay.settleLeases()?.releases).toEqual([{ room: '101', part: 1, revision: 2 }]);
    expect(stay.carryOut()).toEqual([]);
  });

  test('is not re-keyed where the room was not let go in between', () => {
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.carryOut();
    stay.settleLeases();
    stay.send({ rooms: ['102'] });
    stay.send({ rooms: ['101'] });
    expect(stay.leaseStep()).toBeUndefined();
    expect(stay.carryOut()).toEqual([]);
  });

  test('loses the room that the front desk gave away', () => {
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.carryOut();
    stay.hear('101', { ...taken, displaced: true });
    expect(stay.carryOut()).toEqual(['revoke g1 101']);
    expect(stay.attention().map(({ code }) => code)).toEqual(['room-taken']);
  });

  test('waits for the room that was given away, not for his phone', () => {
    const stay = aLeasingStay({ status: 'in-house' });
    const [known] = Object.values(stay.book.guests);
    if (known !== undefined) stay.book.guests['g1'] = { ...known, phoneReady: false };
    stay.settleLeases();
    expect(viewOf(stay.book, stay.plan(), [], NOON).guests[0]?.waitingFor).toBe('phone');
    stay.hear('101', { ...taken, displaced: true });
    expect(viewOf(stay.book, stay.plan(), [], NOON).guests[0]?.waitingFor).toBe('lease');
  });

  test('loses it also while he waits for another room', () => {
    const stay = aLeasingStay({ rooms: ['101', '102'] });
    stay.settleLeases((room, until) => (room === '102' ? taken : granted(until)));
    stay.carryOut();
    stay.hear('101', { ...taken, displaced: true });
    expect(stay.carryOut()).toEqual(['revoke g1 101']);
    expect(stay.gate('g1')).toBe('lease');
  });

  test('whose key to two rooms was ended by the next guest of one of them gets a new one for the other', () => {
    const stay = aLeasingStay({ rooms: ['101', '102'] });
    stay.settleLeases();
    stay.carryOut();
    stay.hear('101', { ...taken, displaced: true });
    recordCheck(stay.book, ['cred-1'], { goneCredentialIds: ['cred-1'] }, NOON);
    expect(stay.attention().map(({ code }) => code)).toEqual(['room-taken']);
    expect(stay.carryOut()).toEqual(['override g1 102']);
  });

  test('whose key was found ended by such a next guest just before the room told of him gets a new one, too', () => {
    const stay = aLeasingStay({ rooms: ['101', '102'] });
    stay.settleLeases();
    stay.carryOut();
    recordCheck(stay.book, ['cred-1'], { goneCredentialIds: ['cred-1'] }, NOON);
    expect(stay.attention().map(({ code }) => code)).toEqual(['key-invalidated']);
    stay.hear('101', { ...taken, displaced: true });
    expect(stay.attention().map(({ code }) => code)).toEqual(['room-taken']);
    expect(stay.carryOut()).toEqual(['override g1 102']);
  });

  test('whose key a desk card ended long before the room was given away is left to the desk', () => {
    const stay = aLeasingStay({ rooms: ['101', '102'] });
    stay.settleLeases();
    stay.carryOut();
    recordCheck(stay.book, ['cred-1'], { goneCredentialIds: ['cred-1'] }, NOON);
    stay.at('2026-11-23T12:30Z');
    stay.hear('101', { ...taken, displaced: true });
    expect(stay.carryOut()).toEqual([]);
    expect(stay.attention().map(({ code }) => code)).toContain('key-invalidated');
  });

  test('whose key was ended by such a next guest before Seam confirmed it gets a new one for the other', () => {
    const stay = aLeasingStay({ rooms: ['101', '102'] });
    stay.settleLeases();
    const [step] = stay.plan().keys.ready;
    if (step?.do !== 'override') throw new Error('no key is asked for');
    const { keyId } = recordAsk(stay.book, step, NOON);
    stay.hear('101', { ...taken, displaced: true });
    const nothing = { strayCredentialIds: [], goneCredentialIds: [] };
    recordIssue(stay.book, keyId, { kind: 'killed', acsCredentialId: 'cred-0', ...nothing }, NOON);
    expect(stay.attention().map(({ code }) => code)).toEqual(['room-taken']);
    expect(stay.carryOut()).toEqual(['override g1 102', 'revoke g1 101+102']);
  });

  test('on hold loses the room that the front desk gave away, and keeps the others', () => {
    const stay = aLeasingStay({ rooms: ['101', '102'] });
    stay.settleLeases();
    stay.carryOut();
    applyMessage(stay.book, { name: 'hold', payload: { reason: 'unpaid' } }, NOON);
    stay.hear('101', { ...taken, displaced: true });
    expect(stay.carryOut()).toEqual(['join g1 102', 'revoke g1 101+102']);
    stay.hear('101', granted(CHECK_OUT));
    expect(stay.carryOut(), 'to give it back would be granting').toEqual([]);
    expect(stay.gate('g1')).toBe('hold');
  });

  test('on hold has no use for a key that opens nothing but the room that was given away', () => {
    const stay = aLeasingStay({ rooms: ['101', '102'] });
    stay.settleLeases();
    stay.carryOut();
    applyMessage(stay.book, { name: 'hold', payload: { reason: 'unpaid' } }, NOON);
    stay.send({ rooms: ['101'] });
    stay.settleLeases();
    expect(stay.carryOut()).toEqual(['join g1 101', 'revoke g1 101+102']);
    stay.send({ rooms: ['101', '102'] });
    stay.settleLeases(() => ({ ...taken, displaced: true }));
    expect(stay.carryOut()).toEqual([]);
    stay.hear('101', { ...taken, displaced: true });
    expect(stay.carryOut()).toEqual(['revoke g1 101']);
  });

  test('who has moved, and is to come back, loses his old room at once if the front desk gives it away meanwhile', () => {
    const [noon, evening] = ['2026-11-24T12:00Z', '2026-11-25T12:00Z'];
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.carryOut();
    const there = { from: CHECK_IN, to: noon, rooms: ['101'] };
    const back = { from: evening, to: CHECK_OUT, rooms: ['101'] };
    stay.send({ segments: [there, { from: noon, to: evening, rooms: ['102'] }, back] });
    stay.settleLeases((room, until) => (room === '102' ? taken : granted(until)));
    stay.carryOut();
    stay.at('2026-11-24T10:00Z');
    const away = { from: CHECK_IN, to: evening, rooms: ['102'] };
    stay.send({ segments: [away, back] });
    stay.settleLeases(() => taken);
    expect(stay.carryOut(), 'he has no other room').toEqual([]);
    stay.hear('101', { ...taken, displaced: true }, 1);
    expect(stay.carryOut()).toEqual(['revoke g1 101']);
  });

  test('who is to come back to a room opens a new lease there: another stay may have it meanwhile', () => {
    const [noon, evening] = ['2026-11-24T12:00Z', '2026-11-25T12:00Z'];
    const away = { from: noon, to: evening, rooms: ['102'] };
    const back = { from: evening, to: CHECK_OUT, rooms: ['101'] };
    const stay = aLeasingStay({ segments: [{ from: CHECK_IN, to: noon, rooms: ['101'] }, away, back] });
    stay.settleLeases();
    stay.carryOut();
    stay.settleLeases();
    stay.send({ segments: [{ from: CHECK_IN, to: evening, rooms: ['102'] }, back] });
    expect(stay.settleLeases()?.releases).toEqual([{ room: '101', part: 0, revision: 2 }]);
    recordCheck(stay.book, ['cred-1'], { goneCredentialIds: ['cred-1'] }, NOON);
    expect(stay.attention(), 'the next guest of the room has ended it').toEqual([]);
  });

  test('who comes back to a room whose lease has run out opens a new one', () => {
    const noon = '2026-11-24T12:00Z';
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.carryOut();
    const first = { from: CHECK_IN, to: noon, rooms: ['101'] };
    stay.send({ segments: [first, { from: noon, to: CHECK_OUT, rooms: ['102'] }] });
    stay.settleLeases();
    stay.at(noon);
    stay.plan();
    recordCheck(stay.book, ['cred-1'], { goneCredentialIds: ['cred-1'] }, noon);
    stay.send({ segments: [first, { from: noon, to: CHECK_OUT, rooms: ['101'] }] });
    stay.settleLeases();
    expect(stay.attention(), 'the next guest of the room has ended his key').toEqual([]);
    expect(stay.carryOut()).toEqual(['override g1 101']);
  });

  test('gets no key before the lease before has ended, however long the lead time', () => {
    const stay = aLeasingStay({}, { issueFrom: { kind: 'lead-time', minutes: 300 } });
    const free = '2026-11-23T13:30Z';
    stay.settleLeases((_room, until) => granted(until, { from: free, heldUpBy: OTHER }));
    expect(stay.gate('g1')).toBe('lease');
    expect(stay.plan().wakeAt).toBe(free);
    expect(stay.attention(), 'an early arrival is an ordinary wait').toEqual([]);
    stay.at(free);
    expect(stay.carryOut()).toEqual(['override g1 101']);
  });

  test('whose key was made before another stay got the time before his is re-keyed when that is over', () => {
    const stay = aLeasingStay({}, { issueFrom: { kind: 'lead-time', minutes: 300 } });
    stay.settleLeases();
    expect(stay.carryOut()).toEqual(['override g1 101']);
    const free = '2026-11-23T13:30Z';
    stay.hear('101', granted(CHECK_OUT, { from: free }));
    recordCheck(stay.book, ['cred-1'], { goneCredentialIds: ['cred-1'] }, NOON);
    expect(stay.attention(), 'the key of the stay before has ended it').toEqual([]);
    stay.at(free);
    expect(stay.carryOut()).toEqual(['override g1 101']);
  });

  test('who is there before the lease before has ended is told of', () => {
    const stay = aLeasingStay({ status: 'in-house' });
    stay.settleLeases((_room, until) => granted(until, { from: '2026-11-23T13:30Z', heldUpBy: OTHER }));
    expect(stay.attention()[0]?.message).toContain(`${OTHER} until 2026-11-23T13:30Z`);
  });
});

describe('the end of a lease', () => {
  test('is the end of the keys: departure and grace, or the next lease', () => {
    const stay = aLeasingStay({}, { departureGraceMinutes: 30 });
    stay.settleLeases();
    stay.carryOut();
    expect(stay.live()[0]?.ask.window.to).toBe('2026-11-26T10:30Z');
    stay.hear('101', granted('2026-11-26T10:10Z', { heldUpBy: OTHER }));
    expect(stay.carryOut()).toEqual(['join g1 101', 'revoke g1 101']);
    expect(stay.live()[0]?.ask.window.to).toBe('2026-11-26T10:10Z');
    expect(stay.attention().map(({ code }) => code)).not.toContain('room-taken');
  });

  test('is not before the grace is over', () => {
    const stay = aLeasingStay({}, { departureGraceMinutes: 60 });
    stay.settleLeases();
    stay.carryOut();
    stay.settleLeases();
    stay.at('2026-11-26T10:05Z');
    expect(stay.leaseStep()).toBeUndefined();
    expect(stay.carryOut()).toEqual([]);
    expect(stay.live()).toHaveLength(1);
    stay.at('2026-11-26T11:00Z');
    expect(stay.leaseStep()).toBeUndefined();
    expect(stay.live()).toHaveLength(0);
  });

  test('holds an extension up that reaches into the next lease, and says so', () => {
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.carryOut();
    const next = '2026-11-26T14:00Z';
    stay.send({ window: { from: CHECK_IN, to: '2026-11-27T10:00Z' } });
    expect(stay.carryOut(), 'nothing is promised before the room has answered').toEqual([]);
    stay.settleLeases(() => granted(next, { heldUpBy: OTHER }));
    stay.carryOut();
    expect(stay.live()[0]?.ask.window.to).toBe(next);
    expect(stay.attention()[0]).toMatchObject({ code: 'room-taken', room: '101' });
    expect(stay.attention()[0]?.message).toContain(OTHER);
    stay.hear('101', granted('2026-11-27T10:00Z'));
    stay.carryOut();
    expect(stay.live()[0]?.ask.window.to).toBe('2026-11-27T10:00Z');
    expect(stay.attention()).toEqual([]);
  });

  test('of a shorter stay is that of its keys', () => {
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.carryOut();
    stay.send({ window: { from: CHECK_IN, to: '2026-11-25T10:00Z' } });
    expect(stay.carryOut(), 'one new key, once the room has answered').toEqual([]);
    stay.settleLeases();
    stay.carryOut();
    expect(stay.live()[0]?.ask.window.to).toBe('2026-11-25T10:00Z');
  });
});

test('a room that ends before the others leaves the key in time: the guest keeps the rest without a break', () => {
  const stay = aLeasingStay({ rooms: ['101', '102'] });
  const first = '2026-11-24T10:00Z';
  stay.settleLeases((room, until) =>
    granted(room === '101' ? first : until, room === '101' ? { heldUpBy: OTHER } : {}),
  );
  stay.carryOut();
  expect(stay.live().map((key) => [key.ask.rooms, key.ask.window.to])).toEqual([[['101', '102'], first]]);
  const ahead = '2026-11-24T09:58Z';
  stay.at('2026-11-24T09:00Z');
  stay.settleLeases();
  expect(stay.plan().wakeAt).toBe(ahead);
  stay.at(ahead);
  expect(stay.carryOut()).toEqual(['join g1 102', 'revoke g1 101+102']);
  expect(stay.live()[0]?.ask.window.to).toBe(CHECK_OUT);
});

describe('what a room says', () => {
  test('late is passed over', () => {
    const stay = aLeasingStay();
    stay.settleLeases();
    const news = { room: '101', part: 0, version: 0, decision: taken };
    recordLeaseNews(stay.book, news, NOON);
    expect(stay.carryOut()).toEqual(['override g1 101']);
  });

  test('of a room that the stay has let go meanwhile is passed over', () => {
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.hear('103', taken);
    expect(stay.attention()).toEqual([]);
  });

  test('of a stay that has ended keeps an old booking from getting keys, and a newer one is heard', () => {
    const stay = aLeasingStay();
    stay.settleLeases(() => ({ kind: 'ended', revision: 5 }));
    expect(stay.carryOut()).toEqual([]);
    expect(stay.attention().map(({ code }) => code)).toEqual(['stale-booking']);
    expect(stay.leaseStep()).toBeUndefined();
    for (let revision = 2; revision <= 6; revision++) stay.send({});
    stay.settleLeases();
    expect(stay.carryOut()).toEqual(['override g1 101']);
  });
});

test('a lease that is over is nothing to let go: the stay is settled', () => {
  const stay = aLeasingStay({ guests: [] });
  stay.settleLeases();
  stay.at(CHECK_OUT);
  expect(planStay(stay.book, [], CHECK_OUT).preparations).toEqual([]);
});

test('rooms are asked again on retry', () => {
  const stay = aLeasingStay();
  stay.settleLeases();
  applyMessage(stay.book, { name: 'retry', payload: {} }, NOON);
  expect(stay.leaseStep()?.claims.map(({ room }) => room)).toEqual(['101']);
});

test('a stay that was shortened stays open for as long as an old snapshot could bring it back', () => {
  const stay = aLeasingStay();
  stay.settleLeases();
  stay.send({ window: { from: CHECK_IN, to: '2026-11-24T10:00Z' } });
  stay.settleLeases();
  stay.at('2026-11-25T10:01Z');
  expect(stay.plan().closed).toBe(false);
  stay.at(plusMinutes(CHECK_OUT, 24 * 60));
  expect(stay.plan().closed).toBe(true);
});

test('a dry run of a newer snapshot of a stay that has ended comes to an end', () => {
  const stay = aLeasingStay();
  stay.settleLeases(() => ({ kind: 'ended', revision: 1 }));
  stay.send({});
  expect(dryRun(stay.book, NOON).steps.map((step) => step.do)).toEqual(['override']);
});

test('what could not be understood is remembered in short', () => {
  const stay = aLeasingStay();
  ignoreMessage(stay.book, 'x'.repeat(100_000), NOON);
  expect(JSON.stringify(stay.book).length).toBeLessThan(10_000);
});

describe('a room that does not answer', () => {
  const silent: UnsettledRoom = { room: '102', kind: 'silent', why: 'room 102 does not answer' };

  test('keeps nobody from the others; it is asked again a minute later, and joins the key when it answers', () => {
    const stay = aLeasingStay({ status: 'in-house', rooms: ['101', '102'] });
    stay.at(CHECK_IN);
    stay.settleLeases(undefined, [silent]);
    expect(stay.carryOut()).toEqual(['override g1 101']);
    expect(stay.plan().attention).toMatchObject([{ code: 'key-delayed', room: '102' }]);
    expect(stay.leaseStep()?.claims ?? []).toEqual([]);
    expect(stay.plan().wakeAt).toBe(plusMinutes(CHECK_IN, 1));
    stay.at(plusMinutes(CHECK_IN, 1));
    expect(stay.leaseStep()?.claims).toMatchObject([{ room: '102' }]);
    stay.settleLeases();
    expect(stay.carryOut()).toContain('override g1 101+102');
    expect(stay.plan().attention).toEqual([]);
  });

  test('is let go again later, and the others at once', () => {
    const stay = aLeasingStay({ status: 'in-house', rooms: ['101', '102'] });
    stay.settleLeases();
    stay.send({ rooms: ['103'] });
    expect(stay.settleLeases(undefined, [silent])?.releases).toMatchObject([{ room: '101' }, { room: '102' }]);
    expect(stay.leaseStep()?.releases ?? []).toEqual([]);
    stay.at(plusMinutes(NOON, 1));
    expect(stay.leaseStep()?.releases).toMatchObject([{ room: '102' }]);
    stay.settleLeases();
    expect(stay.leaseStep()).toBeUndefined();
  });

  test('or refuses is asked at once when a newer snapshot arrives, or on retry', () => {
    const refused: UnsettledRoom = { ...silent, kind: 'refused', why: 'room 102 refused the claim: no' };
    const stay = aLeasingStay({ rooms: ['102'] });
    stay.settleLeases(undefined, [refused]);
    expect(stay.plan().attention).toMatchObject([{ code: 'key-failed', room: '102' }]);
    expect(stay.leaseStep()).toBeUndefined();
    stay.send({ status: 'in-house' });
    expect(stay.leaseStep()?.claims).toMatchObject([{ room: '102' }]);
    stay.settleLeases(undefined, [refused]);
    applyMessage(stay.book, { name: 'retry', payload: {} }, NOON);
    expect(stay.leaseStep()?.claims).toMatchObject([{ room: '102' }]);
  });
});

describe('rooms are told of keys', () => {
  test('once they are issued, and again when they have ended', () => {
    const stay = aLeasingStay({ guests: [{ guestId: 'g1' }, { guestId: 'g2' }] });
    stay.settleLeases();
    expect(stay.leaseStep()).toBeUndefined();
    stay.carryOut();
    const told = stay.settleLeases()?.reports[0];
    expect(told?.keys.map(({ guestId, kind, state, lineage }) => [guestId, kind, state, lineage])).toEqual([
      ['g1', 'override', 'live', 'cred-1'],
      ['g2', 'joiner', 'live', 'cred-1'],
    ]);
    stay.send({ status: 'departed' });
    stay.carryOut();
    const gone = stay.settleLeases();
    expect(gone?.releases.map(({ room }) => room)).toEqual(['101']);
    expect(gone?.reports[0]?.keys.map(({ state, residualUntil }) => [state, residualUntil])).toEqual([
      ['dead', CHECK_OUT],
      ['dead', CHECK_OUT],
    ]);
    expect(stay.leaseStep()).toBeUndefined();
  });

  test('that they were issued before anybody had told the room of it', () => {
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.carryOut();
    stay.send({ rooms: ['102'] });
    const busy = planLeases(stay.book, desiredKeys(stay.book, NOON), NOON, { quiet: false });
    if (busy === undefined) throw new Error('101 is not released');
    expect(busy.reports).toEqual([]);
    recordLeases(stay.book, recordLeaseStep(stay.book, stay.book.leases, busy, NOON), { news: [] }, NOON);
    const told = stay.settleLeases(() => taken)?.reports;
    expect(told?.map(({ room, keys }) => [room, keys.length])).toEqual([['101', 1]]);
  });

  test('but not when they have run out: rooms know their windows', () => {
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.carryOut();
    stay.settleLeases();
    stay.at(instantAt(millis(CHECK_OUT)));
    expect(stay.leaseStep()).toBeUndefined();
  });
});

describe('in a share group', () => {
  const shared = { shareGroup: 'share-1' };
  const anchor = {
    acsCredentialId: 'cred-of-other',
    lineage: 'cred-of-other',
    stayId: OTHER,
    window: { from: CHECK_IN, to: CHECK_OUT },
  };

  test('the first key joins the key of the other stay', () => {
    const stay = aLeasingStay(shared);
    stay.settleLeases((_room, until) => granted(until, { opener: false, anchors: [anchor], lineage: anchor.lineage }));
    expect(stay.carryOut()).toEqual(['join g1 101']);
    expect(stay.live()[0]?.ask.joinTo).toBe('cred-of-other');
    expect(stay.settleLeases()?.reports[0]?.keys[0]?.lineage).toBe('cred-of-other');
  });

  test('the stay that is ready first asks to open the lease, and the others wait for it', () => {
    const stay = aLeasingStay(shared);
    stay.settleLeases((_room, until) => granted(until, { opener: false }));
    expect(stay.carryOut()).toEqual([]);
    expect(stay.leaseStep()?.claims[0]?.claim.ready).toBe(true);
    stay.settleLeases((_room, until) => granted(until, { opener: false }));
    expect(stay.carryOut(), 'another stay was first').toEqual([]);
    stay.hear('101', granted(CHECK_OUT, { opener: true }));
    expect(stay.carryOut()).toEqual(['override g1 101']);
  });

  test('the end of the anchor is no reason to open the lease: the other stay has a newer key, or tells of its end', () => {
    const stay = aLeasingStay(shared);
    stay.settleLeases((_room, until) => granted(until, { opener: false, anchors: [anchor], lineage: anchor.lineage }));
    const [step] = stay.plan().keys.ready;
    if (step?.do !== 'join') throw new Error('nobody joins');
    const { keyId } = recordAsk(stay.book, step, NOON);
    const nothing = { strayCredentialIds: [], goneCredentialIds: [] };
    recordIssue(stay.book, keyId, { kind: 'anchor-gone', acsCredentialId: anchor.acsCredentialId, ...nothing }, NOON);
    expect(stay.carryOut()).toEqual([]);
    const newer = { ...anchor, acsCredentialId: 'newer', lineage: 'newer' };
    stay.hear('101', granted(CHECK_OUT, { opener: false, anchors: [newer], lineage: 'newer' }));
    expect(stay.carryOut()).toEqual(['join g1 101']);
    expect(stay.live()[0]?.ask.joinTo).toBe('newer');
  });

  test('once all keys of the lease have ended, one stay opens it again, not each by itself', () => {
    const stay = aLeasingStay(shared);
    const closed = (_room: string, until: Instant): LeaseDecision =>
      granted(until, { opener: false, openedBy: OTHER, anchors: [], lineage: 'cred-that-has-ended' });
    stay.settleLeases(closed);
    expect(stay.carryOut()).toEqual([]);
    expect(stay.leaseStep()?.claims[0]?.claim.ready).toBe(true);
  });

  test('a stay whose guest Seam refuses lets another open the lease', () => {
    const stay = aLeasingStay(shared);
    stay.settleLeases((_room, until) => granted(until, { opener: false }));
    stay.settleLeases();
    const [step] = stay.plan().keys.ready;
    if (step === undefined || step.do === 'revoke') throw new Error('no key is asked for');
    const { keyId } = recordAsk(stay.book, step, NOON);
    recordKeyFailure(stay.book, keyId, { kind: 'refused', message: 'no such door' }, NOON);
    expect(stay.leaseStep()?.claims[0]?.claim.ready).toBe(false);
  });

  test.each([
    { other: 'stay/seaside/A-1', ready: [false, false] },
    { other: 'stay/seaside/Z-1', ready: [true, true] },
  ])('of two stays that open one each of the rooms that both need, the smaller id goes first: $other', (one) => {
    const stay = aLeasingStay({ ...shared, rooms: ['101', '102'] });
    stay.settleLeases((room, until) =>
      room === '101' ? granted(until) : granted(until, { opener: false, openedBy: one.other }),
    );
    const said = stay.leaseStep()?.claims.map(({ claim }) => claim.ready) ?? [false, false];
    expect(said).toEqual(one.ready);
    expect(stay.carryOut()).toEqual([]);
  });

  test('keys follow when the other stay re-keys the room', () => {
    const stay = aLeasingStay(shared);
    stay.settleLeases((_room, until) => granted(until, { opener: false, anchors: [anchor], lineage: anchor.lineage }));
    stay.carryOut();
    const newer = { ...anchor, acsCredentialId: 'cred-newer', lineage: 'cred-newer' };
    stay.hear('101', granted(CHECK_OUT, { opener: false, anchors: [newer], lineage: 'cred-newer' }));
    expect(stay.carryOut()).toEqual(['join g1 101', 'revoke g1 101']);
    expect(stay.live()[0]?.ask.joinTo).toBe('cred-newer');
  });

  test('who leaves the room and comes back joins the others again', () => {
    const stay = aLeasingStay(shared);
    const open = (_room: string, until: Instant): LeaseDecision =>
      granted(until, { opener: false, anchors: [anchor], lineage: anchor.lineage });
    stay.settleLeases(open);
    stay.carryOut();
    stay.send({ rooms: ['102'] });
    stay.settleLeases(() => taken);
    stay.send({ rooms: ['101'] });
    stay.settleLeases(open);
    expect(stay.carryOut()).toEqual([]);
    expect(stay.live()).toHaveLength(1);
  });

  test('a stay whose guest wants more rooms than a key can hold lets another open the lease', () => {
    const rooms = Array.from({ length: 9 }, (_, index) => String(101 + 2 * index));
    const stay = aLeasingStay({ ...shared, rooms });
    const doors = rooms.map((room, index) => ({ room, acsEntranceId: `door-${room}`, position: 2 * index }));
    recordDoors(stay.book, { rooms: doors, commonDoors: [], unknownRooms: [] });
    stay.settleLeases();
    expect(stay.attention().map(({ code }) => code)).toEqual(['impossible-plan']);
    expect(stay.leaseStep()).toBeUndefined();
    expect(stay.book.leases.claims.map(({ ready }) => ready)).toEqual(rooms.map(() => false));
  });

  test('keys that outlive the other stay go on, and are joined', () => {
    const stay = aLeasingStay({ ...shared, guests: [{ guestId: 'g1' }, { guestId: 'g2', wantsKey: false }] });
    stay.settleLeases((_room, until) => granted(until, { opener: false, anchors: [anchor], lineage: anchor.lineage }));
    stay.carryOut();
    stay.hear('101', granted(CHECK_OUT, { opener: true, anchors: [], lineage: anchor.lineage }));
    expect(stay.carryOut()).toEqual([]);
    stay.send({ guests: [{ guestId: 'g1' }, { guestId: 'g2' }] });
    expect(stay.carryOut()).toEqual(['join g2 101']);
  });

  test('a person whose key is replaced by one of his own in the other stay does not take it back', () => {
    const stay = aLeasingStay(shared);
    stay.settleLeases();
    stay.carryOut();
    stay.settleLeases();
    const his = { ...anchor, lineage: 'cred-1', acsUserId: 'u-g1' };
    stay.hear('101', granted(CHECK_OUT, { opener: true, anchors: [his], lineage: 'cred-1' }));
    recordCheck(stay.book, ['cred-1'], { goneCredentialIds: ['cred-1'] }, NOON);
    expect(stay.carryOut()).toEqual([]);
    expect(stay.attention()).toEqual([]);
    stay.hear('101', granted(CHECK_OUT, { opener: true, anchors: [], lineage: 'cred-1' }));
    expect(stay.carryOut(), 'the other stay has ended').toEqual(['override g1 101']);
  });

  test('a room beyond the shared one in the same key is refused: it would lock the other stay out', () => {
    const stay = aLeasingStay({ ...shared, rooms: ['101', '102'] });
    stay.settleLeases((room, until) =>
      room === '101'
        ? granted(until, { opener: false, anchors: [anchor], lineage: anchor.lineage })
        : granted(until, { opener: true }),
    );
    expect(stay.carryOut()).toEqual([]);
    expect(stay.attention().map(({ code }) => code)).toEqual(['impossible-plan']);
  });

  test('a lost phone re-keys the room all the same', () => {
    const stay = aLeasingStay({ ...shared, guests: [{ guestId: 'g1' }, { guestId: 'g2' }] });
    stay.settleLeases((_room, until) => granted(until, { opener: false, anchors: [anchor], lineage: anchor.lineage }));
    stay.carryOut();
    applyMessage(stay.book, { name: 'removeGuest', payload: { guestId: 'g1', cause: 'security' } }, NOON);
    expect(stay.carryOut()).toContain('override g2 101');
  });
});
