/** Failures that Temporal receives when Seam refuses a request: typed, retryable or not, and without guest data. */
import { ActivityCancellationDetails, ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createActivities } from '../../../activities/index.js';
import { fixedProperties } from '../../../src/property-file.js';
import { createSeamClient } from '../../../src/seam/index.js';
import { propertySchema } from '../../../src/domain/model/property-schema.js';
import type { IssueKeyInput, PrepareGuestInput, StayActivities } from '../../../src/domain/model/stay-activities.js';
import { activityEnvironment } from './activity-environment.js';
import { startTinySeam, type TinySeam } from '../seam/tiny-seam.js';

let seam: TinySeam;
let activities: StayActivities;

beforeEach(async () => {
  seam = await startTinySeam();
  const property = propertySchema.parse({
    propertyId: 'seaside',
    name: 'Seaside',
    timeZone: 'Europe/Berlin',
    seam: { acsSystemId: 'sys', credentialManagerAcsSystemId: 'cm' },
  });
  activities = createActivities({
    seam: createSeamClient({ auth: { kind: 'api-key', apiKey: 'seam_test_key' }, endpoint: seam.url }),
    properties: fixedProperties([property]),
  });
});
afterEach(() => seam.close());

const ada: PrepareGuestInput = {
  propertyId: 'seaside',
  reservationId: 'R-1',
  guest: {
    guestId: 'g1',
    primary: true,
    wantsKey: true,
    name: 'Ada Lovelace',
    email: 'ada@example.org',
    phone: '+4915112345678',
  },
};

const key: IssueKeyInput = {
  propertyId: 'seaside',
  guestId: 'g1',
  acsUserId: 'user',
  ask: {
    kind: 'override',
    rooms: ['101'],
    acsEntranceIds: ['door-101'],
    window: { from: '2026-11-23T14:00Z', to: '2026-11-26T10:00Z' },
  },
  seenCredentialIds: [],
  ownCredentialIds: [],
  firstAsk: true,
  confirmWithinMinutes: 5,
};

async function failureOf(running: Promise<unknown>): Promise<ApplicationFailure> {
  const error: unknown = await running.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApplicationFailure);
  return error as ApplicationFailure;
}

const run = <Argument, Result>(activity: (argument: Argument) => Promise<Result>, argument: Argument) =>
  activityEnvironment().run(activity, argument);

describe('a failure', () => {
  it('a transient failure is retried after the delay that Seam asks for, and is marked as benign', async () => {
    seam.on('/user_identities/get', (reply) => reply.code(429).header('retry-after', '7').send());
    expect(await failureOf(run(activities.prepareGuest, ada))).toMatchObject({
      type: 'SeamUnavailable',
      nonRetryable: false,
      nextRetryDelay: 7_000,
      category: 'BENIGN',
      details: [{ operation: '/user_identities/get', status: 429 }],
    });
  });

  it('a permanent failure is not retried', async () => {
    seam.on('/user_identities/create', (reply) => reply.code(400).send({ error: { type: 'no', message: '' } }));
    const failure = await failureOf(run(activities.prepareGuest, ada));
    expect(failure).toMatchObject({ type: 'SeamRejected', nonRetryable: true });
    expect(failure.nextRetryDelay).toBeFalsy();
    expect(failure.category).toBeFalsy();
  });

  it.each([401, 403])(
    'an API key that is answered with %i is retried, and the failure says what to check',
    async (status) => {
      seam.on('/user_identities/get', (reply) =>
        reply.code(status).send({ error: { type: 'unauthorized', message: '' } }),
      );
      const failure = await failureOf(run(activities.prepareGuest, ada));
      expect(failure).toMatchObject({ type: 'SeamUnavailable', nonRetryable: false });
      expect(failure.message).toContain('check the API key of Stayline and its permissions');
    },
  );

  it('a refused first create request says that nothing was made, and a later one does not', async () => {
    seam.on('/acs/systems/get', () => ({ acs_system: { acs_system_id: 'sys', errors: [] }, ok: true }));
    seam.on('/acs/credentials/create', (reply) => reply.code(400).send({ error: { type: 'no', message: '' } }));
    seam.on('/acs/credentials/list', () => ({
      acs_credentials: [],
      pagination: { next_page_cursor: null, has_next_page: false },
    }));
    expect((await failureOf(run(activities.issueKey, key))).details).toMatchObject([{ nothingMade: true }]);
    const [later] = (await failureOf(run(activities.issueKey, { ...key, firstAsk: false }))).details ?? [];
    expect(later).not.toHaveProperty('nothingMade');
  });

  it.each([
    ['refusal that repeats what it was sent', 400],
    ['breakdown that repeats what it was sent', 500],
    ['a 200 without the expected content', 200],
  ])('a failure contains no guest data and no API key after a %s', async (_what, status) => {
    seam.on('/user_identities/create', (reply, { body }) =>
      reply.code(status).send({ error: { type: JSON.stringify(body), message: JSON.stringify(body) } }),
    );
    const failure = await failureOf(run(activities.prepareGuest, ada));
    const told = JSON.stringify([failure.message, failure.type, failure.details, failure.stack, String(failure.cause)]);
    expect(told).toContain('/user_identities/create');
    expect(told).not.toMatch(/\bada\b|lovelace|example\.org|15112345678|seam_test_key/i);
  });

  it('an activity for an unconfigured property fails with PropertyUnknown and is retried within seconds', async () => {
    const failure = await failureOf(run(activities.resolveProperty, { propertyId: 'hill' }));
    expect(failure).toMatchObject({ type: 'PropertyUnknown', nonRetryable: false, nextRetryDelay: '5s' });
    expect(failure.message).toBe('No property "hill" is configured; add it to the property file');
    expect(await failureOf(run(activities.issueKey, { ...key, propertyId: 'hill' }))).toMatchObject({
      type: 'PropertyUnknown',
    });
  });

  it('a window that ends before it starts is reported as an InvalidSnapshot failure', async () => {
    const window = { arrival: '2026-11-23', departure: '2026-11-23' };
    expect(await failureOf(run(activities.resolveProperty, { propertyId: 'seaside', window }))).toMatchObject({
      type: 'InvalidSnapshot',
      nonRetryable: true,
    });
  });

  it.each([
    ['without a phone', []],
    ['whose phone has no metadata', [{ device_id: 'd', properties: {} }]],
    [
      'whose phone is not active',
      [{ device_id: 'd', properties: { assa_abloy_credential_service_metadata: { has_active_endpoint: false } } }],
    ],
  ])('waitForPhone fails with a retryable PhoneNotReady for a guest %s', async (_what, phones) => {
    seam.on('/phones/list', () => ({ phones, ok: true }));
    const waiting = run(activities.waitForPhone, { propertyId: 'seaside', userIdentityId: 'u' });
    expect(await failureOf(waiting)).toMatchObject({
      type: 'PhoneNotReady',
      nonRetryable: false,
      category: 'BENIGN',
    });
  });

  it('a refused key is a retryable failure while the bridge is down', async () => {
    let asked = 0;
    seam.on('/acs/systems/get', () => {
      asked += 1;
      const errors = asked === 1 ? [] : [{ error_code: 'seam_bridge_disconnected' }];
      return { acs_system: { acs_system_id: 'sys', errors }, ok: true };
    });
    seam.on('/acs/credentials/create', (reply) => reply.code(400).send({ error: { type: 'invalid', message: '' } }));
    expect(await failureOf(run(activities.issueKey, key))).toMatchObject({
      type: 'SeamUnavailable',
      nonRetryable: false,
      message: [
        'The access system is not connected to Seam, so /acs/credentials/create must wait:',
        'Seam Bridge is not connected: check that its computer in the hotel runs and is online (Seam: seam_bridge_disconnected)',
      ].join(' '),
    });
  });

  it('issueKey fails before it sends a create request if the access system is not connected', async () => {
    const errors = [{ error_code: 'seam_bridge_disconnected' }];
    seam.on('/acs/systems/get', () => ({ acs_system: { acs_system_id: 'sys', errors }, ok: true }));
    expect(await failureOf(run(activities.issueKey, key))).toMatchObject({ type: 'SeamUnavailable' });
    expect(seam.received.map(({ path }) => path)).toEqual(['/acs/systems/get']);
  });
});

describe('cancellation', () => {
  const askForever = (): { readonly arrived: Promise<void> } => {
    let arrive = (): void => undefined;
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    seam.on('/acs/systems/get', () => {
      arrive();
      return new Promise(() => undefined);
    });
    return { arrived };
  };

  it('a cancelled issueKey returns a cancelled outcome with the ids recorded so far', async () => {
    const { arrived } = askForever();
    const environment = activityEnvironment();
    const running = environment.run(activities.issueKey, key);
    await arrived;
    environment.cancel();
    expect(await running).toEqual({ kind: 'cancelled', strayCredentialIds: [], goneCredentialIds: [] });
  });

  it('a worker shutdown cancels issueKey without an outcome, which leaves the issue to the next attempt', async () => {
    const { arrived } = askForever();
    const environment = activityEnvironment();
    const running = environment.run(activities.issueKey, key);
    await arrived;
    environment.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
    await expect(running).rejects.toBeInstanceOf(CancelledFailure);
  });

  it('a cancelled prepareGuest ends as cancelled, without an outcome', async () => {
    const environment = activityEnvironment();
    seam.on('/user_identities/get', () => {
      environment.cancel();
      return new Promise(() => undefined);
    });
    await expect(environment.run(activities.prepareGuest, ada)).rejects.toBeInstanceOf(CancelledFailure);
  });
});
