/** Contacts as they are typed, and ids for guests who have none. */
import { describe, expect, test } from 'vitest';
import { contactOf } from '../../../../src/booking/adapters/parts/contacts.js';
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

describe('proposed ids', () => {
  const ids = openGuestIds('a secret');
  const idsOf = (...[reservation, guests]: Parameters<typeof ids>): readonly string[] =>
    ids(reservation, guests).map(({ guestId }) => guestId);
  const ada = { name: 'Ada', email: 'ada@example.com' };
  const cleo = { ...ada, name: 'Cleo' };

  test('proposed ids depend on contacts, and not on the place in the list', () => {
    const [first, second] = idsOf('R-1', [ada, { name: 'Ben' }]);
    expect(idsOf('R-1', [{ name: 'Ben' }, ada])).toEqual([second, first]);
    expect(idsOf('R-1', [cleo])).not.toContain(first);
  });

  test('proposed ids differ within a family that shares an address, and for guests without any data', () => {
    expect(new Set(idsOf('R-1', [ada, cleo, cleo, {}, {}])).size).toBe(5);
  });

  test('proposed ids differ between reservations, depend on the secret, and hold no contact', () => {
    const [id = ''] = idsOf('R-1', [ada]);
    expect(idsOf('R-2', [ada])).not.toEqual([id]);
    expect(openGuestIds('another secret')('R-1', [ada])).not.toEqual(ids('R-1', [ada]));
    expect(id).toMatch(/^g-[\w-]{10}-[\w-]{10}$/);
  });
});
