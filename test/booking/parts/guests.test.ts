/** Contacts as they are typed, and ids for guests who have none. */
import { describe, expect, test } from 'vitest';
import { contactOf } from '../../../src/booking/adapters/parts/contacts.js';
import { openGuestIds } from '../../../src/booking/adapters/parts/guest-ids.js';

describe('a contact', () => {
  test('is written as a snapshot takes it', () => {
    const typed = { names: [' Ada ', null, 'van  Example'], email: ' Ada@Example.COM ', phone: '0151 / 123 456 78' };
    const contact = { name: 'Ada van Example', email: 'ada@example.com', phone: '+4915112345678' };
    expect(contactOf(typed, 'DE')).toEqual(contact);
    expect(contactOf({ names: [], phone: '00420 602 123 456' }, undefined)).toEqual({ phone: '+420602123456' });
  });

  test('leaves out what cannot be one, rather than keep the guest from his key', () => {
    const typed = { names: [undefined, '  '], email: 'ask at the desk', phone: 'none' };
    expect(contactOf(typed, 'DE')).toEqual({});
    expect(contactOf({ names: [], phone: '0151 12345678' }, undefined)).toEqual({});
    expect(contactOf({ names: ['x'.repeat(300)] }, undefined).name).toHaveLength(200);
  });
});

describe('ids by contact', () => {
  const ids = openGuestIds('contact', 'a secret');
  const ada = { name: 'Ada', email: 'ada@example.com' };
  const ben = { name: 'Ben' };
  const idOf = (guests: Parameters<typeof ids>[1]): readonly string[] =>
    ids('R-1', guests).map(({ guestId }) => guestId);

  test('stay with the person, wherever he stands in the list and whatever else is found out about him', () => {
    const [first, second] = idOf([ada, ben]);
    expect(idOf([ben, ada])).toEqual([second, first]);
    expect(idOf([ben])).toEqual([second]);
    expect(idOf([{ ...ada, name: 'Dr Ada Example', phone: '+4915112345678' }, ben])).toEqual([first, second]);
  });

  test('never pass to another person who takes the place', () => {
    expect(idOf([{ name: 'Eve', email: 'eve@example.com' }])).not.toEqual(idOf([ada]));
  });

  test('differ for a family that shares an address, and for guests without anything', () => {
    const family = [ada, { ...ada, name: 'Cleo' }, { ...ada, name: 'Cleo' }, {}, {}];
    expect(new Set(idOf(family)).size).toBe(5);
    expect(idOf(family)[0]).toBe(idOf([ada])[0]);
  });

  test('cannot be told from one reservation to another, and need the secret', () => {
    expect(ids('R-2', [ada])).not.toEqual(ids('R-1', [ada]));
    expect(openGuestIds('contact', 'another secret')('R-1', [ada])).not.toEqual(ids('R-1', [ada]));
  });
});

test('ids by place stay with the place', () => {
  const guests = openGuestIds('place', 'a secret')('R-1', [{ name: 'Ada' }, { name: 'Ben' }]);
  expect(guests.map(({ guestId }) => guestId)).toEqual(['guest-1', 'guest-2']);
});
