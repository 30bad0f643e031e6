/** Guests and their phones against the simulated Seam: found or created, exactly once, whatever fails in between. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { userIdentityKey } from '../../../src/seam/guests.js';
import type { Fault } from '../../../src/simulator/control/faults.js';
import type { Guest } from '../../../src/domain/model/snapshot-schema.js';
import type { PrepareGuestInput, PreparedGuest } from '../../../src/domain/model/stay-activities.js';
import { openHotel, run, untilItEnds, type TestHotel } from './open-hotel.js';

let hotel: TestHotel;
beforeEach(async () => {
  hotel = await openHotel();
});
afterEach(() => hotel.close());

const ada: Guest = { guestId: 'g1', primary: true, wantsKey: true, name: 'Ada', email: 'ada@example.org' };

function preparing(guest: Partial<Guest> = {}, reservationId = 'R-1'): PrepareGuestInput {
  return { propertyId: hotel.propertyId, reservationId, guest: { ...ada, ...guest } };
}

const prepare = (guest?: Partial<Guest>, reservationId?: string): Promise<PreparedGuest> =>
  run(hotel.activities.prepareGuest, preparing(guest, reservationId));

const counted = (): { readonly identities: number; readonly users: number } => {
  const { identities, users } = hotel.simulator.hotel.world;
  return { identities: identities.size, users: users.size };
};

describe('a guest', () => {
  it('a guest is created at Seam the first time and found afterwards', async () => {
    const first = await prepare();
    expect(first).toMatchObject({ phoneReady: false, seenCredentialIds: [] });
    expect(await prepare()).toEqual(first);
    expect(counted()).toEqual({ identities: 1, users: 1 });
    const { identities, users } = hotel.simulator.hotel;
    const identity = identities.find({ user_identity_key: `${hotel.propertyId}/R-1/g1` });
    expect(identity).toMatchObject({ id: first.userIdentityId, fullName: 'Ada', email: 'ada@example.org' });
    expect(users.find({ acs_user_id: first.acsUserId })).toMatchObject({ identityId: first.userIdentityId });
  });

  it('a guest with a person id is the same guest at Seam in every stay', async () => {
    const first = await prepare({ personId: 'P-7' }, 'R-1');
    expect(await prepare({ personId: 'P-7', guestId: 'g9' }, 'R-2')).toEqual(first);
  });

  it('a guest without a name gets a placeholder name at Seam', async () => {
    const { name: _name, ...nameless } = ada;
    const input = { ...preparing(), guest: nameless };
    await run(hotel.activities.prepareGuest, input);
    const { identities } = hotel.simulator.hotel;
    expect(identities.find({ user_identity_key: `${hotel.propertyId}/R-1/g1` }).fullName).toBe('Guest');
  });

  it('a prepared guest is returned with phone readiness and held keys', async () => {
    const { userIdentityId, acsUserId } = await prepare();
    hotel.simulator.hotel.phones.add(userIdentityId, { connection: 'online', endpoint: 'active' });
    const outcome = await run(
      hotel.activities.issueKey,
      hotel.issuing({ userIdentityId, acsUserId, phoneReady: true, seenCredentialIds: [] }, hotel.ask(['101'])),
    );
    const again = await prepare();
    expect(again.phoneReady).toBe(true);
    expect(again.seenCredentialIds).toContain(outcome.kind === 'issued' && outcome.acsCredentialId);
  });

  it.each([400, 409] as const)(
    'a guest whose contact belongs to another guest is created without it (Seam returns %i)',
    async (status) => {
      hotel.simulator.hotel.setSwitches({ duplicateIdentity: status });
      await prepare({ guestId: 'g1', phone: '+4915112345678' });
      await prepare({ guestId: 'g2', phone: '+4915187654321' });
      await prepare({ guestId: 'g3', email: 'grace@example.org', phone: '+4915112345678' });
      await prepare({ guestId: 'g4', phone: '+4915112345678' });
      const contacts = ['g1', 'g2', 'g3', 'g4'].map((guestId) => {
        const key = `${hotel.propertyId}/R-1/${guestId}`;
        const { email, phoneNumber } = hotel.simulator.hotel.identities.find({ user_identity_key: key });
        return [email, phoneNumber];
      });
      expect(contacts).toEqual([
        ['ada@example.org', '+4915112345678'],
        [null, '+4915187654321'],
        ['grace@example.org', null],
        [null, null],
      ]);
    },
  );

  const profile = (key = `${hotel.propertyId}/R-1/g1`): readonly unknown[] => {
    const { identities, users } = hotel.simulator.hotel;
    const { id, fullName, email, phoneNumber } = identities.find({ user_identity_key: key });
    const user = users.find({ user_identity_id: id, acs_system_id: hotel.simulator.acsSystemId });
    return [fullName, user.fullName, email, phoneNumber];
  };

  it("a guest's changed name and contacts are written to Seam", async () => {
    const first = await prepare();
    const changed = { name: 'Ada L.', email: 'ada.l@example.org', phone: '+4915112345678' };
    expect(await prepare(changed)).toEqual(first);
    expect(profile()).toEqual(['Ada L.', 'Ada L.', 'ada.l@example.org', '+4915112345678']);
  });

  it('an unchanged guest is not written to Seam again', async () => {
    await prepare();
    const before = hotel.asked.length;
    await prepare();
    expect(hotel.asked.slice(before).filter((path) => /update|create/.test(path))).toEqual([]);
  });

  it('a guest keeps the name and contacts that a later booking does not send', async () => {
    await prepare({ personId: 'P-7', phone: '+4915112345678' });
    const nobody: Guest = { guestId: 'g1', primary: true, wantsKey: true, personId: 'P-7' };
    await run(hotel.activities.prepareGuest, { ...preparing({}, 'R-2'), guest: nobody });
    expect(profile(`${hotel.propertyId}/P-7`)).toEqual(['Ada', 'Ada', 'ada@example.org', '+4915112345678']);
  });

  it.each([400, 409] as const)(
    'a guest whose new contact belongs to another guest keeps the old one and takes the rest (Seam returns %i)',
    async (status) => {
      hotel.simulator.hotel.setSwitches({ duplicateIdentity: status });
      await prepare({ guestId: 'g2', email: 'grace@example.org', phone: '+4915187654321' });
      await prepare();
      await prepare({ name: 'Ada L.', email: 'grace@example.org', phone: '+4915112345678' });
      expect(profile()).toEqual(['Ada L.', 'Ada L.', 'ada@example.org', '+4915112345678']);
      await prepare({ name: 'Ada M.', email: 'grace@example.org', phone: '+4915187654321' });
      expect(profile()).toEqual(['Ada M.', 'Ada M.', 'ada@example.org', '+4915112345678']);
    },
  );

  it.each<Fault>([
    { kind: 'drop-after', path: '/user_identities/update', times: 1 },
    { kind: 'drop-before', path: '/acs/users/update', times: 1 },
    { kind: 'status', path: '/user_identities/update', status: 503, times: 2 },
  ])('a guest gets the new name at Seam despite the fault %j', async (fault) => {
    await prepare();
    await hotel.fault(fault);
    await untilItEnds(hotel.activities.prepareGuest, preparing({ name: 'Ada L.', phone: '+4915112345678' }));
    expect(profile()).toEqual(['Ada L.', 'Ada L.', 'ada@example.org', '+4915112345678']);
  });

  it.each<Fault>([
    { kind: 'drop-after', path: '/user_identities/create', times: 1 },
    { kind: 'drop-after', path: '/acs/users/create', times: 1 },
    { kind: 'drop-before', path: '/acs/users/create', times: 2 },
    { kind: 'commit-late', path: '/user_identities/create', ms: 0, hold_ms: 20, times: 1 },
    { kind: 'commit-late', path: '/acs/users/create', ms: 0, hold_ms: 20, times: 1 },
    { kind: 'commit-late', path: '/user_identities/create', ms: 50, hold_ms: 20, times: 2 },
    { kind: 'status', path: '/user_identities/get', status: 502, times: 1 },
  ])('a guest is created once and found by every later call despite the fault %j', async (fault) => {
    await hotel.fault(fault);
    const { result } = await untilItEnds(hotel.activities.prepareGuest, preparing());
    await expect.poll(() => hotel.simulator.hotel.journal().some((entry) => entry.what === 'fault-hit')).toBe(true);
    expect(await prepare()).toEqual(result);
    expect(counted().identities).toBe(1);
  });
});

describe('the user identity key of a guest', () => {
  const key = (propertyId: string, reservationId: string, guest: Partial<Guest>): string =>
    userIdentityKey({ propertyId, reservationId, ...ada, ...guest });

  it('a user identity key names the person if there is one, or else the reservation and its guest', () => {
    expect(key('seaside', 'R-1', { personId: 'P-7' })).toBe('seaside/P-7');
    expect(key('seaside', 'R-1', {})).toBe('seaside/R-1/g1');
  });

  it('a user identity key escapes slashes and percent signs, so that no two ids collide', () => {
    expect(key('seaside', 'R/1', {})).toBe('seaside/R%2F1/g1');
    expect(key('seaside', 'R%2F1', {})).toBe('seaside/R%252F1/g1');
    expect(key('seaside', 'R-1', { personId: 'R-1/g1' })).not.toBe(key('seaside', 'R-1', {}));
  });
});

describe('a phone', () => {
  it('waitForPhone fails until the guest has an active phone', async () => {
    const { userIdentityId } = await prepare();
    const waiting = { propertyId: hotel.propertyId, userIdentityId };
    await expect(run(hotel.activities.waitForPhone, waiting)).rejects.toMatchObject({ type: 'PhoneNotReady' });
    const { phones } = hotel.simulator.hotel;
    const phone = phones.add(userIdentityId, { connection: 'online', endpoint: 'inactive' });
    await expect(run(hotel.activities.waitForPhone, waiting)).rejects.toMatchObject({ type: 'PhoneNotReady' });
    phones.change(phone.id, { endpoint: 'active' });
    await run(hotel.activities.waitForPhone, waiting);
  });

  it('a lost phone is deactivated alone, and a repeated deactivation does no harm', async () => {
    const { userIdentityId } = await prepare();
    const { phones } = hotel.simulator.hotel;
    const [lost, found] = [phones.add(userIdentityId), phones.add(userIdentityId)];
    const input = { propertyId: hotel.propertyId, userIdentityId, deviceId: lost.id };
    await run(hotel.activities.deactivatePhone, input);
    await run(hotel.activities.deactivatePhone, input);
    expect(phones.list({ owner_user_identity_id: userIdentityId }).map(({ id }) => id)).toEqual([found.id]);
  });

  it('all phones of a guest are deactivated when none is named', async () => {
    const { userIdentityId } = await prepare();
    const { phones } = hotel.simulator.hotel;
    phones.add(userIdentityId);
    phones.add(userIdentityId);
    await run(hotel.activities.deactivatePhone, { propertyId: hotel.propertyId, userIdentityId });
    expect(phones.list({ owner_user_identity_id: userIdentityId })).toEqual([]);
  });
});

describe('deactivatePhone', () => {
  it('a deactivation that Seam accepts and does not carry out is retried until the phone is gone', async () => {
    const guest = await hotel.guest();
    const phones = hotel.simulator.hotel.phones.list({ owner_user_identity_id: guest.userIdentityId });
    const input = { propertyId: hotel.propertyId, userIdentityId: guest.userIdentityId, deviceId: phones[0]?.id ?? '' };
    let accepted = 0;
    hotel.client.http.interceptors.request.use((request) => {
      const isIdle = request.url === '/phones/deactivate' && ++accepted <= 2;
      return isIdle ? { ...request, url: '/phones/get' } : request;
    });
    expect((await untilItEnds(hotel.activities.deactivatePhone, input)).attempts).toBe(3);
    expect(phones[0]?.presence).toBe('gone');
  });
});
