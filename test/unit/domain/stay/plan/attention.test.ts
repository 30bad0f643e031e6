/** Attention ends with its cause: the stay is over, the room or the guest is no longer desired, Seam has answered. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OpenAttention } from '../../../../../src/domain/model/attention.js';
import { instantAt, millis, plusMinutes } from '../../../../../src/domain/model/instants.js';
import { recordBlocker } from '../../../../../src/domain/stay/known/record-preparations.js';
import { planStay } from '../../../../../src/domain/stay/reconcile.js';
import { amend, aStay, attentionCodes, CHECK_IN, CHECK_OUT, enrolPhone, ROOMS } from '../../a-stay.js';
import { openHouse, PROPERTY, type House } from './hotel.js';
import { starts, tell, turns } from './story.js';

const outage = { kind: 'outage', message: 'Seam does not answer' } as const;

describe('attention at a stay that is over by time', () => {
  it('a guest without a phone is no longer missed, and the stay no longer looks for one', () => {
    const house = aStay().with({ status: 'in-house' }).withoutPhones().settled();
    house.waitUntil('2026-11-24T14:00Z');
    expect(attentionCodes(house)).toEqual(['phone-missing']);
    house.waitUntil(CHECK_OUT);
    expect(attentionCodes(house)).toEqual([]);
    house.settle();
    expect(house.jobs).toEqual([]);
  });

  it('a room without a door at Seam is no longer a problem', () => {
    const house = aStay().inRooms('101', '999').settled();
    expect(attentionCodes(house)).toEqual(['impossible-plan']);
    expect(house.view().nextDeadline, 'the stay looks for the door again').toBe(plusMinutes(house.now(), 1));
    house.waitUntil(CHECK_OUT);
    expect(attentionCodes(house)).toEqual([]);
  });

  it('a room that another stay had is no longer taken', () => {
    const { second } = twoStaysIn('101');
    expect(attentionCodes(second)).toEqual(['room-taken']);
    expect(second.view().nextDeadline).toBe(CHECK_OUT);
    second.waitUntil(CHECK_OUT);
    expect(attentionCodes(second)).toEqual([]);
  });
});

describe('attention at a stay that has ended', () => {
  it.each(['checkOut', 'cancel'] as const)('a %s ends attention about doors and rooms', (name) => {
    const house = aStay().inRooms('101', '999').with({ status: 'in-house' }).settled();
    expect(attentionCodes(house)).toEqual(['impossible-plan']);
    house.message({ name, payload: {} });
    house.settle();
    expect(attentionCodes(house)).toEqual([]);
  });

  it('a failed check of keys that have ended since is no outage any more', () => {
    const house = aStay().settled();
    const [key] = house.state.keyring.keys;
    house.message({
      name: 'credentialChanged',
      payload: { acsCredentialId: key?.acsCredentialId ?? '', eventType: 'acs_credential.deleted', eventId: 'e' },
    });
    const check = house.jobs.find((job) => job.what === 'check-keys');
    house.state = recordBlocker(house.state, check?.stepId ?? '', outage, {}, house.now());
    expect(attentionCodes(house)).toEqual(['access-system-down']);
    house.message({ name: 'checkOut', payload: {} });
    house.settle();
    expect(attentionCodes(house)).toEqual([]);
  });
});

describe('attention at a stay with nothing to do', () => {
  it('a lease step that failed is no outage once every room has answered', () => {
    const house = aStay().settled();
    house.state = recordBlocker(house.state, 'leases', outage, {}, house.now());
    house.turn();
    expect(attentionCodes(house)).toEqual([]);
  });

  it('an in-house stay needs no room if no guest takes a key', () => {
    const house = aStay().inRooms().with({ status: 'in-house' }).settled();
    expect(attentionCodes(house)).toEqual(['room-missing']);
    amend(house, { guests: [{ guestId: 'g1', wantsKey: false }] });
    expect(attentionCodes(house)).toEqual([]);
  });

  it('a guest with rooms of their own who has left misses no room', () => {
    const house = aStay().inRooms('101', '102').withGuests(2).with({ status: 'in-house' });
    const own = { rooms: ['102'], window: { from: CHECK_IN, to: '2026-11-24T10:00Z' } };
    const stay = house.where('g2', own).settled();
    stay.message({ name: 'changeRooms', payload: { rooms: ['101', '103', '104'] } });
    expect(attentionCodes(stay)).toContain('room-missing');
    stay.waitUntil('2026-11-24T10:00Z');
    expect(attentionCodes(stay)).not.toContain('room-missing');
  });

  it('a room that the stay gave up is no longer taken, even while its release waits for the room', () => {
    const { second } = twoStaysIn('101');
    const unsettled = [
      { room: '101', kind: 'silent', why: 'no answer', since: CHECK_IN, askAgainAt: CHECK_IN } as const,
    ];
    amend(second, { rooms: ['102'] });
    const claims = twoStaysIn('101').second.state.leases.claims;
    second.state = { ...second.state, leases: { ...second.state.leases, claims, unsettled } };
    expect(attentionCodes(second)).not.toContain('room-taken');
  });

  it('a refused revoke is no outage: Seam has answered', () => {
    const house = aStay().settled();
    house.message({ name: 'checkOut', payload: {} });
    const [revoke] = house.jobs;
    if (revoke === undefined) throw new Error('no revoke was started');
    house.getOn(revoke, 'outage');
    expect(attentionCodes(house)).toEqual(['access-system-down', 'revoke-unconfirmed']);
    house.settle();
    expect(attentionCodes(house)).toEqual([]);
  });
});

/** Two stays that claim the same room for the same time; the second waits. */
function twoStaysIn(room: string): { readonly first: House; readonly second: House } {
  const first = aStay().inRooms(room).settled();
  const { hotel, simulatedRooms } = first;
  const at = first.now();
  const second = openHouse({ at, rooms: ROOMS, hotel, simulatedRooms, reservationId: 'R-2' });
  const snapshot = aStay().inRooms(room).withGuests(1).snapshot();
  second.snapshot({ ...snapshot, reservationId: 'R-2', propertyId: PROPERTY });
  for (let round = 0; round < 20; round++) {
    second.settle();
    second.turn();
  }
  enrolPhone(second, 'g1');
  return { first, second };
}

/** Attention that remains at a stay with no key, no step and nothing to come: people have to read it. */
const LASTING: readonly string[] = ['ignored-message', 'booking-mismatch'];

function holdAttention(house: House): void {
  const inFlight = house.jobs.flatMap((job) => job.key ?? []);
  const view = house.view();
  const seen = (open: readonly OpenAttention[]): readonly string[] =>
    open.map(({ code, guestId = '', room = '' }) => `${code} ${guestId} ${room}`);
  // Nothing changes by time alone before the deadline that the stay wakes at.
  const { wakeAt } = planStay(house.state, inFlight, house.now());
  const last = instantAt(millis(wakeAt ?? '2026-12-31T00:00Z') - 60_000);
  if (last > house.now()) {
    expect(seen(planStay(house.state, inFlight, last).attention), `attention until ${last}`).toEqual(
      seen(view.attention),
    );
  }
  const hasNoKey = view.keys.every(({ state }) => state === 'dead');
  const isOver = ['over', 'cancelled', 'no-show'].includes(view.phase);
  if (isOver && hasNoKey && house.jobs.length === 0) {
    expect(view.attention.map(({ code }) => code).filter((code) => !LASTING.includes(code))).toEqual([]);
  }
  for (const { code, guestId } of view.attention) {
    const guest = view.guests.find((one) => one.guestId === guestId);
    if (guestId === undefined || guest === undefined) continue;
    const isFor = ['phone-missing', 'key-invalidated', 'key-delayed', 'room-missing', 'guest-has-other-stay'];
    if (isFor.includes(code)) expect(['gone', 'not-due'], `${code} of ${guestId}`).not.toContain(guest.keyState);
    if (code === 'shortening-unconfirmed') {
      expect(view.keys.some((key) => key.guestId === guestId && key.residualUntil !== undefined)).toBe(true);
    }
  }
}

describe('attention in random stories', () => {
  it('attention changes only when something happens or a deadline comes, and a stay that is over has none', () => {
    fc.assert(
      fc.property(starts, turns, (start, plot) => tell(start, plot, { contact: {}, look: holdAttention })),
      { numRuns: 150, seed: 20261129 },
    );
  });
});
