/** Client sessions and instant keys of guests: in force while the guest is to have keys, and ended at Seam after that. */
import { expect, test } from 'vitest';
import type { Message } from '../../../../../src/domain/model/message-schema.js';
import { recordPhoneAccessEnded } from '../../../../../src/domain/stay/known/record-phone-access.js';
import { phoneAccessToEnd } from '../../../../../src/domain/stay/plan/phone-access.js';
import { planStay } from '../../../../../src/domain/stay/reconcile.js';
import { aStay } from '../../a-stay.js';
import type { House } from './hotel.js';

type Made = (Message & { readonly name: 'phoneAccessMade' })['payload'];

function give(house: House, changes: Partial<Made> & Pick<Made, 'clientSessionId'>): void {
  house.message({ name: 'phoneAccessMade', payload: { guestId: 'g1', kind: 'client-session', ...changes } });
}

const ending = ({ state }: House): readonly string[] => phoneAccessToEnd(state).map((one) => one.clientSessionId);
/** Returns the guest's phone access in the view. */
const shown = (house: House, guestId = 'g1'): unknown =>
  house.view().guests.find((guest) => guest.guestId === guestId)?.phoneAccess;
const IN_FORCE: unknown = { kind: 'client-session', madeAt: expect.any(String) as string };
const ENDING: unknown = { kind: 'client-session', madeAt: expect.any(String) as string, ending: true };
const whats = ({ state }: House): readonly string[] => state.timeline.map(({ what }) => what);

test('a client session is in force until the guest checks out, and is ended then', () => {
  const house = aStay().settled();
  give(house, { clientSessionId: 's1', by: 'api-key:app' });
  expect([shown(house), ending(house)]).toEqual([IN_FORCE, []]);
  expect(whats(house)).toContain('client session made for guest g1');
  house.message({ name: 'checkOut', payload: {} });
  expect([shown(house), ending(house)]).toEqual([ENDING, ['s1']]);
  expect(planStay(house.state, [], house.now()).preparations.map(({ stepId }) => stepId)).toContain(
    'end-phone-access:s1',
  );
  house.settle();
  expect([shown(house), ending(house)]).toEqual([undefined, []]);
  expect(whats(house)).toContain('client session of guest g1 ended');
});

test('a session that Seam returns again is recorded once', () => {
  const house = aStay().settled();
  give(house, { clientSessionId: 's1' });
  const { timeline } = house.state;
  give(house, { clientSessionId: 's1' });
  expect(house.state.phoneAccess).toHaveLength(1);
  expect(house.state.timeline).toEqual(timeline);
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

test('a new phone keeps the session; after a lost one, the next session is in force', () => {
  const house = aStay().settled();
  give(house, { clientSessionId: 's1' });
  house.message({ name: 'replaceKey', payload: { guestId: 'g1', mode: 'convenient' } });
  expect(ending(house)).toEqual([]);
  house.message({ name: 'replaceKey', payload: { guestId: 'g1', mode: 'secure' } });
  expect(shown(house)).toEqual(ENDING);
  give(house, { clientSessionId: 's2' });
  expect([shown(house), ending(house)]).toEqual([IN_FORCE, ['s1']]);
});

test('a guest keeps their three newest sessions', () => {
  const house = aStay().settled();
  for (const clientSessionId of ['s1', 's2', 's3', 's4']) give(house, { clientSessionId });
  expect([shown(house), ending(house)]).toEqual([IN_FORCE, ['s1']]);
});

test('access that is made for somebody who is not of the party is ended at once', () => {
  const house = aStay().settled();
  give(house, { clientSessionId: 's1', guestId: 'nobody' });
  expect(ending(house)).toEqual(['s1']);
  const [access] = phoneAccessToEnd(house.state);
  if (access === undefined) throw new Error('nothing is to be ended');
  expect(recordPhoneAccessEnded(house.state, access, house.now()).phoneAccess).toEqual([]);
});
