/** The simulated hotel in process, with the default of every switch unless a test names another. */
import { describe, expect, it } from 'vitest';
import { aHotel, CHECK_IN, CHECK_OUT, credentialEvents, giveKey, keyParams, refusal, tapOf } from './builders.js';

describe('a key', () => {
  it('a key opens its doors once the provider has it, and no others', () => {
    const hotel = aHotel();
    const guest = hotel.addGuest();
    const key = hotel.credentials.create(keyParams(hotel, guest.acsUserId, { doors: ['101', 'Main Entrance'] }));
    expect(tapOf(hotel, guest, '101')).toBe('no-key');
    expect(key.syncedAt).toBeNull();
    hotel.settle();
    expect(key.syncedAt).not.toBeNull();
    expect(tapOf(hotel, guest, '101')).toBe('opened');
    expect(tapOf(hotel, guest, 'Main Entrance')).toBe('opened');
    expect(tapOf(hotel, guest, '102')).toBe('not-this-door');
    expect(tapOf(hotel, guest, 'Gym')).toBe('not-this-door');
  });

  it('a key calls the lift for every guest with a room, and for no one else', () => {
    const hotel = aHotel();
    const [guest, swimmer] = [hotel.addGuest(), hotel.addGuest()];
    giveKey(hotel, guest, { doors: ['101'] });
    giveKey(hotel, swimmer, { doors: ['Gym'], change: { visionline_metadata: {} } });
    expect(tapOf(hotel, guest, 'Lift')).toBe('opened');
    expect(tapOf(hotel, swimmer, 'Gym')).toBe('opened');
    expect(tapOf(hotel, swimmer, 'Lift')).toBe('not-this-door');
  });

  it('a key is valid from its start to just before its end, at minute precision', () => {
    const hotel = aHotel();
    const guest = hotel.addGuest();
    giveKey(hotel, guest, { doors: ['101'], from: CHECK_IN, to: '2026-11-26T10:00:59Z' });
    expect(tapOf(hotel, guest, '101', '2026-11-23T13:59:59Z')).toBe('too-early');
    expect(tapOf(hotel, guest, '101', CHECK_IN)).toBe('opened');
    expect(tapOf(hotel, guest, '101', '2026-11-26T09:59:59Z')).toBe('opened');
    expect(tapOf(hotel, guest, '101', CHECK_OUT)).toBe('too-late');
  });

  it('a key with a start in the past starts at the present instead', () => {
    const hotel = aHotel();
    const key = giveKey(hotel, hotel.addGuest(), { doors: ['101'], from: '2026-11-20T14:00:00Z' });
    expect(key.startsAt).toBe(hotel.now());
    expect(key.startShiftedAt).toBe(hotel.now());
  });

  it('a key replaces the earlier keys of its user at once', () => {
    const hotel = aHotel();
    const guest = hotel.addGuest();
    const first = giveKey(hotel, guest, { doors: ['101'] });
    hotel.credentials.create(keyParams(hotel, guest.acsUserId, { doors: ['101'], join: [first.id] }));
    expect(tapOf(hotel, guest, '101')).toBe('no-key');
    hotel.settle();
    expect(tapOf(hotel, guest, '101')).toBe('opened');
    expect(refusal(() => hotel.credentials.find(first.id)).status).toBe(404);
  });

  it('a key is copied to every phone of the guest, including one that comes later', () => {
    const hotel = aHotel();
    const guest = hotel.addGuest();
    const key = giveKey(hotel, guest, { doors: ['101'] });
    const second = hotel.phones.add(guest.userIdentityId);
    expect(hotel.tap({ deviceId: second.id }, hotel.door('101').id).opened).toBe(false);
    hotel.settle();
    expect(hotel.tap({ deviceId: second.id }, hotel.door('101').id)).toMatchObject({
      opened: true,
      acs_credential_id: key.id,
    });
    const listed = hotel.credentials.list({ acs_user_id: guest.acsUserId });
    expect(listed.map((one) => one.kind)).toEqual(['credential', 'copy', 'copy']);
  });

  it('a key is synced but not issued while its guest has no active phone', () => {
    const hotel = aHotel();
    const identity = hotel.identities.create({ acs_system_ids: [hotel.world.acsSystemId] });
    const acsUserId = [...identity.userIds][0] ?? '';
    const key = hotel.credentials.create(keyParams(hotel, acsUserId, { doors: ['101'] }));
    hotel.settle();
    expect(key).toMatchObject({ issuedAt: null, validity: 'valid' });
    const phone = hotel.phones.add(identity.id, { endpoint: 'inactive' });
    hotel.settle();
    expect(key.issuedAt).toBeNull();
    hotel.phones.change(phone.id, { endpoint: 'active' });
    hotel.settle();
    expect(key.issuedAt).not.toBeNull();
  });
});

describe('an override', () => {
  it('an override ends earlier keys at a lock, and at the provider, once it is used there, and no sooner', () => {
    const hotel = aHotel();
    const [leaving, arriving] = [hotel.addGuest(), hotel.addGuest()];
    const old = giveKey(hotel, leaving, { doors: ['101', 'Gym'] });
    const young = giveKey(hotel, arriving, { doors: ['101'] });
    expect(old.validity).toBe('valid');
    expect(tapOf(hotel, leaving, '101')).toBe('opened');
    expect(tapOf(hotel, arriving, '101')).toBe('opened');
    expect(tapOf(hotel, leaving, '101')).toBe('older-generation');
    expect(tapOf(hotel, leaving, 'Gym')).toBe('opened');
    expect(old.validity).toBe('invalid');
    expect(credentialEvents(hotel)).toContain(`invalidated ${old.id}`);
    expect(young.validity).toBe('valid');
  });
});

describe('a joiner', () => {
  it('a joiner shares the doors of its anchor and locks no one out', () => {
    const hotel = aHotel();
    const [anna, ben] = [hotel.addGuest(), hotel.addGuest()];
    const anchor = giveKey(hotel, anna, { doors: ['101', '102'] });
    giveKey(hotel, ben, { doors: ['102', 'Gym'], join: [anchor.id] });
    expect(tapOf(hotel, ben, '102')).toBe('opened');
    expect(tapOf(hotel, ben, '101')).toBe('not-this-door');
    expect(tapOf(hotel, anna, '102')).toBe('opened');
    expect(anchor.validity).toBe('valid');
  });

  it('a joiner may name a copy on a phone instead of the key itself', () => {
    const hotel = aHotel();
    const [anna, ben] = [hotel.addGuest(), hotel.addGuest()];
    const anchor = giveKey(hotel, anna, { doors: ['101'] });
    const copy = [...anchor.copies.values()][0];
    giveKey(hotel, ben, { doors: ['101'], join: [copy?.id ?? ''] });
    expect(tapOf(hotel, ben, '101')).toBe('opened');
  });

  it('a joiner is refused for rooms that its anchor does not cover', () => {
    const hotel = aHotel();
    const anchor = giveKey(hotel, hotel.addGuest(), { doors: ['101'] });
    const ben = hotel.addGuest();
    const wish = { doors: ['101', '102'], join: [anchor.id] };
    expect(refusal(() => giveKey(hotel, ben, wish))).toMatchObject({ status: 400, type: 'invalid_input' });
  });

  it.each([
    ['unknown', () => '00000000-0000-4000-8000-000000000000'],
    ['deleted', (hotel, anchor) => (hotel.credentials.delete(anchor), hotel.settle(), anchor)],
    [
      'being deleted, behind a bridge that is down',
      (hotel, anchor) => (hotel.setBridge('down'), hotel.credentials.delete(anchor), anchor),
    ],
    [
      'overridden by a key that has been used',
      (hotel, anchor) => {
        const next = hotel.addGuest();
        giveKey(hotel, next, { doors: ['101'] });
        tapOf(hotel, next, '101');
        return anchor;
      },
    ],
    ['ended', (hotel, anchor) => (hotel.moveTo(Date.parse(CHECK_OUT)), anchor)],
  ] satisfies readonly (readonly [string, (hotel: ReturnType<typeof aHotel>, anchor: string) => string])[])(
    'a joiner is refused for an anchor that is %s',
    (_what, prepare) => {
      const hotel = aHotel();
      const anchor = giveKey(hotel, hotel.addGuest(), { doors: ['101'] });
      const join = [prepare(hotel, anchor.id)];
      const ben = hotel.addGuest();
      expect(refusal(() => giveKey(hotel, ben, { doors: ['101'], join, to: '2026-11-28T10:00:00Z' }))).toMatchObject({
        status: 400,
        message: expect.stringContaining('joiner_acs_credential_ids'),
      });
    },
  );

  it('a joiner is refused if it is an override as well', () => {
    const hotel = aHotel();
    const anchor = giveKey(hotel, hotel.addGuest(), { doors: ['101'] });
    const change = { visionline_metadata: { override: true, joiner_acs_credential_ids: [anchor.id] } };
    expect(refusal(() => giveKey(hotel, hotel.addGuest(), { doors: ['101'], change })).status).toBe(400);
  });
});

describe('auto_join', () => {
  it('a key with auto_join joins any guest who still has a key, even the previous one', () => {
    const hotel = aHotel();
    const [before, next] = [hotel.addGuest(), hotel.addGuest()];
    giveKey(hotel, before, { doors: ['101'] });
    giveKey(hotel, next, { doors: ['101'], change: { visionline_metadata: { auto_join: true } } });
    expect(tapOf(hotel, next, '101')).toBe('opened');
    expect(tapOf(hotel, before, '101')).toBe('opened');
  });
});

describe('a refused key', () => {
  it.each([
    ['an end in the past', { ends_at: '2026-11-23T11:00:00Z', starts_at: '2026-11-22T11:00:00Z' }, 'invalid_input'],
    ['an end before the start', { starts_at: CHECK_OUT, ends_at: CHECK_IN }, 'invalid_input'],
    ['no end', { ends_at: undefined }, 'invalid_input'],
    ['no doors', { allowed_acs_entrance_ids: [] }, 'invalid_input'],
    ['a key for one phone only', { is_multi_phone_sync_credential: false }, 'invalid_input'],
    ['a code', { access_method: 'code' as const }, 'not_supported'],
    ['a staff key', { visionline_metadata: { override: true, card_function_type: 'staff' as const } }, 'not_supported'],
  ])('a call to create a key is refused: %s', (_what, change, type) => {
    const hotel = aHotel();
    const asked = { ...keyParams(hotel, hotel.addGuest().acsUserId, { doors: ['101'] }), ...change };
    expect(refusal(() => hotel.credentials.create(asked as never))).toMatchObject({ status: 400, type });
  });

  it('rfid48 refuses too many rooms apart from each other, TLCode takes them, and rfid48 takes as many neighbours', () => {
    const hotel = aHotel();
    const guest = hotel.addGuest();
    const all = [...hotel.world.doors.values()].filter((door) => door.category === 'guest').map((door) => door.name);
    const everySecond = all.filter((_, index) => index % 2 === 0);
    expect(refusal(() => giveKey(hotel, guest, { doors: everySecond })).message).toContain('rfid48');
    const change = { visionline_metadata: { override: true, card_format: 'TLCode' as const } };
    expect(giveKey(hotel, guest, { doors: everySecond, change }).guestDoorIds).toHaveLength(10);
    expect(giveKey(hotel, guest, { doors: all }).guestDoorIds).toHaveLength(20);
  });
});

describe('thousands of keys', () => {
  it('a list for a user with two keys looks at only those two, among thousands of keys', () => {
    const hotel = aHotel({ newKeyReplacesUsersEarlier: false });
    const guests = Array.from({ length: 2_000 }, () => hotel.addGuest());
    for (const guest of guests) giveKey(hotel, guest, { doors: ['Gym'], change: { visionline_metadata: {} } });
    const first = guests[0];
    if (first === undefined) throw new Error('there must be a guest');
    expect(hotel.credentials.list({ acs_user_id: first.acsUserId })).toHaveLength(2);
    expect(hotel.credentials.list({})).toHaveLength(4_000);
  });
});

describe('the journal', () => {
  it('the journal numbers every change in order, and names no guest', () => {
    const hotel = aHotel();
    const identity = hotel.identities.create({
      full_name: 'Grace Hopper',
      email_address: 'grace@example.com',
      acs_system_ids: [hotel.world.acsSystemId],
    });
    hotel.phones.add(identity.id);
    hotel.settle();
    const entries = hotel.journal();
    expect(entries.map((entry) => entry.number)).toEqual(entries.map((_, index) => index + 1));
    expect(entries.map((entry) => entry.what)).toEqual(['identity-created', 'user-created', 'phone-added']);
    expect(JSON.stringify(entries)).not.toMatch(/grace|hopper/i);
  });
});

describe('a user who is linked to a person later', () => {
  it("a user who is linked to a person later gets their existing keys onto that person's phones", () => {
    const hotel = aHotel();
    const user = hotel.users.create({ acs_system_id: hotel.world.acsSystemId, full_name: 'Guest' });
    hotel.credentials.create(keyParams(hotel, user.id, { doors: ['101'] }));
    const identity = hotel.identities.create({});
    hotel.phones.add(identity.id);
    hotel.settle();
    hotel.identities.addUser({ acs_user_id: user.id, user_identity_id: identity.id });
    hotel.settle();
    expect(hotel.tap({ userIdentityId: identity.id }, hotel.door('101').id).reason).toBe('opened');
  });
});
