/** The control API over HTTP. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { propertySchema } from '../../../src/domain/model/property-schema.js';
import { keyParams } from './builders.js';
import { openSimulator, type TestSimulator } from './support.js';

let simulator: TestSimulator;

beforeEach(async () => {
  simulator = await openSimulator({ rooms: 3 });
});

afterEach(() => simulator.close());

function issueKey(): { readonly guest: ReturnType<TestSimulator['hotel']['addGuest']>; readonly keyId: string } {
  const { hotel } = simulator;
  const guest = hotel.addGuest();
  const now = hotel.now();
  const window = { from: new Date(now).toISOString(), to: new Date(now + 86_400_000).toISOString() };
  const { id } = hotel.credentials.create(keyParams(hotel, guest.acsUserId, { doors: ['101'], ...window }));
  hotel.settle();
  return { guest, keyId: id };
}

describe('the control API', () => {
  it('the control API lists the doors of the hotel', async () => {
    const { doors } = await simulator.control('/_sim/hotel');
    expect(doors.map((door: { name: string; category: string }) => `${door.name} ${door.category}`)).toEqual([
      '101 guest',
      '102 guest',
      '103 guest',
      'Main Entrance common',
      'Gym common',
      'Parking common (PMS)',
      'Lift elevator reader',
    ]);
  });

  it('the control API returns an entry of the property file that leads to its doors', () => {
    expect(propertySchema.parse(simulator.property)).toEqual(simulator.property);
    expect(simulator.property.seam.acsSystemId).toBe(simulator.acsSystemId);
  });

  it('a replaced lock opens for no earlier key; Seam lists both entrances, the earlier one as removed', async () => {
    const { guest } = issueKey();
    const old = simulator.door('101');
    const { id, name } = await simulator.control('/_sim/doors', { door: '101', lock: 'replaced' });
    expect([name, id === old]).toEqual(['101', false]);
    for (const acs_entrance_id of [old, id]) {
      const tap = { acs_user_id: guest.acsUserId, acs_entrance_id };
      expect(await simulator.control('/_sim/tap', tap)).toMatchObject({ opened: false, reason: 'not-this-door' });
    }
    const { body } = await simulator.seam('/acs/entrances/list', { search: '101' });
    const errors = body.acs_entrances.map((door: { errors: { error_code: string }[] }) => door.errors);
    expect(errors).toMatchObject([[{ error_code: 'entrance_removed' }], []]);
    const { doors } = await simulator.control('/_sim/hotel');
    expect(doors.filter((door: { removed?: true }) => door.removed === true)).toMatchObject([{ id: old }]);
  });

  it('the control API taps a door as a guest, a user, a phone or a key', async () => {
    const { guest, keyId } = issueKey();
    const acs_entrance_id = simulator.door('101');
    const opened = { opened: true, reason: 'opened', acs_credential_id: keyId };
    for (const who of [
      { user_identity_id: guest.userIdentityId },
      { acs_user_id: guest.acsUserId },
      { device_id: guest.deviceId },
      { acs_credential_id: keyId },
    ]) {
      expect(await simulator.control('/_sim/tap', { ...who, acs_entrance_id })).toEqual(opened);
    }
    const elsewhere = { user_identity_id: guest.userIdentityId, acs_entrance_id: simulator.door('102') };
    expect(await simulator.control('/_sim/tap', elsewhere)).toMatchObject({ opened: false, reason: 'not-this-door' });
    const both = { acs_user_id: guest.acsUserId, acs_credential_id: keyId, acs_entrance_id };
    expect((await simulator.seam('/_sim/tap', both)).status).toBe(400);
    expect((await simulator.seam('/_sim/tap', { acs_entrance_id })).status).toBe(400);
    const phone = { device_id: guest.deviceId };
    expect(await simulator.control('/_sim/tap', { ...phone, door: '101' })).toEqual(opened);
    for (const door of [{}, { door: '999' }, { door: '101', acs_entrance_id }]) {
      expect((await simulator.seam('/_sim/tap', { ...phone, ...door })).status).toBe(400);
    }
  });

  it('the control API taps a door at another time than now', async () => {
    const { guest } = issueKey();
    const tap = { user_identity_id: guest.userIdentityId, acs_entrance_id: simulator.door('101') };
    const late = new Date(simulator.hotel.now() + 2 * 86_400_000).toISOString();
    expect((await simulator.control('/_sim/tap', { ...tap, at: late })).reason).toBe('too-late');
  });

  it('the control API creates a phone for a guest without one, then changes it, and creates another for a new id', async () => {
    const identity = simulator.hotel.identities.create({});
    const made = await simulator.control('/_sim/phones', { user_identity_id: identity.id });
    expect(made).toMatchObject({ online: true, active: true });
    const changed = await simulator.control('/_sim/phones', { user_identity_id: identity.id, online: false });
    expect(changed).toMatchObject({ device_id: made.device_id, online: false, active: true });
    const device_id = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
    const second = await simulator.control('/_sim/phones', { user_identity_id: identity.id, device_id, active: false });
    expect(second).toMatchObject({ device_id, active: false });
    expect((await simulator.control('/_sim/phones')).phones).toHaveLength(2);
    expect((await simulator.seam('/_sim/phones', { online: true })).status).toBe(400);
  });

  it('the control API cuts a card at the desk, which opens a door by its own id', async () => {
    const { guest, keyId } = issueKey();
    const door = simulator.door('101');
    const now = simulator.hotel.now();
    const card = await simulator.control('/_sim/desk-card', {
      acs_entrance_ids: [door],
      kind: 'override',
      starts_at: new Date(now - 1_000).toISOString(),
      ends_at: new Date(now + 86_400_000).toISOString(),
    });
    const key = await simulator.seam('/acs/credentials/get', { acs_credential_id: keyId });
    expect(key.body.acs_credential.visionline_metadata.is_valid).toBe(false);
    const seen = await simulator.seam('/acs/credentials/get', { acs_credential_id: card.acs_credential_id });
    expect(seen.body.acs_credential).toMatchObject({ access_method: 'card', is_issued: true });
    const tap = { acs_credential_id: card.acs_credential_id, acs_entrance_id: door };
    expect((await simulator.control('/_sim/tap', tap)).opened).toBe(true);
    const guestTap = { user_identity_id: guest.userIdentityId, acs_entrance_id: door };
    expect((await simulator.control('/_sim/tap', guestTap)).reason).toBe('older-generation');
    const wrong = { acs_entrance_ids: [door], kind: 'copy', starts_at: 'now', ends_at: 'later' };
    expect((await simulator.seam('/_sim/desk-card', wrong)).body.error.validation_errors).toHaveProperty('starts_at');
  });

  it.each([
    [{ at: '2030-05-01T10:00:00Z' }, '2030-05-01T10:00'],
    [{ at: '2030-05-01T12:30:00+02:00' }, '2030-05-01T10:30'],
  ])('the control API sets the clock to %j, and the clock runs on from there', async (asked, expected) => {
    expect((await simulator.control('/_sim/clock', asked)).at).toContain(expected);
    expect((await simulator.control('/_sim/clock')).at).toContain(expected);
  });

  it.each([
    [90_000, 90_000],
    ['2h30m', 9_000_000],
    ['PT2H', 7_200_000],
    ['P1DT1M', 86_460_000],
  ])('the control API moves the clock on by %s', async (advance, ms) => {
    const before = simulator.hotel.now();
    const { at } = await simulator.control('/_sim/clock', { advance });
    expect(Date.parse(at) - before).toBeGreaterThanOrEqual(ms);
    expect(Date.parse(at) - before).toBeLessThan(ms + 30_000);
  });

  it('the control API refuses values that are not times', async () => {
    for (const body of [{ at: 'noon' }, { advance: 'soon' }, {}, { at: '2030-05-01T10:00:00Z', advance: 1 }]) {
      expect((await simulator.seam('/_sim/clock', body)).status).toBe(400);
    }
  });

  it('the control API follows a clock that is given to it, which then cannot be set', async () => {
    const following = await openSimulator({ clock: { now: () => Date.parse('2031-01-01T00:00:00Z') } });
    try {
      expect((await following.control('/_sim/clock')).at).toBe('2031-01-01T00:00:00.000Z');
      expect((await following.seam('/_sim/clock', { advance: '1h' })).status).toBe(409);
    } finally {
      await following.close();
    }
  });

  it('the control API sets the zone that Seam reports for the access system, and whether Seam warns about it', async () => {
    const system = async (): Promise<unknown> =>
      (await simulator.seam('/acs/systems/get', { acs_system_id: simulator.acsSystemId })).body.acs_system;
    expect(await system()).toMatchObject({ location: { time_zone: 'Europe/Berlin' }, warnings: [] });
    await simulator.control('/_sim/zone', { time_zone: 'Asia/Kolkata', does_not_match_location: true });
    expect(await system()).toMatchObject({
      location: { time_zone: 'Asia/Kolkata' },
      warnings: [{ warning_code: 'time_zone_does_not_match_location' }],
    });
    await simulator.control('/_sim/zone', { time_zone: null });
    expect(await system()).toMatchObject({ location: { time_zone: null }, warnings: [] });
    expect((await simulator.seam('/_sim/zone', {})).status).toBe(400);
  });

  it('the control API keeps a journal that can be read from any position on', async () => {
    issueKey();
    const { entries } = await simulator.control('/_sim/journal');
    expect(entries[0]).toMatchObject({ number: 1, what: 'identity-created' });
    const rest = await simulator.control('/_sim/journal?after=2');
    expect(rest.entries).toEqual(entries.slice(2));
  });
});
