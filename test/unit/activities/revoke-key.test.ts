/** Revoking keys against the simulated Seam, and checking whether they are still live. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/simulator/control/faults.js';
import type { KeyAsk } from '../../../src/domain/model/key.js';
import type { IssueKeyInput, PreparedGuest, RevokeKeyInput } from '../../../src/domain/model/stay-activities.js';
import { activityEnvironment } from './activity-environment.js';
import { openHotel, QUICK, run, untilItEnds, type TestHotel } from './open-hotel.js';

const DELETE = '/acs/credentials/delete';
const CREATE = '/acs/credentials/create';

let hotel: TestHotel;
beforeEach(async () => {
  hotel = await openHotel();
});
afterEach(() => hotel.close());

async function issued(input: IssueKeyInput): Promise<string> {
  const outcome = await run(hotel.activities.issueKey, input);
  return outcome.kind === 'issued' ? outcome.acsCredentialId : expect.fail(outcome.kind);
}

function revoking(guest: PreparedGuest, ask: KeyAsk, more: Partial<RevokeKeyInput> = {}): RevokeKeyInput {
  const { propertyId } = hotel;
  return { propertyId, guestId: 'g1', acsUserId: guest.acsUserId, ask, keepCredentialIds: [], ...more };
}

/** Counts the credentials that Seam still holds for the user, including those that are being deleted. */
const held = (guest: PreparedGuest): number =>
  hotel.simulator.hotel.credentials.list({ acs_user_id: guest.acsUserId, limit: 500 }).length;

describe('revoking a key', () => {
  it('a revocation ends when Seam no longer holds the key, and the door stays shut', async () => {
    const guest = await hotel.guest();
    const ask = hotel.ask(['101']);
    const acsCredentialId = await issued(hotel.issuing(guest, ask));
    expect(hotel.opens(guest, '101')).toBe(true);
    const outcome = await run(hotel.activities.revokeKey, revoking(guest, ask, { acsCredentialId }));
    expect(outcome.revokedCredentialIds).toEqual([acsCredentialId]);
    expect(held(guest)).toBe(0);
    expect(hotel.opens(guest, '101')).toBe(false);
  });

  it('the revocation of a key that is already gone succeeds', async () => {
    const guest = await hotel.guest();
    const ask = hotel.ask(['101']);
    const acsCredentialId = await issued(hotel.issuing(guest, ask));
    const input = revoking(guest, ask, { acsCredentialId });
    await run(hotel.activities.revokeKey, input);
    const outcome = await run(hotel.activities.revokeKey, input);
    expect(outcome.revokedCredentialIds).toEqual([acsCredentialId]);
  });

  it.each<Fault>([
    { kind: 'drop-after', path: DELETE, times: 1 },
    { kind: 'drop-before', path: DELETE, times: 2 },
    { kind: 'commit-late', path: DELETE, ms: 50, hold_ms: 20, times: 1 },
    { kind: 'status', path: DELETE, status: 503, times: 1 },
    { kind: 'status', path: '/acs/credentials/get', status: 500, times: 1 },
  ])('a revocation succeeds in the end despite the fault %j', async (fault) => {
    const guest = await hotel.guest();
    const ask = hotel.ask(['101']);
    const acsCredentialId = await issued(hotel.issuing(guest, ask));
    await hotel.fault(fault);
    await untilItEnds(hotel.activities.revokeKey, revoking(guest, ask, { acsCredentialId }));
    expect(held(guest)).toBe(0);
  });

  it('a revocation fails as retryable while the bridge is down, and succeeds when the bridge is back', async () => {
    await hotel.close();
    hotel = await openHotel({ activities: { timing: { ...QUICK.timing, revokeTimeoutMs: 300 } } });
    const guest = await hotel.guest();
    const ask = hotel.ask(['101']);
    const acsCredentialId = await issued(hotel.issuing(guest, ask));
    await hotel.fault({ kind: 'bridge-down' });
    const input = revoking(guest, ask, { acsCredentialId });
    await expect(run(hotel.activities.revokeKey, input)).rejects.toMatchObject({
      type: 'SeamUnavailable',
      nonRetryable: false,
      category: 'BENIGN',
      message: 'Seam accepted /acs/credentials/delete, but has not carried it out yet',
    });
    await hotel.clearFaults();
    await run(hotel.activities.revokeKey, input);
    expect(held(guest)).toBe(0);
  });

  it('a revocation heartbeats while it waits, so that a dead worker is noticed', async () => {
    const guest = await hotel.guest();
    const ask = hotel.ask(['101']);
    const acsCredentialId = await issued(hotel.issuing(guest, ask));
    await hotel.fault({ kind: 'bridge-down' });
    const environment = activityEnvironment();
    const beat = new Promise((resolve) => environment.on('heartbeat', resolve));
    const revoked = environment.run(hotel.activities.revokeKey, revoking(guest, ask, { acsCredentialId }));
    const settled = revoked.catch((error: unknown) => error);
    await beat;
    await hotel.clearFaults();
    await settled;
  });
});

describe('revoking a key whose id was lost', () => {
  it('a revocation without an id ends the matching key, but neither a kept key nor any other', async () => {
    const guest = await hotel.guest();
    hotel.simulator.hotel.setSwitches({ newKeyReplacesUsersEarlier: false });
    const ask = hotel.ask(['101']);
    const kept = await issued(hotel.issuing(guest, ask));
    const other = await issued(hotel.issuing(guest, hotel.ask(['102'])));
    const lost = await issued(hotel.issuing(guest, ask));
    const outcome = await run(hotel.activities.revokeKey, revoking(guest, ask, { keepCredentialIds: [kept] }));
    expect(outcome.revokedCredentialIds).toEqual([lost]);
    expect([...hotel.liveKeys(guest.acsUserId)].sort()).toEqual([kept, other].sort());
  });

  it('a revocation without an id ends a key that Seam creates only after the first look', async () => {
    const guest = await hotel.guest();
    const input = hotel.issuing(guest, hotel.ask(['101']));
    await hotel.fault({ kind: 'commit-late', path: CREATE, ms: 100, hold_ms: 20, times: 1 });
    await expect(run(hotel.activities.issueKey, input)).rejects.toMatchObject({ type: 'SeamUnavailable' });
    const outcome = await run(hotel.activities.revokeKey, revoking(guest, input.ask));
    expect(outcome.revokedCredentialIds).toHaveLength(1);
    expect(hotel.keysMade()).toBe(1);
    expect(held(guest)).toBe(0);
  });

  it('a revocation without an id succeeds when there is no key', async () => {
    const guest = await hotel.guest();
    const outcome = await run(hotel.activities.revokeKey, revoking(guest, hotel.ask(['101'])));
    expect(outcome.revokedCredentialIds).toEqual([]);
  });
});

describe('checking keys', () => {
  it('checkKeys reports keys that are deleted, overridden or unknown at Seam', async () => {
    const [first, second, third] = [await hotel.guest(), await hotel.guest(), await hotel.guest()];
    const living = await issued(hotel.issuing(first, hotel.ask(['101'])));
    const deleted = await issued(hotel.issuing(second, hotel.ask(['102'])));
    const overridden = await issued(hotel.issuing(third, hotel.ask(['103'])));
    const { hotel: simulated } = hotel.simulator;
    simulated.credentials.delete(deleted);
    const [startsAt, endsAt] = [simulated.now(), simulated.now() + 86_400_000];
    simulated.cutDeskCard({ doorIds: [simulated.door('103').id], kind: 'override', startsAt, endsAt });
    const never = '00000000-0000-4000-8000-000000000000';
    const acsCredentialIds = [living, deleted, overridden, never];
    const outcome = await run(hotel.activities.checkKeys, { propertyId: hotel.propertyId, acsCredentialIds });
    expect(outcome.goneCredentialIds).toEqual([deleted, overridden, never]);
  });

  it("a key is reported as unfetched until one of the guest's two phones has fetched it", async () => {
    const [guest, other] = [await hotel.guest(), await hotel.guest()];
    const { phones } = hotel.simulator.hotel;
    const { userIdentityId } = guest;
    const second = phones.add(userIdentityId, { connection: 'offline', endpoint: 'active' });
    const owned = phones.list({ owner_user_identity_id: userIdentityId });
    for (const { id } of owned) phones.change(id, { connection: 'offline' });
    const input = hotel.issuing(guest, hotel.ask(['101']));
    const outcome = await run(hotel.activities.issueKey, input);
    if (outcome.kind !== 'issued') expect.fail(outcome.kind);
    expect(outcome.unfetched).toBe(true);
    const fetched = await run(hotel.activities.issueKey, hotel.issuing(other, hotel.ask(['102'])));
    if (fetched.kind !== 'issued') expect.fail(fetched.kind);
    expect(fetched.unfetched).toBeUndefined();

    const { propertyId } = hotel;
    const { acsCredentialId } = outcome;
    const acsCredentialIds = [acsCredentialId, fetched.acsCredentialId];
    const before = await run(hotel.activities.checkKeys, { propertyId, acsCredentialIds });
    expect(before).toEqual({ goneCredentialIds: [], unfetchedCredentialIds: [acsCredentialId] });
    const waiting = { propertyId, acsCredentialId };
    await expect(run(hotel.activities.waitForKeyOnPhone, waiting)).rejects.toMatchObject({ type: 'KeyNotFetched' });

    phones.change(second.id, { connection: 'online' });
    expect(await run(hotel.activities.waitForKeyOnPhone, waiting)).toEqual({ goneCredentialIds: [] });
    expect(hotel.opens(guest, '101')).toBe(true);
  });

  it('waitForKeyOnPhone stops waiting for a key that is gone', async () => {
    const guest = await hotel.guest();
    const acsCredentialId = await issued(hotel.issuing(guest, hotel.ask(['101'])));
    hotel.simulator.hotel.credentials.delete(acsCredentialId);
    const { propertyId } = hotel;
    const outcome = await run(hotel.activities.waitForKeyOnPhone, { propertyId, acsCredentialId });
    expect(outcome.goneCredentialIds).toEqual([acsCredentialId]);
  });
});
