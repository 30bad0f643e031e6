/** Contacts as they are typed, and ids for guests who have none. */
import { beforeEach, describe, expect, test } from 'vitest';
import { contactOf } from '../../../../src/booking/adapters/parts/contacts.js';
import type { KnownGuest } from '../../../../src/booking/ingress/adapter.js';
import { openGuestIds } from '../../../../src/booking/adapters/parts/guest-ids.js';

describe('a contact', () => {
  test('a typed contact is normalised to the form of a snapshot', () => {
    const typed = { names: [' Ada ', null, 'van  Example'], email: ' Ada@Example.COM ', phone: '0151 / 123 456 78' };
    const contact = { name: 'Ada van Example', email: 'ada@example.com', phone: '+4915112345678' };
    expect(contactOf(typed, 'DE')).toEqual(contact);
    expect(contactOf({ names: [], phone: '00420 602 123 456' }, undefined)).toEqual({ phone: '+420602123456' });
  });

  test('an invalid contact value is left out, so that the guest still gets a key', () => {
    const typed = { names: [undefined, '  '], email: 'ask at the desk', phone: 'none' };
    expect(contactOf(typed, 'DE')).toEqual({});
    expect(contactOf({ names: [], phone: '0151 12345678' }, undefined)).toEqual({});
    expect(contactOf({ names: ['x'.repeat(300)] }, undefined).name).toHaveLength(200);
  });
});

describe('ids by contact', () => {
  const ids = openGuestIds('contact', 'a secret');
  const ada = { name: 'Ada', email: 'ada@example.com' };
  const cleo = { ...ada, name: 'Cleo' };
  const ben = { name: 'Ben' };
  /** Guests that the stay has recorded, one reading after the other. */
  let known: KnownGuest[] = [];
  beforeEach(() => {
    known = [];
  });
  const idOf = (guests: Parameters<typeof ids>[1]): readonly string[] => {
    const now = ids('R-1', guests, known).map(({ guestId }) => guestId);
    const all = new Set([...known.map(({ guestId }) => guestId), ...now]);
    known = [...all].map((guestId) => ({ guestId, isGone: !now.includes(guestId) }));
    return now;
  };

  test('ids by contact stay with the guest, at any place in the list and with any further data', () => {
    const [first, second] = idOf([ada, ben]);
    expect(idOf([ben, ada])).toEqual([second, first]);
    expect(idOf([ada, ben])).toEqual([first, second]);
    expect(idOf([{ ...ada, name: 'Dr Ada Example', phone: '+4915112345678' }, ben])).toEqual([first, second]);
    expect(idOf([ben])).toEqual([second]);
  });

  test('ids by contact never pass to another person who takes the place', () => {
    expect(idOf([{ name: 'Eve', email: 'eve@example.com' }])).not.toEqual(idOf([ada]));
  });

  test('ids by contact stay with each member of a family that shares an address, in any order, when others leave or join', () => {
    const [first, second] = idOf([ada, cleo]);
    expect(idOf([cleo, ada])).toEqual([second, first]);
    expect(idOf([cleo])).toEqual([second]);
    const [, dan] = idOf([cleo, { ...ada, name: 'Dan' }]);
    expect([first, second]).not.toContain(dan);
    expect(idOf([{ ...ada, name: 'Dan' }, cleo, ada])).toEqual([dan, second, first]);
  });

  test('ids by contact do not pass from a departed guest to another guest at the same address', () => {
    const [first] = idOf([ada]);
    idOf([ben]);
    expect(idOf([cleo])).not.toContain(first);
    expect(idOf([ada])).toEqual([first]);
  });

  test('ids by contact differ within a family that shares an address, and for guests without any data', () => {
    const family = [ada, cleo, cleo, {}, {}];
    expect(new Set(idOf(family)).size).toBe(5);
  });

  test('ids by contact differ between reservations and depend on the secret', () => {
    expect(ids('R-2', [ada], [])).not.toEqual(ids('R-1', [ada], []));
    expect(openGuestIds('contact', 'another secret')('R-1', [ada], [])).not.toEqual(ids('R-1', [ada], []));
  });
});

test('ids by place stay with the place in the guest list', () => {
  const guests = openGuestIds('place', 'a secret')('R-1', [{ name: 'Ada' }, { name: 'Ben' }], []);
  expect(guests.map(({ guestId }) => guestId)).toEqual(['guest-1', 'guest-2']);
});
