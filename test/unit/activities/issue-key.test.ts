/** Issuing one key against the simulated Seam: one key exists in the end, whatever is lost on the way. */
import { ActivityCancellationDetails } from '@temporalio/common';
import type { ApplicationFailure } from '@temporalio/common';
import { CancelledFailure } from '@temporalio/activity';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createActivities } from '../../../activities/index.js';
import { fixedProperties } from '../../../src/property-file.js';
import { propertySchema } from '../../../src/domain/model/property-schema.js';
import type { Fault } from '../../../src/simulator/control/faults.js';
import type { IssueKeyInput, IssueOutcome, PreparedGuest } from '../../../src/domain/model/stay-activities.js';
import { activityEnvironment } from './activity-environment.js';
import { openHotel, QUICK, run, untilItEnds, type TestHotel } from './open-hotel.js';

const CREATE = '/acs/credentials/create';

let hotel: TestHotel;
beforeEach(async () => {
  hotel = await openHotel();
});
afterEach(() => hotel.close());

const issue = (input: IssueKeyInput): Promise<IssueOutcome> =>
  activityEnvironment().run(hotel.activities.issueKey, input);

async function issued(input: IssueKeyInput): Promise<string> {
  const outcome = await issue(input);
  expect(outcome.kind).toBe('issued');
  return outcome.kind === 'issued' ? outcome.acsCredentialId : '';
}

const without = (input: IssueKeyInput, more: Partial<IssueKeyInput>): IssueKeyInput => ({ ...input, ...more });

describe('a key', () => {
  it('a key is requested once, confirmed, and opens its doors', async () => {
    const guest = await hotel.guest();
    const outcome = await issue(hotel.issuing(guest, hotel.ask(['101'])));
    expect(outcome).toMatchObject({ kind: 'issued', adopted: false, strayCredentialIds: [], goneCredentialIds: [] });
    expect(hotel.liveKeys(guest.acsUserId)).toEqual([outcome.kind === 'issued' && outcome.acsCredentialId]);
    expect(hotel.opens(guest, '101')).toBe(true);
    expect(hotel.opens(guest, 'Gym')).toBe(true);
    expect(hotel.opens(guest, '102')).toBe(false);
  });

  it('a joiner key opens the room without invalidating its anchor', async () => {
    const [first, second] = [await hotel.guest(), await hotel.guest()];
    const anchor = await issued(hotel.issuing(first, hotel.ask(['101'])));
    await issued(hotel.issuing(second, hotel.ask(['101'], anchor)));
    expect([hotel.opens(second, '101'), hotel.opens(first, '101')]).toEqual([true, true]);
  });

  it('an undisturbed issue costs one system read, one create request and its polls', async () => {
    const guest = await hotel.guest();
    const before = hotel.asked.length;
    await issued(hotel.issuing(guest, hotel.ask(['101'])));
    const paths = hotel.asked.slice(before);
    expect(paths.slice(0, 2)).toEqual(['/acs/systems/get', CREATE]);
    expect(new Set(paths.slice(2))).toEqual(new Set(['/acs/credentials/get']));
  });
});

describe('the create request', () => {
  async function sentFor(open: TestHotel, kind: 'override' | 'joiner'): Promise<Record<string, unknown>> {
    const bodies: Record<string, unknown>[] = [];
    open.client.http.interceptors.request.use((request) => {
      if (request.url === CREATE) bodies.push(request.data as Record<string, unknown>);
      return request;
    });
    const [first, second] = [await open.guest(), await open.guest()];
    const anchor = await run(open.activities.issueKey, open.issuing(first, open.ask(['101'])));
    const acsCredentialId = anchor.kind === 'issued' ? anchor.acsCredentialId : '';
    await run(open.activities.issueKey, open.issuing(second, open.ask(['101'], acsCredentialId)));
    return bodies[kind === 'override' ? 0 : 1] ?? {};
  }

  it('the create request follows the guide and the published schema, with times to the minute', async () => {
    const { window, acsEntranceIds } = hotel.ask(['101']);
    expect(await sentFor(hotel, 'override')).toEqual({
      acs_user_id: expect.any(String) as string,
      credential_manager_acs_system_id: hotel.simulator.credentialManagerAcsSystemId,
      access_method: 'mobile_key',
      is_multi_phone_sync_credential: true,
      allowed_acs_entrance_ids: acsEntranceIds,
      starts_at: window.from.replace('Z', ':00.000Z'),
      ends_at: window.to.replace('Z', ':00.000Z'),
      visionline_metadata: {
        card_format: 'rfid48',
        card_function_type: 'guest',
        override: true,
      },
    });
  });

  it('a guest gets a key by default where Seam rejects every field that its schema does not have', async () => {
    const strict = await openHotel({ switches: { unknownKeys: 'reject' } });
    try {
      const guest = await strict.guest({ name: 'Ada Moss', email: 'ada@example.com', phone: '+4930123456' });
      const outcome = await run(strict.activities.issueKey, strict.issuing(guest, strict.ask(['101'])));
      expect([outcome.kind, strict.opens(guest, '101')]).toEqual(['issued', true]);
    } finally {
      await strict.close();
    }
  });

  it("a joiner's create request names the joined key, without an override, and has the property's label", async () => {
    const property = propertySchema.parse({
      ...hotel.simulator.property,
      policy: { label: '%ROOMNUM%', cardFormat: 'TLCode' },
    });
    const activities = createActivities({
      seam: hotel.client,
      properties: fixedProperties([property]),
      options: QUICK,
    });
    const { visionline_metadata } = await sentFor({ ...hotel, activities }, 'joiner');
    expect(visionline_metadata).toEqual({
      card_format: 'TLCode',
      card_function_type: 'guest',
      label: '%ROOMNUM%',
      joiner_acs_credential_ids: [expect.any(String)],
    });
  });
});

describe('a lost response', () => {
  it.each<Fault>([
    { kind: 'drop-after', path: CREATE, times: 1 },
    { kind: 'drop-before', path: CREATE, times: 1 },
    { kind: 'drop-after', path: CREATE, times: 3 },
    { kind: 'status', path: CREATE, status: 500, times: 2 },
    { kind: 'status', path: CREATE, status: 503, times: 1, retry_after: 0 },
    { kind: 'status', path: CREATE, status: 429, times: 1, retry_after: 0 },
    { kind: 'commit-late', path: CREATE, ms: 0, hold_ms: 20, times: 1 },
    { kind: 'commit-late', path: CREATE, ms: 60, hold_ms: 20, times: 1 },
    { kind: 'commit-late', path: CREATE, ms: 200, hold_ms: 20, times: 1 },
    { kind: 'commit-late', path: CREATE, ms: 100, hold_ms: 20, times: 2 },
  ])('an issue ends with one live key and no stray despite the fault %j', async (fault) => {
    const guest = await hotel.guest();
    await hotel.fault(fault);
    const { result } = await untilItEnds(hotel.activities.issueKey, hotel.issuing(guest, hotel.ask(['101'])));
    expect(result).toMatchObject({ kind: 'issued', strayCredentialIds: [] });
    expect(hotel.liveKeys(guest.acsUserId)).toEqual([result.kind === 'issued' && result.acsCredentialId]);
    expect(hotel.opens(guest, '101')).toBe(true);
  });

  it('a response that arrives after the timeout is handled like a lost one', async () => {
    const impatient = await openHotel({ timeoutMs: 300 });
    try {
      const guest = await impatient.guest();
      await impatient.fault({ kind: 'latency', path: CREATE, ms: 600, times: 1 });
      const input = impatient.issuing(guest, impatient.ask(['101']));
      const { result } = await untilItEnds(impatient.activities.issueKey, input);
      expect(result.kind).toBe('issued');
      expect(impatient.liveKeys(guest.acsUserId)).toEqual([result.kind === 'issued' && result.acsCredentialId]);
    } finally {
      await impatient.close();
    }
  });

  it('a key that replaces its own anchor just before the second create request is adopted', async () => {
    const guest = await hotel.guest();
    const earlier = await issued(hotel.issuing(guest, hotel.ask(['101', '102'])));
    await hotel.fault({ kind: 'commit-late', path: CREATE, ms: 500, hold_ms: 20, times: 1 });
    let creates = 0;
    hotel.client.http.interceptors.request.use(async (request) => {
      if (request.url === CREATE && ++creates === 2)
        await expect.poll(() => hotel.keysMade(), { timeout: 120_000 }).toBe(2);
      return request;
    });
    const input = hotel.issuing(guest, hotel.ask(['101'], earlier), { ownCredentialIds: [earlier] });
    const { result } = await untilItEnds(hotel.activities.issueKey, input);
    expect(result).toMatchObject({ kind: 'issued', adopted: true, goneCredentialIds: [earlier] });
    expect(creates).toBe(2);
    expect(hotel.keysMade()).toBe(2);
  });

  it('a committed create whose response is lost ends with the adoption of its key', async () => {
    const guest = await hotel.guest();
    await hotel.fault({ kind: 'drop-after', path: CREATE, times: 1 });
    const { result, attempts } = await untilItEnds(hotel.activities.issueKey, hotel.issuing(guest, hotel.ask(['101'])));
    expect(attempts).toBe(2);
    expect(result).toMatchObject({ kind: 'issued', adopted: true });
    expect(hotel.keysMade()).toBe(1);
  });

  it('a key whose response was lost in an earlier step is adopted', async () => {
    const guest = await hotel.guest();
    const input = hotel.issuing(guest, hotel.ask(['101']));
    await hotel.fault({ kind: 'drop-after', path: CREATE, times: 1 });
    await expect(issue(input)).rejects.toMatchObject({ type: 'SeamUnavailable' });
    expect(await issue(without(input, { firstAsk: false }))).toMatchObject({ kind: 'issued', adopted: true });
    expect(hotel.keysMade()).toBe(1);
  });

  it('issueKey adopts neither a key that the stay already holds nor a joiner in place of an override', async () => {
    const [first, second] = [await hotel.guest(), await hotel.guest()];
    const anchor = await issued(hotel.issuing(first, hotel.ask(['101'])));
    const known = await issued(hotel.issuing(second, hotel.ask(['101'], anchor)));
    const again = hotel.issuing(second, hotel.ask(['101'], anchor), { firstAsk: false, ownCredentialIds: [known] });
    const outcome = await issue(again);
    expect(outcome).toMatchObject({ kind: 'issued', adopted: false, goneCredentialIds: [known] });
    const override = hotel.issuing(second, hotel.ask(['101']), { firstAsk: false, seenCredentialIds: [known] });
    expect(await issue(override)).toMatchObject({ kind: 'issued', adopted: false });
  });

  it.each(['override', 'joiner'])(
    'a lost create of kind %s that commits late leaves a stray where Seam lets a user hold two keys',
    async (kind) => {
      await hotel.close();
      hotel = await openHotel({ activities: { timing: { ...QUICK.timing, lateCommitMs: 1_500 } } });
      const { hotel: simulated } = hotel.simulator;
      simulated.setSwitches({ newKeyReplacesUsersEarlier: false });
      const [first, guest] = [await hotel.guest(), await hotel.guest()];
      const anchor = kind === 'joiner' ? await issued(hotel.issuing(first, hotel.ask(['101']))) : undefined;
      await hotel.fault({ kind: 'commit-late', path: CREATE, ms: 500, hold_ms: 20, times: 1 });
      const { result } = await untilItEnds(hotel.activities.issueKey, hotel.issuing(guest, hotel.ask(['101'], anchor)));
      if (result.kind !== 'issued') return expect.fail(result.kind);
      const { acsCredentialId, strayCredentialIds } = result;
      expect([acsCredentialId, ...strayCredentialIds].sort()).toEqual([...hotel.liveKeys(guest.acsUserId)].sort());
      expect(strayCredentialIds).toHaveLength(1);
      strayCredentialIds.forEach((id) => simulated.credentials.delete(id));
      expect(hotel.opens(guest, '101')).toBe(true);
    },
  );

  it('a rate-limited create fails with the retry delay that Seam asks for', async () => {
    const guest = await hotel.guest();
    await hotel.fault({ kind: 'status', path: CREATE, status: 429, times: 1, retry_after: 1 });
    const failure: ApplicationFailure = await issue(hotel.issuing(guest, hotel.ask(['101']))).then(
      () => expect.fail('was issued'),
      (error: ApplicationFailure) => error,
    );
    expect(failure).toMatchObject({ type: 'SeamUnavailable', nextRetryDelay: 1_000, category: 'BENIGN' });
  });
});

describe('the heartbeat details of an attempt', () => {
  it('the heartbeat details of an attempt let the next attempt confirm the key without a second create', async () => {
    const guest = await hotel.guest();
    const input = hotel.issuing(guest, hotel.ask(['101']));
    const environment = activityEnvironment();
    let noted: unknown;
    environment.on('heartbeat', (details: unknown) => (noted = details));
    await hotel.fault({ kind: 'latency', path: '/acs/credentials/get', ms: 60_000, times: 1 });
    const interrupted = environment.run(hotel.activities.issueKey, input);
    await vi.waitFor(() => expect(hotel.asked).toContain('/acs/credentials/get'), { timeout: 120_000 });
    environment.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
    await expect(interrupted).rejects.toBeInstanceOf(CancelledFailure);
    const second = activityEnvironment({ attempt: 2, heartbeatDetails: noted });
    expect(await second.run(hotel.activities.issueKey, input)).toMatchObject({ kind: 'issued', adopted: false });
    expect(hotel.keysMade()).toBe(1);
  });

  it.each([undefined, null, 'nonsense', { progress: { acsCredentialId: 7 }, ranMs: 0, ended: true }])(
    'an attempt adopts the existing key without usable heartbeat details: %j',
    async (heartbeatDetails) => {
      const guest = await hotel.guest();
      const input = hotel.issuing(guest, hotel.ask(['101']));
      await issued(input);
      const second = activityEnvironment({ attempt: 2, heartbeatDetails });
      expect(await second.run(hotel.activities.issueKey, input)).toMatchObject({ kind: 'issued', adopted: true });
      expect(hotel.keysMade()).toBe(1);
    },
  );
});

describe('a key that is not synced', () => {
  it('an unsynced key is unconfirmed at the deadline, and a repeat with its id creates no second key', async () => {
    const guest = await hotel.guest();
    const input = hotel.issuing(guest, hotel.ask(['101']));
    await hotel.fault({ kind: 'never-synced', times: 1 });
    const outcome = await issue(without(input, { confirmWithinMinutes: 0.002 }));
    expect(outcome).toMatchObject({ kind: 'unconfirmed', strayCredentialIds: [] });
    const acsCredentialId = outcome.kind === 'unconfirmed' ? outcome.acsCredentialId : '';
    const again = without(input, { acsCredentialId, firstAsk: false, confirmWithinMinutes: 0.002 });
    expect(await issue(again)).toMatchObject({ kind: 'unconfirmed', acsCredentialId });
    expect(await issue(without(again, { askedAtMs: 7 }))).toMatchObject({ kind: 'unconfirmed', askedAtMs: 7 });
    expect(hotel.keysMade()).toBe(1);
  });

  it('a key that is unsynced because the bridge went down is issued when the bridge is back', async () => {
    const guest = await hotel.guest();
    await hotel.fault({ kind: 'bridge-down', ms: 300, after: 1, times: 1 });
    await issued(hotel.issuing(guest, hotel.ask(['101'])));
    expect(hotel.keysMade()).toBe(1);
  });

  it('the confirmation of a key survives transient errors of its polls within one attempt', async () => {
    const guest = await hotel.guest();
    await hotel.fault({ kind: 'status', path: '/acs/credentials/get', status: 502, times: 2 });
    const { attempts } = await untilItEnds(hotel.activities.issueKey, hotel.issuing(guest, hotel.ask(['101'])));
    expect(attempts).toBe(1);
  });

  it('a key is requested only while the bridge is up', async () => {
    const guest = await hotel.guest();
    await hotel.fault({ kind: 'bridge-down' });
    const issuing = issue(hotel.issuing(guest, hotel.ask(['101'])));
    await expect(issuing).rejects.toMatchObject({ type: 'SeamUnavailable', nonRetryable: false });
    expect(hotel.keysMade()).toBe(0);
  });
});

describe('a key that others wait to join', () => {
  /** Its provider carries nothing out before the test lets it. */
  const SYNCED_FIRST = { switches: { joinerNeedsSyncedAnchor: true }, providerLatencyMs: 3_600_000 };

  function settleAtEachAnswer({ client, simulator }: TestHotel): void {
    client.http.interceptors.response.use((answer) => {
      simulator.hotel.settle();
      return answer;
    });
  }

  it('an override that others wait to join is returned unconfirmed, joined, and then confirmed by its id', async () => {
    const [first, second] = [await hotel.guest(), await hotel.guest()];
    const input = hotel.issuing(first, hotel.ask(['101']));
    const before = hotel.asked.length;
    const made = await issue(without(input, { returnOnceMade: true }));
    expect(hotel.asked.slice(before)).not.toContain('/acs/credentials/get');
    const acsCredentialId = made.kind === 'made' ? made.acsCredentialId : '';
    const nothing = { strayCredentialIds: [], goneCredentialIds: [] };
    expect(made).toEqual({ kind: 'made', acsCredentialId, askedAtMs: expect.any(Number) as number, ...nothing });
    await issued(hotel.issuing(second, hotel.ask(['101'], acsCredentialId)));
    expect(await issued(without(input, { acsCredentialId }))).toBe(acsCredentialId);
    expect(hotel.keysMade()).toBe(2);
    expect([hotel.opens(second, '101'), hotel.opens(first, '101')]).toEqual([true, true]);
  });

  it('the confirmation of a key whose create was answered reads that key, and does not list those of the guest', async () => {
    const input = hotel.issuing(await hotel.guest(), hotel.ask(['101']));
    const made = await issue(without(input, { returnOnceMade: true }));
    const acsCredentialId = made.kind === 'made' ? made.acsCredentialId : '';
    const before = hotel.asked.length;
    const environment = activityEnvironment({ scheduledTimestampMs: Date.now() });
    const outcome = await environment.run(hotel.activities.issueKey, without(input, { acsCredentialId }));
    expect(outcome).toMatchObject({ kind: 'issued', acsCredentialId });
    expect(new Set(hotel.asked.slice(before))).toEqual(new Set(['/acs/credentials/get']));
  });

  it('a joiner that Seam refuses before its anchor is synced names the anchor, and later anchors are confirmed', async () => {
    const strict = await openHotel(SYNCED_FIRST);
    try {
      const [first, second, third] = [await strict.guest(), await strict.guest(), await strict.guest()];
      const early = { returnOnceMade: true } as const;
      const made = await run(strict.activities.issueKey, strict.issuing(first, strict.ask(['101']), early));
      const acsCredentialId = made.kind === 'made' ? made.acsCredentialId : '';
      const joining = strict.issuing(second, strict.ask(['101'], acsCredentialId));
      expect(await run(strict.activities.issueKey, joining)).toEqual({ kind: 'anchor-unsynced', acsCredentialId });
      settleAtEachAnswer(strict);
      const later = await run(strict.activities.issueKey, strict.issuing(third, strict.ask(['102']), early));
      expect(later.kind).toBe('issued');
      expect(await run(strict.activities.issueKey, joining)).toMatchObject({ kind: 'issued' });
    } finally {
      await strict.close();
    }
  });

  it('a joiner is asked for again whose anchor reaches the provider just after Seam refused it', async () => {
    const strict = await openHotel(SYNCED_FIRST);
    try {
      const [first, second] = [await strict.guest(), await strict.guest()];
      const made = await run(
        strict.activities.issueKey,
        strict.issuing(first, strict.ask(['101']), { returnOnceMade: true }),
      );
      const acsCredentialId = made.kind === 'made' ? made.acsCredentialId : '';
      settleAtEachAnswer(strict);
      const joining = strict.issuing(second, strict.ask(['101'], acsCredentialId));
      expect(await run(strict.activities.issueKey, joining)).toMatchObject({ kind: 'issued' });
      expect(strict.opens(second, '101')).toBe(true);
    } finally {
      await strict.close();
    }
  });

  it('an override whose earlier request may have reached Seam is confirmed before others join it', async () => {
    const input = hotel.issuing(await hotel.guest(), hotel.ask(['101']), { returnOnceMade: true, firstAsk: false });
    expect(await issue(input)).toMatchObject({ kind: 'issued' });
  });
});

describe('an outage of the access system', () => {
  const IMPATIENT = { activities: { timing: { ...QUICK.timing, syncTimeoutMs: 60 } } };

  /** Returns a hotel whose bridge has gone down since the last look, and a key that is asked for meanwhile. */
  async function keyInOutage(): Promise<{ readonly down: TestHotel; readonly input: IssueKeyInput }> {
    const down = await openHotel(IMPATIENT);
    await run(down.activities.issueKey, down.issuing(await down.guest(), down.ask(['102'])));
    const input = down.issuing(await down.guest(), down.ask(['101']));
    await down.fault({ kind: 'bridge-down' });
    return { down, input };
  }

  it('a key asked for in an outage is made at Seam, and the failure names key and cause', async () => {
    const { down, input } = await keyInOutage();
    try {
      const failure = (await run(down.activities.issueKey, input).catch(
        (error: unknown) => error,
      )) as ApplicationFailure;
      expect(failure).toMatchObject({ type: 'SeamUnavailable', nonRetryable: false });
      expect(failure.message).toMatch(/not connected to Seam, so a key that Seam has made must wait/);
      expect(failure.details).toMatchObject([{ acsCredentialId: down.liveKeys(input.acsUserId)[0] }]);
      const other = down.issuing(await down.guest(), down.ask(['103']));
      await expect(run(down.activities.issueKey, other)).rejects.toMatchObject({ type: 'SeamUnavailable' });
      expect(down.liveKeys(other.acsUserId)).toEqual([]);
    } finally {
      await down.close();
    }
  });

  it('the wait for a key reports an outage once the policy says so, if the stay does not know of it', async () => {
    const { down, input } = await keyInOutage();
    try {
      await run(down.activities.issueKey, input).catch(() => undefined);
      const [acsCredentialId = ''] = down.liveKeys(input.acsUserId);
      const waiting = { ...input, acsCredentialId };
      const since = Date.now() - 5 * 60_000;
      const look = (more: Partial<IssueKeyInput>): Promise<IssueOutcome> =>
        activityEnvironment({ attempt: 2, scheduledTimestampMs: since }).run(down.activities.issueKey, {
          ...waiting,
          confirmWithinMinutes: 60,
          ...more,
        });
      expect(await look({})).toMatchObject({
        kind: 'made',
        outage: expect.stringContaining('not connected') as string,
      });
      await expect(look({ isOutageKnown: true })).rejects.toMatchObject({ type: 'SeamUnavailable' });
      await down.clearFaults();
      await vi.waitFor(async () => expect(await look({ isOutageKnown: true })).toMatchObject({ kind: 'issued' }));
    } finally {
      await down.close();
    }
  });
});

describe('cancellation', () => {
  it('an issue that is cancelled while it confirms returns the id of the key', async () => {
    const guest = await hotel.guest();
    await hotel.fault({ kind: 'never-synced', times: 1 });
    const environment = activityEnvironment();
    cancelWhen(environment, hotel, '/acs/credentials/get');
    const outcome = await environment.run(hotel.activities.issueKey, hotel.issuing(guest, hotel.ask(['101'])));
    expect(outcome).toEqual({
      kind: 'cancelled',
      acsCredentialId: hotel.liveKeys(guest.acsUserId)[0],
      strayCredentialIds: [],
      goneCredentialIds: [],
    });
  });

  it('an issue that is cancelled during the create still returns the id of the key', async () => {
    const guest = await hotel.guest();
    await hotel.fault({ kind: 'latency', path: CREATE, ms: 100, times: 1 });
    const environment = activityEnvironment();
    cancelWhen(environment, hotel, CREATE);
    const outcome = await environment.run(hotel.activities.issueKey, hotel.issuing(guest, hotel.ask(['101'])));
    expect(outcome).toMatchObject({ kind: 'cancelled', acsCredentialId: hotel.liveKeys(guest.acsUserId)[0] });
  });

  it('an issue that is cancelled before any request creates no key', async () => {
    const guest = await hotel.guest();
    const environment = activityEnvironment();
    environment.cancel();
    const outcome = await environment.run(hotel.activities.issueKey, hotel.issuing(guest, hotel.ask(['101'])));
    expect(outcome).toEqual({ kind: 'cancelled', strayCredentialIds: [], goneCredentialIds: [] });
    expect(hotel.keysMade()).toBe(0);
  });
});

function cancelWhen(environment: ReturnType<typeof activityEnvironment>, { client }: TestHotel, path: string): void {
  client.http.interceptors.request.use((request) => {
    if (request.url === path) setTimeout(() => environment.cancel(), 10);
    return request;
  });
}

describe('a key that cannot be issued', () => {
  it('a joiner whose anchor was deleted ends as anchor-gone', async () => {
    const [first, second] = [await hotel.guest(), await hotel.guest()];
    const anchor = await issued(hotel.issuing(first, hotel.ask(['101'])));
    hotel.simulator.hotel.credentials.delete(anchor);
    expect(await issue(hotel.issuing(second, hotel.ask(['101'], anchor)))).toEqual({
      kind: 'anchor-gone',
      acsCredentialId: anchor,
    });
  });

  it('a joiner whose anchor was overridden at the front desk ends as anchor-gone', async () => {
    const [first, second] = [await hotel.guest(), await hotel.guest()];
    const anchor = await issued(hotel.issuing(first, hotel.ask(['101'])));
    cutDeskCard('101');
    expect(await issue(hotel.issuing(second, hotel.ask(['101'], anchor)))).toMatchObject({ kind: 'anchor-gone' });
  });

  it('a refused joiner whose anchor is live fails with the refusal itself', async () => {
    const [first, second] = [await hotel.guest(), await hotel.guest()];
    const anchor = await issued(hotel.issuing(first, hotel.ask(['101'])));
    const ask = { ...hotel.ask(['101'], anchor), acsEntranceIds: [] };
    await expect(issue(hotel.issuing(second, ask))).rejects.toMatchObject({
      type: 'SeamRejected',
      nonRetryable: true,
      message: expect.stringContaining('allowed_acs_entrance_ids') as string,
    });
  });

  it('a key that is deleted before it is confirmed ends as killed', async () => {
    const guest = await hotel.guest();
    await hotel.fault({ kind: 'never-synced', times: 1 });
    hotel.client.http.interceptors.request.use((request) => {
      if (request.url === '/acs/credentials/get') {
        hotel.liveKeys(guest.acsUserId).forEach((id) => hotel.simulator.hotel.credentials.delete(id));
      }
      return request;
    });
    expect(await issue(hotel.issuing(guest, hotel.ask(['101'])))).toMatchObject({
      kind: 'killed',
      strayCredentialIds: [],
    });
  });

  it("a lost key that the front desk has overridden ends as killed, and no new key overrides the front desk's", async () => {
    const guest = await hotel.guest();
    const input = hotel.issuing(guest, hotel.ask(['101']));
    const lost = await issued(input);
    cutDeskCard('101');
    const made = hotel.keysMade();
    expect(await issue(without(input, { firstAsk: false }))).toMatchObject({ kind: 'killed', acsCredentialId: lost });
    expect(hotel.keysMade()).toBe(made);
  });

  it('a person with a live key in another stay gets no new key, and the outcome names the held key', async () => {
    const person = { personId: 'P-7' };
    const before = await hotel.guest(person, 'R-1');
    const held = await issued(hotel.issuing(before, hotel.ask(['101'])));
    const now = await hotel.guest(person, 'R-2');
    expect(now.acsUserId).toBe(before.acsUserId);
    expect(now.seenCredentialIds).toContain(held);
    const input = hotel.issuing(now, hotel.ask(['102']), { sharedIdentity: true });
    expect(await issue(input)).toEqual({ kind: 'other-stay', acsCredentialIds: [held], until: input.ask.window.to });
    expect(hotel.liveKeys(now.acsUserId)).toEqual([held]);
    expect(await issue(without(input, { ownCredentialIds: [held] }))).toMatchObject({
      kind: 'issued',
      goneCredentialIds: [held],
    });
  });

  it('a person with two stays that share a lease can join their own key from the other stay', async () => {
    const person = { personId: 'P-7' };
    const held = await issued(hotel.issuing(await hotel.guest(person, 'R-1'), hotel.ask(['101'])));
    const now = await hotel.guest(person, 'R-2');
    const joined = await issued(hotel.issuing(now, hotel.ask(['101'], held), { sharedIdentity: true }));
    expect(hotel.liveKeys(now.acsUserId)).toEqual([joined]);
    expect(hotel.keysMade()).toBe(2);
  });

  it('an ended key never prevents a new key for the same person', async () => {
    const person = { personId: 'P-7' };
    const guest = await hotel.guest(person, 'R-1');
    const ended = await issued(hotel.issuing(guest, hotel.ask(['101'])));
    hotel.simulator.hotel.credentials.delete(ended);
    await issued(hotel.issuing(guest, hotel.ask(['102']), { sharedIdentity: true }));
  });
});

function cutDeskCard(room: string): void {
  const { hotel: simulated } = hotel.simulator;
  const [startsAt, endsAt] = [simulated.now(), simulated.now() + 86_400_000];
  simulated.cutDeskCard({ doorIds: [simulated.door(room).id], kind: 'override', startsAt, endsAt });
}

it('a storm of faults still ends in one live key per guest', async () => {
  const guests: PreparedGuest[] = [];
  for (let count = 0; count < 4; count += 1) guests.push(await hotel.guest());
  await hotel.fault({ kind: 'drop-after', path: CREATE, times: 3 });
  await hotel.fault({ kind: 'commit-late', path: CREATE, ms: 80, hold_ms: 20, after: 2, times: 2 });
  await hotel.fault({ kind: 'status', path: '/acs/credentials/list', status: 503, times: 2 });
  await hotel.fault({ kind: 'drop-before', path: '/acs/credentials/get', times: 2 });
  const ends = await Promise.all(
    guests.map((guest, index) =>
      untilItEnds(hotel.activities.issueKey, hotel.issuing(guest, hotel.ask([`10${index + 1}`])), 20),
    ),
  );
  ends.forEach(({ result }, index) => {
    const guest = guests[index];
    if (guest === undefined || result.kind !== 'issued') return expect.fail(`guest ${index} has ${result.kind}`);
    expect(hotel.liveKeys(guest.acsUserId)).toEqual([result.acsCredentialId]);
    expect(hotel.opens(guest, `10${index + 1}`)).toBe(true);
  });
});
