/** Client sessions and instant keys of guests: in force while the guest is to have keys, and ended at Seam after that. */
import { expect, test } from 'vitest';
import type { Message } from '../../../../../src/domain/model/message-schema.js';
import { plusMinutes } from '../../../../../src/domain/model/instants.js';
import { recordBlocker } from '../../../../../src/domain/stay/known/record-preparations.js';
import { phoneAccessEnds } from '../../../../../src/domain/stay/plan/phone-access.js';
import { aStay, amend, CHECK_OUT } from '../../a-stay.js';
import type { House } from './hotel.js';

type Made = (Message & { readonly name: 'phoneAccessMade' })['payload'];

/** Time at which the stay of these tests may close. */
const CLOSING = plusMinutes(CHECK_OUT, 24 * 60);
/** Time at which Seam ends what is made in these tests. */
const EXPIRY = plusMinutes(CLOSING, 24 * 60);

function give(house: House, changes: Partial<Made> & Pick<Made, 'clientSessionId'>): void {
  const made = { guestId: 'g1', kind: 'client-session', expiresAt: EXPIRY } as const;
  house.message({ name: 'phoneAccessMade', payload: { ...made, ...changes } });
}

/** Returns the client sessions that the next turn ends. */
function ending(house: House): readonly string[] {
  const { preparations } = house.turn();
  return preparations.flatMap((step) => (step.do === 'end-phone-access' ? step.access.clientSessionId : []));
}

/** Returns what the view shows of the guest's phone access. */
function shown(house: House, guestId = 'g1'): unknown {
  return house.view().guests.find((guest) => guest.guestId === guestId)?.phoneAccess;
}

const noneFor = (house: House, guestId = 'g1'): string | undefined =>
  house.view().guests.find((guest) => guest.guestId === guestId)?.noPhoneAccess;
const whats = ({ state }: House): readonly string[] => state.timeline.map(({ what }) => what);
const IN_FORCE: unknown = { kind: 'client-session', madeAt: expect.any(String) as string };
const ENDING: unknown = { kind: 'client-session', madeAt: expect.any(String) as string, ending: true };

/** Lets Seam refuse the ends that are due. */
function refuseEnds(house: House): void {
  for (const { stepId } of phoneAccessEnds(house.state)) {
    const failure = { kind: 'refused', message: 'Seam answered with 400' } as const;
    house.state = recordBlocker(house.state, stepId, failure, { guestId: 'g1' }, house.now());
  }
}

test('a client session is in force until the guest checks out, and is ended then', () => {
  const house = aStay().settled();
  give(house, { clientSessionId: 's1', by: 'api-key:app' });
  expect([ending(house), shown(house), noneFor(house)]).toEqual([[], IN_FORCE, undefined]);
  expect(whats(house)).toContain('client session made for guest g1');
  house.message({ name: 'checkOut', payload: {} });
  expect([ending(house), shown(house)]).toEqual([['s1'], ENDING]);
  expect(noneFor(house)).toBe('the guest is to have no key');
  house.settle();
  expect([ending(house), shown(house)]).toEqual([[], undefined]);
  expect(whats(house)).toContain('client session of guest g1 ended');
});

test('a session ends when the time of the stay is over, even if no check-out is sent', () => {
  const house = aStay().settled();
  give(house, { clientSessionId: 's1' });
  house.waitUntil(plusMinutes(CHECK_OUT, -1));
  expect(ending(house)).toEqual([]);
  house.waitUntil(CHECK_OUT);
  expect(ending(house)).toEqual(['s1']);
});

test('a session that Seam returns again is recorded once, with its later end', () => {
  const house = aStay().settled();
  give(house, { clientSessionId: 's1' });
  const later = plusMinutes(EXPIRY, 60);
  give(house, { clientSessionId: 's1', expiresAt: later });
  expect(house.state.phoneAccess).toMatchObject([{ clientSessionId: 's1', expiresAt: later }]);
});

test.each<[string, Message]>([
  ['removed', { name: 'removeGuest', payload: { guestId: 'g1', cause: 'left' } }],
  ['removed for cause', { name: 'removeGuest', payload: { guestId: 'g1', cause: 'security' } }],
  ['blocked', { name: 'block', payload: { guestId: 'g1', reason: 'unpaid' } }],
  ['without their phone', { name: 'replaceKey', payload: { guestId: 'g1', mode: 'secure' } }],
])('an instant key of a guest who is %s is ended, and no other guest loses theirs', (_what, message) => {
  const house = aStay().withGuests(2).settled();
  give(house, { clientSessionId: 's1', kind: 'instant-key', instantKeyId: 'k1' });
  give(house, { clientSessionId: 's2', guestId: 'g2' });
  house.message(message);
  expect(ending(house)).toEqual(['s1']);
  expect(shown(house, 'g2')).toEqual(IN_FORCE);
});

test('a session ends when the booking is tentative again, or when its guest wants no key', () => {
  const tentative = aStay().settled();
  give(tentative, { clientSessionId: 's1' });
  amend(tentative, { status: 'tentative' });
  expect(ending(tentative)).toEqual(['s1']);
  const unwanted = aStay().settled();
  give(unwanted, { clientSessionId: 's2' });
  amend(unwanted, { guests: [{ guestId: 'g1', wantsKey: false }] });
  expect(ending(unwanted)).toEqual(['s2']);
});

test('an end that has begun is not taken back when staff release the guest', () => {
  const house = aStay().settled();
  give(house, { clientSessionId: 's1' });
  house.message({ name: 'block', payload: { guestId: 'g1', reason: 'unpaid' } });
  expect(ending(house)).toEqual(['s1']);
  house.message({ name: 'release', payload: { guestId: 'g1', reason: 'paid' } });
  expect(phoneAccessEnds(house.state)).toHaveLength(1);
  expect(noneFor(house)).toBe('the earlier session of the guest is being ended at Seam');
});

test('a new phone keeps the session; after a lost one, the next session is in force', () => {
  const house = aStay().settled();
  give(house, { clientSessionId: 's1' });
  house.message({ name: 'replaceKey', payload: { guestId: 'g1', mode: 'convenient' } });
  expect(ending(house)).toEqual([]);
  house.message({ name: 'replaceKey', payload: { guestId: 'g1', mode: 'secure' } });
  expect(shown(house)).toEqual(ENDING);
  give(house, { clientSessionId: 's2' });
  expect([ending(house), shown(house)]).toEqual([['s1'], IN_FORCE]);
});

test('an end that Seam refuses is attention, and keeps the stay open until the access has expired', () => {
  const house = aStay().settled();
  give(house, { clientSessionId: 's1' });
  house.message({ name: 'checkOut', payload: {} });
  house.turn();
  house.jobs.length = 0;
  refuseEnds(house);
  expect(house.turn().attention).toMatchObject([{ code: 'revoke-unconfirmed', guestId: 'g1' }]);
  house.waitUntil(CLOSING);
  refuseEnds(house);
  expect(house.turn()).toMatchObject({ closed: false, attention: [{ code: 'revoke-unconfirmed' }] });
  house.jobs.length = 0;
  house.waitUntil(EXPIRY);
  expect(house.turn()).toMatchObject({ closed: true, attention: [] });
});

test('a guest has ten at a time: an eleventh is ended at once, and those in use stay', () => {
  const house = aStay().settled();
  const ids = Array.from({ length: 11 }, (_, index) => `s${index + 1}`);
  for (const clientSessionId of ids.slice(0, 10)) give(house, { clientSessionId });
  expect(noneFor(house)).toBe('the guest has 10 sessions or instant keys already');
  give(house, { clientSessionId: 's11' });
  expect(ending(house)).toEqual(['s11']);
});

test('access that is made for a guest who is not of the party is ended at once', () => {
  const house = aStay().settled();
  give(house, { clientSessionId: 's1', guestId: 'g9' });
  expect(ending(house)).toEqual(['s1']);
});
