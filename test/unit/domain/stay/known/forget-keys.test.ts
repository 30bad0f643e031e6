/** Keys that a stay forgets, and keys that it must remember. */
import { expect, test } from 'vitest';
import { forgetKeys, REMEMBERED_KEYS } from '../../../../../src/domain/stay/known/forget-keys.js';
import { recordAsk } from '../../../../../src/domain/stay/known/record-keys.js';
import { aStay, CHECK_IN, opensRooms } from '../../a-stay.js';

test('the oldest dead keys are forgotten, and those that open doors or decide something stay', () => {
  const house = aStay().inRooms('101').withGuests(2).settled();
  for (const room of ['102', '103', '104', '101', '102']) {
    house.message({ name: 'changeRooms', payload: { rooms: [room] } });
    house.settle();
  }
  const { keyring } = house.state;
  expect(keyring.keys).toHaveLength(12);
  const left = forgetKeys(keyring, 3).keys.map(
    ({ guestId, ask, state }) => `${guestId} ${ask.kind} ${ask.rooms.join()} ${state}`,
  );
  expect(left).toEqual([
    'g1 override 103 dead',
    'g1 override 104 dead',
    'g1 override 101 dead',
    'g1 override 102 live',
    'g2 joiner 102 live',
  ]);
  expect(forgetKeys(keyring, 12)).toBe(keyring);
  expect(opensRooms(house, 'g2')).toEqual(['102']);
});

test('a new key makes the stay forget the oldest of a thousand', () => {
  const house = aStay().inRooms('101').withGuests(1).settled();
  house.message({ name: 'changeRooms', payload: { rooms: ['102'] } });
  house.settle();
  const [dead] = house.state.keyring.keys.filter((key) => key.state === 'dead');
  if (dead === undefined) throw new Error('The move has ended no key');
  const many = Array.from({ length: REMEMBERED_KEYS }, (_, index) => ({ ...dead, keyId: `g1#earlier-${index}` }));
  const state = { ...house.state, keyring: { ...house.state.keyring, keys: [...many, ...house.state.keyring.keys] } };
  const { acsUserId, ask } = dead;
  const step = { do: 'override', guestId: 'g1', acsUserId, rooms: ['103'], window: ask.window, why: 'moved' } as const;
  const { state: asked } = recordAsk(state, step, CHECK_IN);
  expect(asked.keyring.keys).toHaveLength(REMEMBERED_KEYS);
  expect(asked.keyring.keys.at(-1)).toMatchObject({ guestId: 'g1', state: 'issuing' });
});
