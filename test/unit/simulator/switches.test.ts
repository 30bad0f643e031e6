/** Every switch, at a value that is not the default (`hotel.test.ts` shows the defaults). */
import { describe, expect, it } from 'vitest';
import { defaultSwitches } from '../../../src/simulator/control/switches.js';
import { aHotel, CHECK_OUT, credentialEvents, giveKey, keyParams, tapOf } from './builders.js';
import { openSimulator } from './support.js';

const later = '2026-11-28T10:00:00Z';

describe('the switches', () => {
  it('with newKeyReplacesUsersEarlier off, a user keeps the earlier key beside the new one', () => {
    const hotel = aHotel({ newKeyReplacesUsersEarlier: false });
    const guest = hotel.addGuest();
    giveKey(hotel, guest, { doors: ['101'] });
    giveKey(hotel, guest, { doors: ['102'] });
    expect([tapOf(hotel, guest, '101'), tapOf(hotel, guest, '102')]).toEqual(['opened', 'opened']);
  });

  it('with joinersSurviveAnchorDeletion off, the joiners end with their anchor', () => {
    const hotel = aHotel({ joinersSurviveAnchorDeletion: false });
    const [anna, ben] = [hotel.addGuest(), hotel.addGuest()];
    const anchor = giveKey(hotel, anna, { doors: ['101'] });
    const joiner = giveKey(hotel, ben, { doors: ['101'], join: [anchor.id] });
    hotel.credentials.delete(anchor.id);
    hotel.settle();
    expect(tapOf(hotel, ben, '101')).toBe('no-key');
    expect(joiner.validity).toBe('invalid');
    expect(credentialEvents(hotel)).toContain(`invalidated ${joiner.id}`);
  });

  it.each([
    [true, 'refused'],
    [false, 'taken'],
  ] as const)(
    'with joinerNeedsSyncedAnchor %s, a joiner of a key that is not synced yet is %s',
    (joinerNeedsSyncedAnchor, outcome) => {
      const hotel = aHotel({ joinerNeedsSyncedAnchor });
      const [anna, ben] = [hotel.addGuest(), hotel.addGuest()];
      const anchor = hotel.credentials.create(keyParams(hotel, anna.acsUserId, { doors: ['101'] }));
      const join = (): unknown => giveKey(hotel, ben, { doors: ['101'], join: [anchor.id] });
      if (outcome === 'refused') expect(join).toThrow('not synced');
      else {
        join();
        expect(tapOf(hotel, ben, '101')).toBe('opened');
      }
    },
  );

  it('with deadAnchor accepted-unsynced, a joiner of a dead key is accepted, but the key is never made', async () => {
    const simulator = await openSimulator({ switches: { deadAnchor: 'accepted-unsynced' } });
    try {
      const { hotel } = simulator;
      const guest = hotel.addGuest();
      const join = ['00000000-0000-4000-8000-000000000000'];
      const to = new Date(hotel.now() + 86_400_000).toISOString();
      const from = new Date(hotel.now()).toISOString();
      const asked = keyParams(hotel, guest.acsUserId, { doors: ['101'], join, from, to });
      const { body } = await simulator.seam('/acs/credentials/create', asked);
      hotel.settle();
      const read = await simulator.seam('/acs/credentials/get', {
        acs_credential_id: body.acs_credential.acs_credential_id,
      });
      expect(read.body.acs_credential.is_latest_desired_state_synced_with_provider).toBe(false);
      expect(read.body.acs_credential.warnings).toContainEqual(
        expect.objectContaining({ warning_code: 'unknown_issue_with_acs_credential' }),
      );
      expect(tapOf(hotel, guest, '101')).toBe('no-key');
    } finally {
      await simulator.close();
    }
  });

  it.each([
    ['refused', 'override or joiner'],
    ['shares-newest', undefined],
  ] as const)(
    'with plainKey %s, a room key that neither overrides nor joins is handled as the switch says',
    (plainKey, message) => {
      const hotel = aHotel({ plainKey });
      const [anna, ben] = [hotel.addGuest(), hotel.addGuest()];
      giveKey(hotel, anna, { doors: ['101'] });
      const give = (): unknown => giveKey(hotel, ben, { doors: ['101'], change: { visionline_metadata: {} } });
      if (message !== undefined) expect(give).toThrow(message);
      else {
        give();
        expect([tapOf(hotel, ben, '101'), tapOf(hotel, anna, '101')]).toEqual(['opened', 'opened']);
      }
    },
  );

  it.each([
    ['strip', true, 200],
    ['strip', false, 200],
    ['reject', true, 200],
    ['reject', false, 400],
  ] as const)(
    'with unknownKeys %s and labelHonoured %s, a label is answered with %d',
    async (unknownKeys, labelHonoured, status) => {
      const simulator = await openSimulator({ switches: { unknownKeys, labelHonoured } });
      try {
        const { hotel } = simulator;
        const asked = keyParams(hotel, hotel.addGuest().acsUserId, {
          doors: ['101'],
          from: new Date(hotel.now()).toISOString(),
          to: new Date(hotel.now() + 86_400_000).toISOString(),
          change: {
            visionline_metadata: { override: true, label: '%ROOMNUM% - %SITENAME% is more than 32 long' },
          },
        });
        const answer = await simulator.seam('/acs/credentials/create', asked);
        expect(answer.status).toBe(status);
        if (status === 200) {
          const name = labelHonoured ? '101 - Simulated Hotel is more th' : '101';
          expect(answer.body.acs_credential.display_name).toBe(name);
          expect(answer.body.acs_credential.visionline_metadata).not.toHaveProperty('label');
        } else expect(answer.body.error.message).toContain('visionline_metadata.label');
        const unknown = await simulator.seam('/user_identities/create', { nick_name: 'x' });
        expect(unknown.status).toBe(unknownKeys === 'reject' ? 400 : 200);
      } finally {
        await simulator.close();
      }
    },
  );

  it('with cardFormat required, a key without a card format is refused', () => {
    const hotel = aHotel({ cardFormat: 'required' });
    const change = { visionline_metadata: { override: true } };
    expect(() => giveKey(hotel, hotel.addGuest(), { doors: ['101'], change })).toThrow('card_format');
  });

  it('with overrideInvalidatesAt issuance, the provider invalidates older keys before the new key is used', () => {
    const hotel = aHotel({ overrideInvalidatesAt: 'issuance' });
    const [before, next] = [hotel.addGuest(), hotel.addGuest()];
    const old = giveKey(hotel, before, { doors: ['101'] });
    giveKey(hotel, next, { doors: ['101'] });
    expect(old.validity).toBe('invalid');
    expect(tapOf(hotel, before, '101')).toBe('opened');
  });

  it('with overrideNeedsPhone, a guest without an active phone is refused an override, but not a joiner', () => {
    const hotel = aHotel({ overrideNeedsPhone: true });
    const anchor = giveKey(hotel, hotel.addGuest(), { doors: ['101'] });
    const identity = hotel.identities.create({ acs_system_ids: [hotel.world.acsSystemId] });
    const acsUserId = [...identity.userIds][0] ?? '';
    const create = (join?: readonly string[]): unknown =>
      hotel.credentials.create(
        keyParams(hotel, acsUserId, { doors: ['101'], ...(join === undefined ? {} : { join }) }),
      );
    expect(() => create()).toThrow('active phone');
    create([anchor.id]);
  });

  it.each([
    [false, 'too-late'],
    [true, 'opened'],
  ] as const)(
    'with updateReachesPhones %s, a tap after the old end of an extended key returns %s',
    (updateReachesPhones, reason) => {
      const hotel = aHotel({ updateReachesPhones });
      const guest = hotel.addGuest();
      const key = giveKey(hotel, guest, { doors: ['101'] });
      hotel.credentials.update({ acs_credential_id: key.id, ends_at: later });
      hotel.settle();
      expect(new Date(key.endsAt).toISOString()).toBe('2026-11-28T10:00:00.000Z');
      expect(tapOf(hotel, guest, '101', CHECK_OUT)).toBe(reason);
    },
  );

  it.each([
    ['parent', { parent: true, child: false }],
    ['child', { parent: false, child: true }],
    ['both', { parent: true, child: true }],
    ['none', { parent: false, child: false }],
  ] as const)(
    'with keyEventsFrom %s, only the credentials that the switch names report an issued or invalidated key',
    (keyEventsFrom, expected) => {
      const hotel = aHotel({ keyEventsFrom, overrideInvalidatesAt: 'issuance' });
      const key = giveKey(hotel, hotel.addGuest(), { doors: ['101'] });
      giveKey(hotel, hotel.addGuest(), { doors: ['101'] });
      const copyId = [...key.copies.values()][0]?.id ?? '';
      const events = credentialEvents(hotel);
      for (const type of ['issued', 'invalidated']) {
        expect(events.includes(`${type} ${key.id}`)).toBe(expected.parent);
        expect(events.includes(`${type} ${copyId}`)).toBe(expected.child);
      }
    },
  );

  it.each([400, 409] as const)(
    'with duplicateIdentity %d, a second identity with the same key is refused with that status',
    (duplicateIdentity) => {
      const hotel = aHotel({ duplicateIdentity });
      hotel.identities.create({ user_identity_key: 'k' });
      expect(() => hotel.identities.create({ user_identity_key: 'k' })).toThrow(
        expect.objectContaining({ status: duplicateIdentity }),
      );
    },
  );

  it.each([
    ['copy', 'opened'],
    ['whole-key', 'no-key'],
  ] as const)("with deactivationEnds %s, a tap with the guest's other phone returns %s", (deactivationEnds, reason) => {
    const hotel = aHotel({ deactivationEnds });
    const guest = hotel.addGuest();
    hotel.phones.add(guest.userIdentityId);
    giveKey(hotel, guest, { doors: ['101'] });
    hotel.phones.deactivate(guest.deviceId);
    hotel.settle();
    expect(tapOf(hotel, guest, '101')).toBe(reason);
  });

  it('the switches can be changed while the hotel is open, and refuse unknown names and values', async () => {
    const simulator = await openSimulator();
    try {
      expect(await simulator.control('/_sim/switches')).toEqual(defaultSwitches);
      const turned = await simulator.control('/_sim/switches', { plainKey: 'shares-newest' });
      expect(turned).toEqual({ ...defaultSwitches, plainKey: 'shares-newest' });
      const wrong = await simulator.seam('/_sim/switches', { plainKey: 'maybe' });
      expect(wrong.status).toBe(400);
      expect(wrong.body.error.message).toContain('plainKey');
      expect((await simulator.seam('/_sim/switches', { nonsense: true })).status).toBe(400);
    } finally {
      await simulator.close();
    }
  });
});
