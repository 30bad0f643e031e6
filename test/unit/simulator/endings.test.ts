/** Ends of keys, and keys that still open afterwards: deletions, phones, desk cards, a bridge that is down. */
import { describe, expect, it } from 'vitest';
import { aHotel, CHECK_IN, CHECK_OUT, credentialEvents, giveKey, refusal, tapOf } from './builders.js';

describe('deleting a key', () => {
  it('a deleted key leaves an online phone at once, and the records a while later', () => {
    const hotel = aHotel();
    const guest = hotel.addGuest();
    const key = giveKey(hotel, guest, { doors: ['101'] });
    hotel.credentials.delete(key.id);
    expect(tapOf(hotel, guest, '101')).toBe('no-key');
    expect(hotel.credentials.find(key.id).credential.life).toBe('deleting');
    hotel.settle();
    expect(refusal(() => hotel.credentials.find(key.id))).toMatchObject({
      status: 404,
      type: 'acs_credential_not_found',
    });
    expect(credentialEvents(hotel)).toContain(`deleted ${key.id}`);
  });

  it('a deleted key stays on an offline phone until the phone is online again', () => {
    const hotel = aHotel();
    const guest = hotel.addGuest();
    const key = giveKey(hotel, guest, { doors: ['101'] });
    hotel.phones.change(guest.deviceId, { connection: 'offline' });
    hotel.credentials.delete(key.id);
    hotel.settle();
    expect(tapOf(hotel, guest, '101')).toBe('phone-offline-key');
    expect(hotel.tap({ acsCredentialId: key.id }, hotel.door('101').id).reason).toBe('phone-offline-key');
    hotel.phones.change(guest.deviceId, { connection: 'online' });
    expect(tapOf(hotel, guest, '101')).toBe('no-key');
  });

  it('a joiner still opens its doors after its anchor is deleted', () => {
    const hotel = aHotel();
    const [anna, ben] = [hotel.addGuest(), hotel.addGuest()];
    const anchor = giveKey(hotel, anna, { doors: ['101'] });
    giveKey(hotel, ben, { doors: ['101'], join: [anchor.id] });
    hotel.credentials.delete(anchor.id);
    hotel.settle();
    expect(tapOf(hotel, ben, '101')).toBe('opened');
  });
});

describe('deactivating a phone', () => {
  it('a deactivated phone loses every key, and no other phone does', () => {
    const hotel = aHotel();
    const guest = hotel.addGuest();
    const tablet = hotel.phones.add(guest.userIdentityId);
    giveKey(hotel, guest, { doors: ['101'] });
    hotel.phones.deactivate(guest.deviceId);
    hotel.settle();
    const door = hotel.door('101').id;
    expect(hotel.tap({ deviceId: guest.deviceId }, door).reason).toBe('no-key');
    expect(hotel.tap({ deviceId: tablet.id }, door).reason).toBe('opened');
    expect(hotel.phones.list({ owner_user_identity_id: guest.userIdentityId }).map(({ id }) => id)).toEqual([
      tablet.id,
    ]);
    expect(hotel.world.events.all().map((event) => event.event_type)).toContain('phone.deactivated');
  });

  it('a deactivated phone that is offline keeps its keys, for any person who holds it, until it is online', () => {
    const hotel = aHotel();
    const guest = hotel.addGuest();
    giveKey(hotel, guest, { doors: ['101'] });
    hotel.phones.change(guest.deviceId, { connection: 'offline' });
    hotel.phones.deactivate(guest.deviceId);
    hotel.settle();
    expect(hotel.tap({ deviceId: guest.deviceId }, hotel.door('101').id).reason).toBe('phone-offline-key');
    hotel.phones.change(guest.deviceId, { connection: 'online' });
    expect(hotel.tap({ deviceId: guest.deviceId }, hotel.door('101').id).reason).toBe('no-key');
  });
});

describe('deleting a user or an identity', () => {
  it('deleting an identity ends its keys, and frees its key and e-mail address', () => {
    const hotel = aHotel();
    const guest = hotel.addGuest();
    const key = giveKey(hotel, guest, { doors: ['101'] });
    hotel.identities.update({ user_identity_id: guest.userIdentityId, user_identity_key: 'hotel/guest' });
    hotel.identities.delete(guest.userIdentityId);
    hotel.settle();
    expect(refusal(() => hotel.credentials.find(key.id)).status).toBe(404);
    expect(refusal(() => hotel.users.find({ acs_user_id: guest.acsUserId })).status).toBe(404);
    expect(tapOf(hotel, guest, '101')).toBe('no-key');
    expect(hotel.identities.create({ user_identity_key: 'hotel/guest' }).key).toBe('hotel/guest');
  });
});

describe('a desk card', () => {
  const window = { startsAt: Date.parse(CHECK_IN), endsAt: Date.parse(CHECK_OUT) };

  it('an overriding desk card invalidates the mobile keys, and locks them out once it is used', () => {
    const hotel = aHotel();
    const guest = hotel.addGuest();
    const key = giveKey(hotel, guest, { doors: ['101'] });
    const door = hotel.door('101').id;
    const card = hotel.cutDeskCard({ ...window, doorIds: [door], kind: 'override' });
    expect(key.validity).toBe('invalid');
    hotel.moveTo(window.startsAt);
    expect(tapOf(hotel, guest, '101')).toBe('opened');
    expect(hotel.tap({ acsCredentialId: card.id }, door).opened).toBe(true);
    expect(tapOf(hotel, guest, '101')).toBe('older-generation');
    const again = giveKey(hotel, guest, { doors: ['101'], join: [card.id], from: CHECK_IN });
    expect(again.validity).toBe('valid');
    expect(tapOf(hotel, guest, '101')).toBe('opened');
  });

  it('a joining desk card leaves the mobile keys in force', () => {
    const hotel = aHotel();
    const guest = hotel.addGuest();
    const key = giveKey(hotel, guest, { doors: ['101'] });
    const door = hotel.door('101').id;
    const card = hotel.cutDeskCard({ ...window, doorIds: [door], kind: 'joiner' });
    hotel.moveTo(window.startsAt);
    expect(hotel.tap({ acsCredentialId: card.id }, door).opened).toBe(true);
    expect(tapOf(hotel, guest, '101')).toBe('opened');
    expect(key.validity).toBe('valid');
  });
});

describe('a bridge that is down', () => {
  it('nothing reaches the provider while the bridge is down, and all of it does in order afterwards', () => {
    const hotel = aHotel();
    const [anna, ben] = [hotel.addGuest(), hotel.addGuest()];
    const old = giveKey(hotel, anna, { doors: ['101'] });
    hotel.setBridge('down');
    hotel.credentials.delete(old.id);
    const young = giveKey(hotel, ben, { doors: ['102'] });
    expect(young.syncedAt).toBeNull();
    expect(tapOf(hotel, anna, '101')).toBe('phone-offline-key');
    expect(hotel.credentials.find(old.id).credential.life).toBe('deleting');
    hotel.setBridge('up');
    hotel.settle();
    expect(young.syncedAt).not.toBeNull();
    expect(tapOf(hotel, anna, '101')).toBe('no-key');
    const types = hotel.world.events.all().map((event) => event.event_type);
    expect(types.indexOf('acs_system.disconnected')).toBeLessThan(types.indexOf('acs_system.connected'));
  });
});
