/**
 * One large hotel whose access system does not answer, beside nine small ones, on workers with few slots: its attempts fill the queue, and
 * the stays of the others do not wait behind them. What is counted are the large hotel's attempts that come before a task of another
 * hotel, not time.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StayActivities } from '../../../src/domain/model/stay-activities.js';
import { ERROR_TYPES } from '../../../src/domain/model/error-types.js';
import { openStayWorld, PROPERTY_ID, type StayWorld } from '../../harness/stay-world.js';
import { waitUntil } from '../../harness/wait-until.js';

const LARGE = 60;
const SMALL = Array.from({ length: 9 }, (_, index) => `small-${index}`);
/** Time that an attempt holds its slot before it fails, as a call does that gets no answer. */
const HELD_MS = 1_000;
const SLOTS = 4;
const PATIENCE_MS = 240_000;

let world: StayWorld;
/** Times at which attempts of the large hotel began. */
const begun: number[] = [];
/** Most attempts that began between a task of a small hotel and its own turn. */
let most = 0;

/** The same activities, of which those of the large hotel fail as in an outage. */
function duringOutage(activities: StayActivities): StayActivities {
  const fails = ({ propertyId }: { readonly propertyId: string }): boolean => propertyId === PROPERTY_ID;
  const fail = async (): Promise<never> => {
    begun.push(Date.now());
    await delay(HELD_MS);
    throw ApplicationFailure.retryable('no answer', ERROR_TYPES.seamUnavailable);
  };
  const waited = (): void => {
    const since = Context.current().info.currentAttemptScheduledTimestampMs;
    most = Math.max(most, begun.filter((at) => at > since).length);
  };
  const inTurn =
    <Input extends { readonly propertyId: string }, Output>(activity: (input: Input) => Promise<Output>) =>
    (input: Input): Promise<Output> => {
      if (fails(input)) return fail();
      waited();
      return activity(input);
    };
  return {
    ...activities,
    findEarlierRun: inTurn(activities.findEarlierRun),
    resolveDoors: inTurn(activities.resolveDoors),
    prepareGuest: inTurn(activities.prepareGuest),
    issueKey: inTurn(activities.issueKey),
  };
}

beforeAll(async () => {
  world = await openStayWorld({
    server: 'dev',
    properties: Object.fromEntries(SMALL.map((propertyId) => [propertyId, {}])),
    profile: { slots: { kind: 'fixed', seam: SLOTS, revokes: SLOTS } },
    around: duringOutage,
  });
});
afterAll(async () => world.stop());

test('stays of nine hotels get their keys while a large one fills the queue with attempts that fail', async () => {
  const habits = { withinMs: PATIENCE_MS };
  for (let n = 0; n < LARGE; n++) await world.book(`large-${n}`, {}, habits);
  await waitUntil(() => begun.length > SLOTS, { timeout: PATIENCE_MS });

  const stays = await Promise.all(SMALL.map((propertyId) => world.book('small', { propertyId }, habits)));
  const views = await Promise.all(
    stays.map((stay) => stay.until((view) => view.guests.every(({ keyState }) => keyState === 'issued'))),
  );
  expect(views).toHaveLength(SMALL.length);
  process.stdout.write(`a task of a small hotel waited for ${most} attempts of the large one at most\n`);
  // In the order of arrival it is after those of every stay of the large hotel, several times.
  expect(most).toBeLessThan(2 * LARGE);
});
