/** The stay's side of leases: its claims on rooms, its use of their decisions, and its reports of keys to them. */
import { describe, expect, test } from 'vitest';
import { applyMessage, ignoreMessage } from '../../../../../src/domain/stay/desired/apply-message.js';
import { applySnapshot } from '../../../../../src/domain/stay/desired/apply-snapshot.js';
import { newStayState, withGuest, type StayState } from '../../../../../src/domain/stay/state.js';
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
import { recordOutcome, recordVote } from '../../../../../src/domain/stay/known/record-exchanges.js';
import { offerOf } from '../../../../../src/domain/stay/plan/exchange.js';
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

/** Returns a stay that a test drives by hand: nothing happens without a call of the test. */
function aLeasingStay(fields: Partial<StaySnapshotInput> = {}, policy: Partial<Policy> = {}) {
  const initial = newStayState(
    { stayId: 'stay/seaside/R-1', propertyId: 'seaside', reservationId: 'R-1', chain: 'chain-1' },
    NOON,
  );
  let now = NOON;
  let revision = 0;
  let issued = 0;
  let version = 0;
  const stay = {
    state: initial,
    at(instant: Instant) {
      now = instant;
    },
    send(changes: Partial<StaySnapshotInput>) {
      const { rooms: _rooms, ...before } = stay.state.snapshot ?? first;
      const rooms = 'segments' in changes ? {} : { rooms: stay.state.snapshot?.rooms ?? first.rooms ?? [] };
      revision += 1;
      stay.state = applySnapshot(stay.state, snapshotSchema.parse({ ...before, ...rooms, ...changes, revision }), now);
      stay.state = recordProperty(stay.state, {
        ...property(policy),
        window: { from: CHECK_IN, to: CHECK_OUT, ...windowOf(stay.state) },
      });
    },
    plan(): StayPlan {
      const { state, plan } = reconcile(stay.state, [], now);
      stay.state = state;
      return plan;
    },
    /** Returns the lease step that the stay would send to rooms now. */
    leaseStep(): LeaseStep | undefined {
      const step = stay.plan().preparations.find((one) => one.do === 'settle-leases');
      return step?.do === 'settle-leases' ? step.leases : undefined;
    },
    /** Sends the whole lease step to rooms; each answers as `decision` says, or grants the claim. */
    settleLeases(
      decision: (room: string, until: Instant) => LeaseDecision = (_room, until) => granted(until),
      unsettled: readonly UnsettledRoom[] = [],
    ) {
      const step = stay.leaseStep();
      if (step === undefined) return undefined;
      const { state, messages: said } = recordLeaseStep(stay.state, step, now);
      stay.state = state;
      const isTaken = ({ room }: { room: string }): boolean => !unsettled.some((one) => one.room === room);
      const news = said.claims.filter(isTaken).map(({ room, claim }) => {
        const until = plusMinutes(claim.window.to, claim.graceMinutes ?? 0);
        version += 1;
        return { room, part: claim.part ?? 0, version, decision: decision(room, until) };
      });
      stay.state = recordLeases(stay.state, said, { news, unsettled }, now);
      return said;
    },
    /** Delivers a decision that a room sends on its own. */
    hear(room: string, decision: LeaseDecision, part = 0) {
      version += 1;
      stay.state = applyMessage(
        stay.state,
        { name: 'leaseChanged', payload: { room, part, version, decision } as never },
        now,
      );
    },
    /** Carries out every ready key step, with success. */
    carryOut(): readonly string[] {
      const done: string[] = [];
      for (let plan = stay.plan(); plan.keys.ready.length > 0; plan = stay.plan()) {
        for (const step of plan.keys.ready) {
          done.push(`${step.do} ${step.guestId} ${step.rooms.join('+')}`);
          if (step.do === 'revoke') {
            const revoking = recordRevoking(stay.state, step.keyId, step.why, now);
            stay.state = recordRevoked(revoking.state, step.keyId, { revokedCredentialIds: [], confirmedAt: now }, now);
            continue;
          }
          const { state, key } = recordAsk(stay.state, step, now);
          issued += 1;
          const nothing = { strayCredentialIds: [], goneCredentialIds: [] };
          const acsCredentialId = `cred-${issued}`;
          stay.state = recordIssue(
            state,
            key.keyId,
            { kind: 'issued', acsCredentialId, issuedAt: now, adopted: false, ...nothing },
            now,
          );
        }
      }
      return done;
    },
    live: () => stay.state.keyring.keys.filter((key) => key.state === 'live'),
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
  stay.state = recordDoors(stay.state, { rooms, commonDoors: [], unknownRooms: [] }, NOON);
  for (const { guest } of stay.state.desired.party) {
    const known = { userIdentityId: `i-${guest.guestId}`, acsUserId: `u-${guest.guestId}`, phoneReady: true };
    stay.state = recordGuest(stay.state, guest, { ...known, seenCredentialIds: [] }, NOON);
  }
  return stay;
}

function windowOf(state: StayState): object {
  return state.desired.window ?? {};
}

function property(policy: Partial<Policy>) {
  return { propertyId: 'seaside', name: 'Seaside', timeZone: 'Etc/UTC', policy: policySchema.parse(policy) };
}

function granted(until: Instant, more: Partial<LeaseDecision & { kind: 'granted' }> = {}): LeaseDecision {
  return { kind: 'granted', until, opener: true, anchors: [], ...more };
}

const taken: LeaseDecision = { kind: 'waiting', behind: [OTHER] };

describe('the claims of a stay', () => {
  test('a stay claims each of its rooms for its whole window, as soon as the rooms are known', () => {
    const stay = aLeasingStay({ rooms: ['101', '102'] });
    expect(stay.leaseStep()?.claims.map(({ room, claim }) => [room, claim.window, claim.chain])).toEqual([
      ['101', { from: CHECK_IN, to: CHECK_OUT }, 'chain-1'],
      ['102', { from: CHECK_IN, to: CHECK_OUT }, 'chain-1'],
    ]);
    stay.settleLeases();
    expect(stay.leaseStep()).toBeUndefined();
  });

  test.each(['tentative', 'cancelled', 'no-show', 'departed'] as const)(
    'a stay claims no room while it is %s',
    (status) => {
      expect(aLeasingStay({ status }).leaseStep()).toBeUndefined();
    },
  );

  test('the claims follow the segments of a stay that moves, also if it comes back to a room', () => {
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
    expect(stay.state.desired.rooms).toEqual(['101', '103']);
    expect(stay.leaseStep(), 'the second part is claimed already').toBeUndefined();
  });

  test('a stay claims no room for the time that its segments leave out at the start and at the end', () => {
    const [from, to] = ['2026-11-24T14:00Z', '2026-11-25T10:00Z'];
    const stay = aLeasingStay({ status: 'in-house', segments: [{ from, to, rooms: ['101'] }] });
    expect(stay.leaseStep()?.claims.map(({ room, claim }) => [room, claim.window])).toEqual([['101', { from, to }]]);
    expect(stay.state.desired.rooms).toEqual([]);
    stay.settleLeases();
    stay.at(from);
    expect(stay.carryOut()).toEqual(['override g1 101']);
    expect(stay.live()[0]?.ask.window.to).toBe(to);
  });

  test('a stay that leaves a room for hours claims its later part first, so that no other stay gets that part', () => {
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

  test("the claims keep the moves of the booking when the desk changes today's room", () => {
    const move = '2026-11-25T12:00Z';
    const segments = [
      { from: CHECK_IN, to: move, rooms: ['101'] },
      { from: move, to: CHECK_OUT, rooms: ['102'] },
    ];
    const stay = aLeasingStay({ segments });
    stay.state = applyMessage(stay.state, { name: 'changeRooms', payload: { rooms: ['103'] } }, NOON);
    expect(stay.leaseStep()?.claims.map(({ room, claim }) => [room, claim.window])).toEqual([
      ['103', { from: CHECK_IN, to: move }],
      ['102', { from: move, to: CHECK_OUT }],
    ]);
  });

  test('the claims follow the latest message if two moves share a time or precede the start of the stay', () => {
    const [before, move] = ['2026-11-23T13:00Z', '2026-11-24T12:00Z'];
    const stay = aLeasingStay();
    const earlier = '2026-11-23T12:30Z';
    for (const [rooms, from] of [
      [['102'], move],
      [['103'], move],
      [['102'], before],
      [['101'], earlier],
    ] as const) {
      stay.state = applyMessage(stay.state, { name: 'changeRooms', payload: { rooms: [...rooms], from } }, NOON);
    }
    expect(stay.leaseStep()?.claims.map(({ room, claim }) => [room, claim.window])).toEqual([
      ['102', { from: CHECK_IN, to: move }],
      ['103', { from: move, to: CHECK_OUT }],
    ]);
  });

  test('a claim begins at an early check-in, and at the move for a room that the stay moves into', () => {
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.state = applyMessage(stay.state, { name: 'checkIn', payload: {} }, NOON);
    expect(stay.leaseStep()?.claims[0]?.claim.window.from).toBe(NOON);
    stay.settleLeases();
    stay.at('2026-11-24T08:00Z');
    stay.send({ rooms: ['102'] });
    const step = stay.settleLeases();
    expect(step?.releases).toEqual([]);
    expect(step?.claims.map(({ room, claim }) => [room, claim.window.from, claim.leaving])).toEqual([
      ['102', '2026-11-24T08:00Z', undefined],
      ['101', NOON, true],
    ]);
    expect(stay.settleLeases()?.releases, 'the next room is granted').toMatchObject([{ room: '101' }]);
    stay.at('2026-11-24T09:00Z');
    expect(stay.leaseStep(), 'a lease that has begun is not moved').toBeUndefined();
  });

  test('a claim is sent again if no room has answered', () => {
    const stay = aLeasingStay();
    const step = stay.leaseStep();
    if (step === undefined) throw new Error('nothing is claimed');
    stay.state = recordLeaseStep(stay.state, step, NOON).state;
    expect(stay.leaseStep()?.claims).toHaveLength(1);
  });
});

describe('a guest', () => {
  test('a guest gets no key before the room has answered, and then gets an override', () => {
    const stay = aLeasingStay();
    expect(stay.gate('g1')).toBe('lease');
    stay.settleLeases();
    expect(stay.carryOut()).toEqual(['override g1 101']);
  });

  test('a guest of a taken room waits, with attention that names the other stay, and gets a key once it is free', () => {
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

  test('a guest gets the rooms that the stay holds while it waits for another room', () => {
    const stay = aLeasingStay({ rooms: ['101', '102'] });
    stay.settleLeases((room, until) => (room === '102' ? taken : granted(until)));
    expect(stay.carryOut()).toEqual(['override g1 101']);
    stay.hear('102', granted(CHECK_OUT));
    expect(stay.carryOut()[0]).toBe('override g1 101+102');
  });

  test('a guest keeps the old room until the new one is free', () => {
    const stay = aLeasingStay({ status: 'in-house' });
    stay.settleLeases();
    stay.carryOut();
    stay.send({ rooms: ['102'] });
    stay.settleLeases(() => taken);
    expect(stay.carryOut()).toEqual([]);
    expect(stay.live().map((key) => key.ask.rooms)).toEqual([['101']]);
    stay.hear('102', granted(CHECK_OUT));
    expect(stay.carryOut()).toEqual(['override g1 102', 'revoke g1 101']);
  });

  test('a guest who comes back to a released room opens a new lease, because another stay may have had it', () => {
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.carryOut();
    stay.send({ rooms: ['102'] });
    stay.settleLeases(() => taken);
    const [old] = stay.live();
    stay.state = recordCheck(stay.state, ['cred-1'], { goneCredentialIds: ['cred-1'] }, NOON);
    expect(old?.acsCredentialId, 'the next guest of the room has ended it').toBe('cred-1');
    stay.send({ rooms: ['101'] });
    expect(stay.carryOut()).toEqual([]);
    stay.settleLeases();
    expect(stay.attention()).toEqual([]);
    expect(stay.carryOut()).toEqual(['override g1 101']);
  });

  test('a guest who comes back to a released room before their key has ended is re-keyed all the same', () => {
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.carryOut();
    stay.send({ rooms: ['102'] });
    stay.settleLeases(() => taken);
    stay.send({ rooms: ['101'] });
    stay.settleLeases();
    expect(stay.carryOut()).toEqual(['override g1 101', 'revoke g1 101']);
  });

  test("the release of a room's later part does not re-key the guest", () => {
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

  test('a guest is not re-keyed if the room was not released in between', () => {
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.carryOut();
    stay.settleLeases();
    stay.send({ rooms: ['102'] });
    stay.send({ rooms: ['101'] });
    expect(stay.leaseStep()).toBeUndefined();
    expect(stay.carryOut()).toEqual([]);
  });

  test('a guest loses the room that the front desk gave away', () => {
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.carryOut();
    stay.hear('101', { ...taken, displaced: true });
    expect(stay.carryOut()).toEqual(['revoke g1 101']);
    expect(stay.attention().map(({ code }) => code)).toEqual(['room-taken']);
  });

  test('a guest waits for the room that was given away, not for their phone', () => {
    const stay = aLeasingStay({ status: 'in-house' });
    const [known] = Object.values(stay.state.guests);
    if (known !== undefined) stay.state = withGuest(stay.state, 'g1', { ...known, phoneReady: false });
    stay.settleLeases();
    expect(viewOf(stay.state, stay.plan(), [], NOON).guests[0]?.waitingFor).toBe('phone');
    stay.hear('101', { ...taken, displaced: true });
    expect(viewOf(stay.state, stay.plan(), [], NOON).guests[0]?.waitingFor).toBe('lease');
  });

  test('a guest loses the room that was given away even while they wait for another room', () => {
    const stay = aLeasingStay({ rooms: ['101', '102'] });
    stay.settleLeases((room, until) => (room === '102' ? taken : granted(until)));
    stay.carryOut();
    stay.hear('101', { ...taken, displaced: true });
    expect(stay.carryOut()).toEqual(['revoke g1 101']);
    expect(stay.gate('g1')).toBe('lease');
  });

  test('a guest whose two-room key was ended by the next guest of one room gets a new key for the other', () => {
    const stay = aLeasingStay({ rooms: ['101', '102'] });
    stay.settleLeases();
    stay.carryOut();
    stay.hear('101', { ...taken, displaced: true });
    stay.state = recordCheck(stay.state, ['cred-1'], { goneCredentialIds: ['cred-1'] }, NOON);
    expect(stay.attention().map(({ code }) => code)).toEqual(['room-taken']);
    expect(stay.carryOut()).toEqual(['override g1 102']);
  });

  test('a guest gets a new key for the other room even if the old key was found ended just before the displacement', () => {
    const stay = aLeasingStay({ rooms: ['101', '102'] });
    stay.settleLeases();
    stay.carryOut();
    stay.state = recordCheck(stay.state, ['cred-1'], { goneCredentialIds: ['cred-1'] }, NOON);
    expect(stay.attention().map(({ code }) => code)).toEqual(['key-invalidated']);
    stay.hear('101', { ...taken, displaced: true });
    expect(stay.attention().map(({ code }) => code)).toEqual(['room-taken']);
    expect(stay.carryOut()).toEqual(['override g1 102']);
  });

  test('a guest whose key a desk card ended long before the room was given away gets attention, not a new key', () => {
    const stay = aLeasingStay({ rooms: ['101', '102'] });
    stay.settleLeases();
    stay.carryOut();
    stay.state = recordCheck(stay.state, ['cred-1'], { goneCredentialIds: ['cred-1'] }, NOON);
    stay.at('2026-11-23T12:30Z');
    stay.hear('101', { ...taken, displaced: true });
    expect(stay.carryOut()).toEqual([]);
    expect(stay.attention().map(({ code }) => code)).toContain('key-invalidated');
  });

  test('a guest whose key was ended by the next guest of one room before its confirmation gets one for the other', () => {
    const stay = aLeasingStay({ rooms: ['101', '102'] });
    stay.settleLeases();
    const [step] = stay.plan().keys.ready;
    if (step?.do !== 'override') throw new Error('no key is asked for');
    const { state, key } = recordAsk(stay.state, step, NOON);
    stay.state = state;
    stay.hear('101', { ...taken, displaced: true });
    const nothing = { strayCredentialIds: [], goneCredentialIds: [] };
    stay.state = recordIssue(stay.state, key.keyId, { kind: 'killed', acsCredentialId: 'cred-0', ...nothing }, NOON);
    expect(stay.attention().map(({ code }) => code)).toEqual(['room-taken']);
    expect(stay.carryOut()).toEqual(['override g1 102', 'revoke g1 101+102']);
  });

  test('a guest on hold loses the room that the front desk gave away, and keeps the others', () => {
    const stay = aLeasingStay({ rooms: ['101', '102'] });
    stay.settleLeases();
    stay.carryOut();
    stay.state = applyMessage(stay.state, { name: 'hold', payload: { reason: 'unpaid' } }, NOON);
    stay.hear('101', { ...taken, displaced: true });
    expect(stay.carryOut()).toEqual(['join g1 102', 'revoke g1 101+102']);
    stay.hear('101', granted(CHECK_OUT));
    expect(stay.carryOut(), 'to give it back would be granting').toEqual([]);
    expect(stay.gate('g1')).toBe('hold');
  });

  test('a guest on hold loses a key that opens only the room that was given away', () => {
    const stay = aLeasingStay({ rooms: ['101', '102'] });
    stay.settleLeases();
    stay.carryOut();
    stay.state = applyMessage(stay.state, { name: 'hold', payload: { reason: 'unpaid' } }, NOON);
    stay.send({ rooms: ['101'] });
    stay.settleLeases();
    expect(stay.carryOut()).toEqual(['join g1 101', 'revoke g1 101+102']);
    stay.send({ rooms: ['101', '102'] });
    stay.settleLeases(() => ({ ...taken, displaced: true }));
    expect(stay.carryOut()).toEqual([]);
    stay.hear('101', { ...taken, displaced: true });
    expect(stay.carryOut()).toEqual(['revoke g1 101']);
  });

  /** Returns a stay in 101 whose guest is in 102 from now on, and comes back to 101 later. Another stay has 102. */
  function aStayThatComesBack(status: 'confirmed' | 'in-house'): ReturnType<typeof aLeasingStay> {
    const [noon, evening] = ['2026-11-24T12:00Z', '2026-11-25T12:00Z'];
    const stay = aLeasingStay({ status });
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
    return stay;
  }

  test('a guest in house who is to come back to the old room keeps it until the front desk gives it away', () => {
    const stay = aStayThatComesBack('in-house');
    expect(stay.carryOut(), 'the guest has no other room').toEqual([]);
    stay.hear('101', { ...taken, displaced: true }, 1);
    stay.hear('101', { ...taken, displaced: true }, 0);
    expect(stay.carryOut()).toEqual(['revoke g1 101']);
  });

  test('a guest who is not in house loses the old room at once, even if they are to come back to it', () => {
    expect(aStayThatComesBack('confirmed').carryOut()).toEqual(['revoke g1 101']);
  });

  test('a guest who is to come back to a room opens a new lease there, because another stay may have it meanwhile', () => {
    const [noon, evening] = ['2026-11-24T12:00Z', '2026-11-25T12:00Z'];
    const away = { from: noon, to: evening, rooms: ['102'] };
    const back = { from: evening, to: CHECK_OUT, rooms: ['101'] };
    const stay = aLeasingStay({ segments: [{ from: CHECK_IN, to: noon, rooms: ['101'] }, away, back] });
    stay.settleLeases();
    stay.carryOut();
    stay.settleLeases();
    stay.send({ segments: [{ from: CHECK_IN, to: evening, rooms: ['102'] }, back] });
    expect(stay.settleLeases()?.releases).toEqual([{ room: '101', part: 0, revision: 2 }]);
    stay.state = recordCheck(stay.state, ['cred-1'], { goneCredentialIds: ['cred-1'] }, NOON);
    expect(stay.attention(), 'the next guest of the room has ended it').toEqual([]);
  });

  test('a guest who comes back to a room whose lease has expired opens a new lease', () => {
    const noon = '2026-11-24T12:00Z';
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.carryOut();
    const first = { from: CHECK_IN, to: noon, rooms: ['101'] };
    stay.send({ segments: [first, { from: noon, to: CHECK_OUT, rooms: ['102'] }] });
    stay.settleLeases();
    stay.at(noon);
    stay.plan();
    stay.state = recordCheck(stay.state, ['cred-1'], { goneCredentialIds: ['cred-1'] }, noon);
    stay.send({ segments: [first, { from: noon, to: CHECK_OUT, rooms: ['101'] }] });
    stay.settleLeases();
    expect(stay.attention(), 'the next guest of the room has ended his key').toEqual([]);
    expect(stay.carryOut()).toEqual(['override g1 101']);
  });

  test('a guest gets no key before the previous lease has ended, however long the lead time', () => {
    const stay = aLeasingStay({}, { issueFrom: { kind: 'lead-time', minutes: 300 } });
    const free = '2026-11-23T13:30Z';
    stay.settleLeases((_room, until) => granted(until, { from: free, heldUpBy: OTHER }));
    expect(stay.gate('g1')).toBe('lease');
    expect(stay.plan().wakeAt).toBe(free);
    expect(stay.attention(), 'an early arrival is an ordinary wait').toEqual([]);
    stay.at(free);
    expect(stay.carryOut()).toEqual(['override g1 101']);
  });

  test('a guest whose key was issued before another stay got the time before theirs is re-keyed after that time', () => {
    const stay = aLeasingStay({}, { issueFrom: { kind: 'lead-time', minutes: 300 } });
    stay.settleLeases();
    expect(stay.carryOut()).toEqual(['override g1 101']);
    const free = '2026-11-23T13:30Z';
    stay.hear('101', granted(CHECK_OUT, { from: free }));
    stay.state = recordCheck(stay.state, ['cred-1'], { goneCredentialIds: ['cred-1'] }, NOON);
    expect(stay.attention(), 'the key of the stay before has ended it').toEqual([]);
    stay.at(free);
    expect(stay.carryOut()).toEqual(['override g1 101']);
  });

  test('a guest who arrives before the previous lease has ended raises attention that names the other stay', () => {
    const stay = aLeasingStay({ status: 'in-house' });
    stay.settleLeases((_room, until) => granted(until, { from: '2026-11-23T13:30Z', heldUpBy: OTHER }));
    expect(stay.attention()[0]?.message).toContain(`${OTHER} until 2026-11-23T13:30Z`);
  });
});

describe('guests in house whose room changes', () => {
  const waits =
    (room: string, more: Partial<LeaseDecision & { kind: 'waiting' }> = {}) =>
    (one: string, until: Instant) =>
      one === room ? { ...taken, ...more } : granted(until, one === '101' ? { wantedBy: ['stay/seaside/R-3'] } : {});

  /** Stay in house that leaves 101 and waits for 102, whose stay leaves it, too; and its offer for an exchange. */
  function aStayThatOffers() {
    const stay = aLeasingStay({ status: 'in-house' });
    stay.settleLeases();
    stay.carryOut();
    stay.send({ rooms: ['102'] });
    stay.settleLeases(waits('102', { leaving: [OTHER] }));
    const offer = offerOf(stay.state, NOON);
    if (offer === undefined) throw new Error('no offer');
    return { stay, offer };
  }

  test('a stay in house keeps the lease and the keys of its room while another stay has the next one', () => {
    const stay = aLeasingStay({ status: 'in-house' });
    stay.settleLeases();
    stay.carryOut();
    stay.send({ rooms: ['102'] });
    const step = stay.settleLeases(waits('102'));
    expect(step?.releases).toEqual([]);
    expect(step?.claims.map(({ room, claim }) => [room, claim.leaving])).toEqual([
      ['102', undefined],
      ['101', true],
    ]);
    expect(stay.carryOut()).toEqual([]);
    const [notice] = stay.attention();
    expect(notice).toMatchObject({ code: 'room-taken', room: '102' });
    for (const name of ['101', '102', OTHER, 'stay/seaside/R-3', 'room-force']) expect(notice?.message).toContain(name);
    stay.send({ rooms: ['101'] });
    const back = stay.settleLeases();
    expect(back?.releases.map(({ room }) => room)).toEqual(['102']);
    expect(back?.claims.map(({ room, claim }) => [room, claim.leaving])).toEqual([['101', undefined]]);
    expect(stay.carryOut(), 'the lease goes on').toEqual([]);
  });

  test('a stay releases the old room only when the key to the next one is confirmed', () => {
    const stay = aLeasingStay({ status: 'in-house' });
    stay.settleLeases();
    stay.carryOut();
    stay.send({ rooms: ['102'] });
    expect(stay.settleLeases()?.releases).toEqual([]);
    expect(stay.leaseStep()?.releases ?? []).toEqual([]);
    expect(stay.carryOut()).toEqual(['override g1 102', 'revoke g1 101']);
    expect(stay.settleLeases()?.releases.map(({ room }) => room)).toEqual(['101']);
  });

  test('a hold before the next key keeps lease and keys, with attention that names both rooms and the stay that waits', () => {
    const stay = aLeasingStay({ status: 'in-house' });
    stay.settleLeases();
    stay.carryOut();
    stay.state = applyMessage(stay.state, { name: 'hold', payload: { reason: 'unpaid' } }, NOON);
    stay.send({ rooms: ['102'] });
    stay.settleLeases(waits(''));
    expect(stay.carryOut()).toEqual([]);
    expect(stay.leaseStep()?.releases ?? []).toEqual([]);
    const notice = stay.attention().find(({ code }) => code === 'room-kept');
    for (const name of ['101', '102', 'stay/seaside/R-3', 'release']) expect(notice?.message).toContain(name);
  });

  test('a refusal of Seam keeps lease and keys, with attention that says so', () => {
    const stay = aLeasingStay({ status: 'in-house' });
    stay.settleLeases();
    stay.carryOut();
    stay.send({ rooms: ['102'] });
    stay.settleLeases();
    const [step] = stay.plan().keys.ready;
    if (step?.do !== 'override') throw new Error('no key is asked for');
    const asked = recordAsk(stay.state, step, NOON);
    stay.state = recordKeyFailure(asked.state, asked.key.keyId, { kind: 'refused', message: 'HTTP 400' }, NOON);
    expect(stay.carryOut().filter((what) => what === 'revoke g1 101')).toEqual([]);
    expect(stay.live().map((key) => key.ask.rooms)).toEqual([['101']]);
    expect(stay.leaseStep()?.releases ?? []).toEqual([]);
    expect(stay.attention().find(({ code }) => code === 'room-kept')?.message).toContain('HTTP 400');
  });

  test('a stay finds the door of a room that its guests keep, if the booking changed before that was done', () => {
    const stay = aLeasingStay({ status: 'in-house' });
    stay.settleLeases();
    const { rooms } = stay.state.doors;
    stay.state = { ...stay.state, doors: { ...stay.state.doors, rooms: rooms.filter(({ room }) => room !== '101') } };
    stay.send({ rooms: ['102', '103'] });
    stay.settleLeases(waits('102'));
    expect(stay.gate('g1')).toBe('room');
    const steps = stay.plan().preparations.filter(({ do: what }) => what === 'resolve-doors');
    expect(steps).toMatchObject([{ rooms: ['101'] }]);
    stay.state = recordDoors(stay.state, { rooms: [], commonDoors: [], unknownRooms: ['101'] }, NOON);
    expect(stay.carryOut(), 'without a door at Seam there is no key to it').toEqual(['override g1 103']);
  });

  test('a stay that ends while it leaves a room releases it at once', () => {
    const stay = aLeasingStay({ status: 'in-house' });
    stay.settleLeases();
    stay.carryOut();
    stay.send({ rooms: ['102'] });
    stay.settleLeases(waits('102'));
    stay.send({ status: 'departed' });
    expect(stay.leaseStep()?.releases.map(({ room }) => room)).toEqual(['102', '101']);
  });

  test('a room that is given up without another is released at once', () => {
    const stay = aLeasingStay({ status: 'in-house', rooms: ['101', '102'] });
    stay.settleLeases();
    stay.carryOut();
    stay.send({ rooms: ['101'] });
    expect(stay.settleLeases()?.releases.map(({ room }) => room)).toEqual(['102']);
  });

  test('a stay that is not in house releases its room at once, and its keys end if the next key has to wait', () => {
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.carryOut();
    stay.state = applyMessage(stay.state, { name: 'hold', payload: { reason: 'unpaid' } }, NOON);
    stay.send({ rooms: ['102'] });
    expect(stay.settleLeases()?.releases.map(({ room }) => room)).toEqual(['101']);
    expect(stay.carryOut()).toEqual(['revoke g1 101']);
  });

  test('a guest who has moved gets no new key to a room where another guest still sleeps on hold', () => {
    const stay = aLeasingStay({ status: 'in-house', guests: [{ guestId: 'g1' }, { guestId: 'g2' }] });
    stay.settleLeases();
    stay.carryOut();
    stay.state = applyMessage(stay.state, { name: 'hold', payload: { guestId: 'g1', reason: 'unpaid' } }, NOON);
    stay.send({ rooms: ['102'] });
    stay.settleLeases();
    expect(stay.carryOut()).toContain('override g2 102');
    stay.settleLeases();
    stay.send({ rooms: ['103'] });
    stay.settleLeases(waits('103'));
    expect(stay.carryOut(), 'an override on 101 would end the key of g1').toEqual([]);
    expect(stay.live().map(({ guestId, ask }) => [guestId, ask.rooms])).toEqual([
      ['g1', ['101']],
      ['g2', ['102']],
    ]);
  });

  test('a stay in house gives up no time before a scheduled move until the next room is granted', () => {
    const stay = aLeasingStay({ status: 'in-house' });
    stay.settleLeases();
    stay.carryOut();
    const move = '2026-11-24T12:00Z';
    stay.state = applyMessage(stay.state, { name: 'changeRooms', payload: { rooms: ['102'], from: move } }, NOON);
    stay.settleLeases(waits('102'));
    const end = (): Instant | undefined => stay.state.leases.claims.find(({ room }) => room === '101')?.window.to;
    expect(end()).toBe(CHECK_OUT);
    stay.hear('102', granted(CHECK_OUT));
    stay.settleLeases();
    expect(end()).toBe(move);
  });

  test('a blocked guest on hold keeps no lease beyond a scheduled move', () => {
    const stay = aLeasingStay({ status: 'in-house' });
    stay.settleLeases();
    const move = '2026-11-24T12:00Z';
    stay.state = applyMessage(stay.state, { name: 'changeRooms', payload: { rooms: ['102'], from: move } }, NOON);
    stay.state = applyMessage(stay.state, { name: 'hold', payload: { guestId: 'g1', reason: 'x' } }, NOON);
    stay.settleLeases();
    const end = (): Instant | undefined => stay.state.leases.claims.find(({ room }) => room === '101')?.window.to;
    expect(end()).toBe(CHECK_OUT);
    stay.state = applyMessage(stay.state, { name: 'block', payload: { guestId: 'g1', reason: 'x' } }, NOON);
    stay.settleLeases();
    expect(end()).toBe(move);
  });

  test.each([
    ['confirmed', ['revoke g1 101']],
    ['in-house', []],
  ] as const)('a guest of a stay that is %s and waits for a room of their own: %j', (status, steps) => {
    const guests = (room: string): StaySnapshotInput['guests'] => [{ guestId: 'g1', primary: true, rooms: [room] }];
    const stay = aLeasingStay({ status, rooms: ['101', '102'], guests: guests('101') });
    stay.settleLeases(waits('102'));
    stay.carryOut();
    stay.send({ guests: guests('102') });
    stay.settleLeases(waits('102'));
    expect(stay.carryOut()).toEqual(steps);
  });

  test('a stay that has agreed to an exchange keeps its claims as they are until the outcome, and then hands over', () => {
    const { stay, offer } = aStayThatOffers();
    expect(offer).toMatchObject({ gives: [{ room: '101', part: 0 }], wants: [{ room: '102', behind: [OTHER] }] });
    const other = {
      stayId: OTHER,
      round: 0,
      gives: [{ room: '102', part: 0 }],
      wants: [{ room: '101', behind: [offer.stayId] }],
    };
    const exchange = { id: 'e1', members: [offer, other] };
    const voted = recordVote(stay.state, exchange, offer);
    expect(voted.vote).toEqual({ kind: 'yes' });
    stay.state = voted.state;
    stay.send({ rooms: ['101'] });
    expect(stay.leaseStep(), 'a change of mind waits').toBeUndefined();
    expect(recordVote(stay.state, exchange, undefined).vote, 'a vote never changes').toEqual({ kind: 'yes' });
    stay.state = recordOutcome(stay.state, 'e1', 'committed', NOON);
    const step = stay.leaseStep();
    expect(step?.releases[0]).toMatchObject({ room: '101', part: 0, to: [OTHER] });
    expect(
      step?.claims.map(({ room, claim }) => [room, claim.part]),
      'the room is requested again',
    ).toContainEqual(['101', 1]);
  });

  test('a stay refuses an exchange after a change of mind, and never agrees to it later', () => {
    const { stay, offer } = aStayThatOffers();
    const exchange = { id: 'e1', members: [offer] };
    stay.send({ rooms: ['101'] });
    const refused = recordVote(stay.state, exchange, offerOf(stay.state, NOON));
    expect(refused.vote).toEqual({ kind: 'settled', outcome: 'aborted' });
    expect(recordVote(refused.state, exchange, offer).vote).toEqual({ kind: 'settled', outcome: 'aborted' });
    const late = recordOutcome(stay.state, 'e2', 'aborted', NOON);
    expect(recordVote(late, { id: 'e2', members: [offer] }, offer).vote.kind, 'an outcome may come first').toBe(
      'settled',
    );
  });

  test('a stay offers its room for the next one even if the room after that is not granted yet', () => {
    const { stay, offer } = aStayThatOffers();
    const move = '2026-11-25T08:00Z';
    stay.state = applyMessage(stay.state, { name: 'changeRooms', payload: { rooms: ['103'], from: move } }, NOON);
    stay.settleLeases((room, until) => (room === '103' ? taken : waits('102', { leaving: [OTHER] })(room, until)));
    const { gives, wants } = offer;
    expect(offerOf(stay.state, NOON)).toMatchObject({ gives, wants });
  });

  test.each([
    [
      'a hold',
      (stay: AStay) => void (stay.state = applyMessage(stay.state, { name: 'hold', payload: { reason: 'x' } }, NOON)),
    ],
    ['a stay that does not leave', (stay: AStay) => stay.hear('102', taken)],
  ])('a stay makes no offer while %s stands in the way', (_what, act) => {
    const stay = aLeasingStay({ status: 'in-house' });
    stay.settleLeases();
    stay.carryOut();
    stay.send({ rooms: ['102'] });
    stay.settleLeases(waits('102', { leaving: [OTHER] }));
    act(stay);
    expect(offerOf(stay.state, NOON)).toBeUndefined();
  });
});

type AStay = ReturnType<typeof aLeasingStay>;

describe('the end of a lease', () => {
  test('the keys end with their lease: at departure plus grace, or at the next lease', () => {
    const stay = aLeasingStay({}, { departureGraceMinutes: 30 });
    stay.settleLeases();
    stay.carryOut();
    expect(stay.live()[0]?.ask.window.to).toBe('2026-11-26T10:30Z');
    stay.hear('101', granted('2026-11-26T10:10Z', { heldUpBy: OTHER }));
    expect(stay.carryOut()).toEqual(['join g1 101', 'revoke g1 101']);
    expect(stay.live()[0]?.ask.window.to).toBe('2026-11-26T10:10Z');
    expect(stay.attention().map(({ code }) => code)).not.toContain('room-taken');
  });

  test('no key is made during the grace, because its override would end the key of the next guest', () => {
    const stay = aLeasingStay({ status: 'in-house' }, { departureGraceMinutes: 60 });
    stay.settleLeases();
    stay.at('2026-11-26T10:05Z');
    expect(stay.carryOut()).toEqual([]);
    expect(stay.plan().keys.waiting).toEqual([]);
  });

  test('a lease does not end before the grace period is over', () => {
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

  test('an extension that reaches into the next lease is cut short there, with attention that names the other stay', () => {
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

  test('the keys of a shortened stay end with its shortened lease', () => {
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

test('a room whose lease ends first leaves the key in time, and the guest keeps the rest without a break', () => {
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

describe('a decision of a room', () => {
  test('a decision of a room that arrives late is ignored', () => {
    const stay = aLeasingStay();
    stay.settleLeases();
    const news = { room: '101', part: 0, version: 0, decision: taken };
    stay.state = recordLeaseNews(stay.state, news, NOON);
    expect(stay.carryOut()).toEqual(['override g1 101']);
  });

  test('a decision about a room that the stay does not claim is ignored', () => {
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.hear('103', taken);
    expect(stay.attention()).toEqual([]);
  });

  test('the decision that a stay has ended keeps an old booking from getting keys, but not a newer one', () => {
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

test('an expired lease needs no release, and the stay is settled', () => {
  const stay = aLeasingStay({ guests: [] });
  stay.settleLeases();
  stay.at(CHECK_OUT);
  expect(planStay(stay.state, [], CHECK_OUT).preparations).toEqual([]);
});

test('a retry sends the claims of all rooms again', () => {
  const stay = aLeasingStay();
  stay.settleLeases();
  stay.state = applyMessage(stay.state, { name: 'retry', payload: {} }, NOON);
  expect(stay.leaseStep()?.claims.map(({ room }) => room)).toEqual(['101']);
});

test('a shortened stay stays open for as long as an old snapshot could bring it back', () => {
  const stay = aLeasingStay();
  stay.settleLeases();
  stay.send({ window: { from: CHECK_IN, to: '2026-11-24T10:00Z' } });
  stay.settleLeases();
  stay.at('2026-11-25T10:01Z');
  expect(stay.plan().closed).toBe(false);
  stay.at(plusMinutes(CHECK_OUT, 24 * 60));
  expect(stay.plan().closed).toBe(true);
});

test('a dry run of a newer snapshot of an ended stay terminates', () => {
  const stay = aLeasingStay();
  stay.settleLeases(() => ({ kind: 'ended', revision: 1 }));
  stay.send({});
  expect(dryRun(stay.state, NOON).steps.map((step) => step.do)).toEqual(['override']);
});

test('a message that could not be understood is recorded in shortened form', () => {
  const stay = aLeasingStay();
  stay.state = ignoreMessage(stay.state, 'x'.repeat(100_000), NOON);
  expect(JSON.stringify(stay.state).length).toBeLessThan(10_000);
});

describe('a room that does not answer', () => {
  const silent: UnsettledRoom = { room: '102', kind: 'silent', why: 'room 102 does not answer' };

  test('a silent room delays no other room; it is claimed again a minute later and joins the key once it answers', () => {
    const stay = aLeasingStay({ status: 'in-house', rooms: ['101', '102'] });
    stay.at(CHECK_IN);
    stay.settleLeases(undefined, [silent]);
    expect(stay.carryOut()).toEqual(['override g1 101']);
    expect(stay.leaseStep()?.claims ?? []).toEqual([]);
    expect(stay.plan().wakeAt).toBe(plusMinutes(CHECK_IN, 1));
    stay.at(plusMinutes(CHECK_IN, 1));
    expect(stay.leaseStep()?.claims).toMatchObject([{ room: '102' }]);
    stay.settleLeases();
    expect(stay.carryOut()).toContain('override g1 101+102');
    expect(stay.plan().attention).toEqual([]);
  });

  test('a room that is silent for a minute is no attention, one that stays silent is, and a refusal is at once', () => {
    const stay = aLeasingStay({ status: 'in-house', rooms: ['101', '102'] });
    for (const minutes of [0, 1]) {
      stay.at(plusMinutes(CHECK_IN, minutes));
      stay.settleLeases(undefined, [silent]);
      expect(stay.plan().attention, `after ${minutes} minutes`).toEqual([]);
    }
    stay.at(plusMinutes(CHECK_IN, 2));
    expect(stay.plan().attention).toMatchObject([{ code: 'key-delayed', room: '102' }]);
    stay.settleLeases(undefined, [{ ...silent, kind: 'refused' }]);
    expect(stay.plan().attention).toMatchObject([{ code: 'key-failed', room: '102' }]);
    stay.at(plusMinutes(CHECK_IN, 3));
    stay.settleLeases(undefined, [silent]);
    expect(stay.plan().attention).toEqual([]);
  });

  test('a room that does not answer is released again later, and the other rooms at once', () => {
    const stay = aLeasingStay({ rooms: ['101', '102'] });
    stay.settleLeases();
    stay.send({ rooms: ['103'] });
    expect(stay.settleLeases(undefined, [silent])?.releases).toMatchObject([{ room: '101' }, { room: '102' }]);
    expect(stay.leaseStep()?.releases ?? []).toEqual([]);
    stay.at(plusMinutes(NOON, 1));
    expect(stay.leaseStep()?.releases).toMatchObject([{ room: '102' }]);
    stay.settleLeases();
    expect(stay.leaseStep()).toBeUndefined();
  });

  test('a room that refuses a claim is claimed again at once on a newer snapshot or on retry', () => {
    const refused: UnsettledRoom = { ...silent, kind: 'refused', why: 'room 102 refused the claim: no' };
    const stay = aLeasingStay({ rooms: ['102'] });
    stay.settleLeases(undefined, [refused]);
    expect(stay.plan().attention).toMatchObject([{ code: 'key-failed', room: '102' }]);
    expect(stay.leaseStep()).toBeUndefined();
    stay.send({ status: 'in-house' });
    expect(stay.leaseStep()?.claims).toMatchObject([{ room: '102' }]);
    stay.settleLeases(undefined, [refused]);
    stay.state = applyMessage(stay.state, { name: 'retry', payload: {} }, NOON);
    expect(stay.leaseStep()?.claims).toMatchObject([{ room: '102' }]);
  });
});

describe('key reports to rooms', () => {
  test('a stay reports keys to a room once they are issued, and again when they have ended', () => {
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

  test('a stay reports issued keys to a room even after it has released the room', () => {
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.carryOut();
    stay.send({ rooms: ['102'] });
    const busy = planLeases(stay.state, desiredKeys(stay.state, NOON), NOON, { quiet: false });
    if (busy === undefined) throw new Error('101 is not released');
    expect(busy.reports).toEqual([]);
    const { state, messages: said } = recordLeaseStep(stay.state, busy, NOON);
    stay.state = recordLeases(state, said, { news: [] }, NOON);
    stay.settleLeases(() => taken);
    stay.carryOut();
    const told = stay.settleLeases()?.reports;
    expect(told?.map(({ room, keys }) => [room, keys.length])).toEqual([['101', 1]]);
  });

  test('a stay does not report expired keys, because rooms have their windows', () => {
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.carryOut();
    stay.settleLeases();
    stay.at(instantAt(millis(CHECK_OUT)));
    expect(stay.leaseStep()).toBeUndefined();
  });
});

describe('a stay in a share group', () => {
  const shared = { shareGroup: 'share-1' };
  const anchor = {
    acsCredentialId: 'cred-of-other',
    lineage: 'cred-of-other',
    stayId: OTHER,
    window: { from: CHECK_IN, to: CHECK_OUT },
  };

  test('in a share group, the first key of a stay joins the key of the other stay', () => {
    const stay = aLeasingStay(shared);
    stay.settleLeases((_room, until) => granted(until, { opener: false, anchors: [anchor], lineage: anchor.lineage }));
    expect(stay.carryOut()).toEqual(['join g1 101']);
    expect(stay.live()[0]?.ask.joinTo).toBe('cred-of-other');
    expect(stay.settleLeases()?.reports[0]?.keys[0]?.lineage).toBe('cred-of-other');
  });

  test('in a share group, the room says which of two overrides is the newer, whichever the stay learned of first', () => {
    const stay = aLeasingStay(shared);
    stay.settleLeases((_room, until) => granted(until, { opener: true }));
    expect(stay.carryOut()).toEqual(['override g1 101']);
    const [own] = stay.live();
    const lineage = own?.acsCredentialId ?? '';
    stay.hear('101', granted(CHECK_OUT, { opener: false, anchors: [anchor], lineage: anchor.lineage }));
    expect(stay.carryOut(), 'the room does not know the own override yet').toContain('join g1 101');
    const joined = { ...anchor, acsCredentialId: 'joined-by-other', lineage };
    stay.hear('101', granted(CHECK_OUT, { opener: false, anchors: [joined], lineage }));
    expect(stay.carryOut(), 'the room may not know the new key yet').toEqual([]);
    stay.settleLeases();
    expect(stay.carryOut()).toContain('join g1 101');
    expect(stay.live().map(({ ask }) => ask.joinTo)).toEqual(['joined-by-other']);
  });

  test('in a share group, an override that is not trusted stays so when the room says that it is the newer', () => {
    const stay = aLeasingStay(shared);
    stay.settleLeases((_room, until) => granted(until, { opener: true }));
    stay.carryOut();
    const lineage = stay.live()[0]?.acsCredentialId ?? '';
    stay.hear('101', granted(CHECK_OUT, { opener: false, anchors: [anchor], lineage: anchor.lineage }));
    stay.carryOut();
    stay.settleLeases();
    stay.state = { ...stay.state, keyring: { ...stay.state.keyring, distrusted: { 101: 2 } } };
    const joined = { ...anchor, acsCredentialId: 'joined-by-other', lineage };
    stay.hear('101', granted(CHECK_OUT, { opener: false, anchors: [joined], lineage }));
    expect(stay.carryOut()).not.toContain('join g1 101');
  });

  test('in a share group, the stay that is ready first requests to open the lease, and the others wait for it', () => {
    const stay = aLeasingStay(shared);
    stay.settleLeases((_room, until) => granted(until, { opener: false }));
    expect(stay.carryOut()).toEqual([]);
    expect(stay.leaseStep()?.claims[0]?.claim.ready).toBe(true);
    stay.settleLeases((_room, until) => granted(until, { opener: false }));
    expect(stay.carryOut(), 'another stay was first').toEqual([]);
    stay.hear('101', granted(CHECK_OUT, { opener: true }));
    expect(stay.carryOut()).toEqual(['override g1 101']);
  });

  test('in a share group, the end of the anchor opens no lease: the guest joins the newer key of the other stay', () => {
    const stay = aLeasingStay(shared);
    stay.settleLeases((_room, until) => granted(until, { opener: false, anchors: [anchor], lineage: anchor.lineage }));
    const [step] = stay.plan().keys.ready;
    if (step?.do !== 'join') throw new Error('no guest joins');
    const { state, key } = recordAsk(stay.state, step, NOON);
    stay.state = state;
    const nothing = { strayCredentialIds: [], goneCredentialIds: [] };
    stay.state = recordIssue(
      stay.state,
      key.keyId,
      { kind: 'anchor-gone', acsCredentialId: anchor.acsCredentialId, ...nothing },
      NOON,
    );
    expect(stay.carryOut()).toEqual([]);
    const newer = { ...anchor, acsCredentialId: 'newer', lineage: 'newer' };
    stay.hear('101', granted(CHECK_OUT, { opener: false, anchors: [newer], lineage: 'newer' }));
    expect(stay.carryOut()).toEqual(['join g1 101']);
    expect(stay.live()[0]?.ask.joinTo).toBe('newer');
  });

  test('in a share group, one stay reopens a lease whose keys have all ended, not each stay by itself', () => {
    const stay = aLeasingStay(shared);
    const closed = (_room: string, until: Instant): LeaseDecision =>
      granted(until, { opener: false, openedBy: OTHER, anchors: [], lineage: 'cred-that-has-ended' });
    stay.settleLeases(closed);
    expect(stay.carryOut()).toEqual([]);
    expect(stay.leaseStep()?.claims[0]?.claim.ready).toBe(true);
  });

  test('in a share group, a stay whose guest Seam refuses lets another stay open the lease', () => {
    const stay = aLeasingStay(shared);
    stay.settleLeases((_room, until) => granted(until, { opener: false }));
    stay.settleLeases();
    const [step] = stay.plan().keys.ready;
    if (step === undefined || step.do === 'revoke') throw new Error('no key is asked for');
    const { state, key } = recordAsk(stay.state, step, NOON);
    stay.state = state;
    stay.state = recordKeyFailure(stay.state, key.keyId, { kind: 'refused', message: 'no such door' }, NOON);
    expect(stay.leaseStep()?.claims[0]?.claim.ready).toBe(false);
  });

  test.each([
    { other: 'stay/seaside/A-1', ready: [false, false] },
    { other: 'stay/seaside/Z-1', ready: [true, true] },
  ])('if two stays each open one of the rooms that both need, the smaller id goes first: $other', (one) => {
    const stay = aLeasingStay({ ...shared, rooms: ['101', '102'] });
    stay.settleLeases((room, until) =>
      room === '101' ? granted(until) : granted(until, { opener: false, openedBy: one.other }),
    );
    const said = stay.leaseStep()?.claims.map(({ claim }) => claim.ready) ?? [false, false];
    expect(said).toEqual(one.ready);
    expect(stay.carryOut()).toEqual([]);
  });

  test('in a share group, the keys follow when the other stay re-keys the room', () => {
    const stay = aLeasingStay(shared);
    stay.settleLeases((_room, until) => granted(until, { opener: false, anchors: [anchor], lineage: anchor.lineage }));
    stay.carryOut();
    const newer = { ...anchor, acsCredentialId: 'cred-newer', lineage: 'cred-newer' };
    stay.hear('101', granted(CHECK_OUT, { opener: false, anchors: [newer], lineage: 'cred-newer' }));
    expect(stay.carryOut()).toEqual(['join g1 101', 'revoke g1 101']);
    expect(stay.live()[0]?.ask.joinTo).toBe('cred-newer');
  });

  test('in a share group, a guest who leaves the room and comes back keeps the key that joins the other stay', () => {
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

  test('in a share group, a stay whose guest needs more rooms than a key holds lets another stay open the lease', () => {
    const rooms = Array.from({ length: 9 }, (_, index) => String(101 + 2 * index));
    const stay = aLeasingStay({ ...shared, rooms });
    const doors = rooms.map((room, index) => ({ room, acsEntranceId: `door-${room}`, position: 2 * index }));
    stay.state = recordDoors(stay.state, { rooms: doors, commonDoors: [], unknownRooms: [] }, NOON);
    stay.settleLeases();
    expect(stay.attention().map(({ code }) => code)).toEqual(['impossible-plan']);
    expect(stay.leaseStep()).toBeUndefined();
    expect(stay.state.leases.claims.map(({ ready }) => ready)).toEqual(rooms.map(() => false));
  });

  test('in a share group, keys that outlive the other stay remain valid, and new guests join them', () => {
    const stay = aLeasingStay({ ...shared, guests: [{ guestId: 'g1' }, { guestId: 'g2', wantsKey: false }] });
    stay.settleLeases((_room, until) => granted(until, { opener: false, anchors: [anchor], lineage: anchor.lineage }));
    stay.carryOut();
    stay.hear('101', granted(CHECK_OUT, { opener: true, anchors: [], lineage: anchor.lineage }));
    expect(stay.carryOut()).toEqual([]);
    stay.send({ guests: [{ guestId: 'g1' }, { guestId: 'g2' }] });
    expect(stay.carryOut()).toEqual(['join g2 101']);
  });

  test('a guest whose key was replaced by their own key in the other stay does not replace that key in turn', () => {
    const stay = aLeasingStay(shared);
    stay.settleLeases();
    stay.carryOut();
    stay.settleLeases();
    const his = { ...anchor, lineage: 'cred-1', acsUserId: 'u-g1' };
    stay.hear('101', granted(CHECK_OUT, { opener: true, anchors: [his], lineage: 'cred-1' }));
    stay.state = recordCheck(stay.state, ['cred-1'], { goneCredentialIds: ['cred-1'] }, NOON);
    expect(stay.carryOut()).toEqual([]);
    expect(stay.attention()).toEqual([]);
    stay.hear('101', granted(CHECK_OUT, { opener: true, anchors: [], lineage: 'cred-1' }));
    expect(stay.carryOut(), 'the other stay has ended').toEqual(['override g1 101']);
  });

  test('a key for a shared room and one more room is refused, because it would lock the other stay out', () => {
    const stay = aLeasingStay({ ...shared, rooms: ['101', '102'] });
    stay.settleLeases((room, until) =>
      room === '101'
        ? granted(until, { opener: false, anchors: [anchor], lineage: anchor.lineage })
        : granted(until, { opener: true }),
    );
    expect(stay.carryOut()).toEqual([]);
    expect(stay.attention().map(({ code }) => code)).toEqual(['impossible-plan']);
  });

  test('a key to a room that was given up ends if the plan has no next key for its guest', () => {
    const stay = aLeasingStay();
    stay.settleLeases();
    stay.carryOut();
    stay.send({ ...shared, rooms: ['102', '103'] });
    stay.settleLeases((room, until) =>
      room === '102'
        ? granted(until, { opener: false, anchors: [anchor], lineage: anchor.lineage })
        : granted(until, { opener: true }),
    );
    expect(stay.carryOut()).toEqual(['revoke g1 101']);
    expect(stay.attention().map(({ code }) => code)).toEqual(['impossible-plan']);
  });

  test('in a share group, a removal for cause re-keys the room all the same', () => {
    const stay = aLeasingStay({ ...shared, guests: [{ guestId: 'g1' }, { guestId: 'g2' }] });
    stay.settleLeases((_room, until) => granted(until, { opener: false, anchors: [anchor], lineage: anchor.lineage }));
    stay.carryOut();
    stay.state = applyMessage(stay.state, { name: 'removeGuest', payload: { guestId: 'g1', cause: 'security' } }, NOON);
    expect(stay.carryOut()).toContain('override g2 101');
  });
});
