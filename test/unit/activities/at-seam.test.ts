/** Facts about the previous attempt that an activity at Seam has. */
import type { Info } from '@temporalio/activity';
import { expect, it } from 'vitest';
import { atSeam, type Work } from '../../../activities/at-seam.js';
import { activityEnvironment } from './activity-environment.js';

const TIMES = { heartbeatTimeoutMs: 3_000, startToCloseTimeoutMs: 120_000 };

type Learned = Pick<Work, 'noted' | 'silentMs'>;

/** Runs a second attempt, with these heartbeat details of the first. */
function learnedFrom(heartbeatDetails: unknown, times: Partial<Info> = TIMES): Promise<Learned> {
  return activityEnvironment({ attempt: 2, heartbeatDetails, ...times }).run(() =>
    atSeam(({ noted, silentMs }) => Promise.resolve({ noted, silentMs })),
  );
}

/** Returns the last heartbeat details of an attempt that notes its progress and then fails. */
async function detailsOfFailure(progress?: object): Promise<unknown> {
  const environment = activityEnvironment(TIMES);
  let details: unknown;
  environment.on('heartbeat', (latest: unknown) => (details = latest));
  const failing = environment.run(() =>
    atSeam(({ note }) => {
      note(progress);
      return Promise.reject(new Error('Seam is down'));
    }),
  );
  await expect(failing).rejects.toThrow('Seam is down');
  // Temporal passes the details on as JSON.
  return JSON.parse(JSON.stringify(details));
}

it('an attempt that failed passes its progress on, and nothing is known of its silence', async () => {
  expect(await learnedFrom(await detailsOfFailure({ key: 'key-1' }))).toEqual({ noted: { key: 'key-1' }, silentMs: 0 });
});

it('an attempt that failed without progress is known to have ended', async () => {
  expect(await learnedFrom(await detailsOfFailure(undefined))).toEqual({ silentMs: 0 });
});

it('details that cannot be read say nothing of the silence of an attempt', async () => {
  expect(await learnedFrom('nonsense')).toEqual({ silentMs: 0 });
});

it('an attempt whose worker died had been silent for the heartbeat timeout, less two heartbeats', async () => {
  const details = { progress: { key: 'key-1' }, ranMs: 40_000, ended: false };
  expect(await learnedFrom(details)).toEqual({ noted: { key: 'key-1' }, silentMs: 1_000 });
});

it('the interval before a retry is part of the silence', async () => {
  const details = { progress: null, ranMs: 40_000, ended: false };
  const retryPolicy = { initialInterval: 1_000 };
  expect(await learnedFrom(details, { ...TIMES, retryPolicy })).toMatchObject({ silentMs: 2_000 });
});

it('an attempt whose worker died before its first heartbeat had been silent as long', async () => {
  expect(await learnedFrom(undefined)).toEqual({ silentMs: 1_000 });
});

it('an attempt that ran for its whole time may have sent a request at its end', async () => {
  expect(await learnedFrom({ progress: null, ranMs: 118_500, ended: false })).toMatchObject({ silentMs: 0 });
});

it('without a heartbeat timeout nothing is known of the silence of an attempt', async () => {
  const details = { progress: null, ranMs: 10, ended: false };
  expect(await learnedFrom(details, {})).toMatchObject({ silentMs: 0 });
});

it('a first attempt has no attempt before it that could have been silent', async () => {
  const first = await activityEnvironment(TIMES).run(() => atSeam(({ silentMs }) => Promise.resolve(silentMs)));
  expect(first).toBe(0);
});
