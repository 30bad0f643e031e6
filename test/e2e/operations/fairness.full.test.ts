/**
 * One large hotel whose access system does not answer, beside nine small ones, on workers with few slots: its attempts fill the queue, and
 * the stays of the others do not wait behind them. What is counted are the large hotel's attempts, not time.
 */
import { setTimeout as delay } from 'node:timers/promises';
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
/** Attempts of the large hotel that have begun. */
let attempts = 0;

/** The same activities, of which those of the large hotel fail as in an outage. */
function duringOutage(activities: StayActivities): StayActivities {
  const fails = ({ propertyId }: { readonly propertyId: string }): boolean => propertyId === PROPERTY_ID;
  const fail = async (): Promise<never> => {
    attempts += 1;
    await delay(HELD_MS);
    throw ApplicationFailure.retryable('no answer', ERROR_TYPES.seamUnavailable);
  };
  return {
    ...activities,
    findEarlierRun: (input) => (fails(input) ? fail() : activities.findEarlierRun(input)),
    resolveDoors: (input) => (fails(input) ? fail() : activities.resolveDoors(input)),
    prepareGuest: (input) => (fails(input) ? fail() : activities.prepareGuest(input)),
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
  await waitUntil(() => attempts > SLOTS, { timeout: PATIENCE_MS });

  const before = attempts;
  const stays = await Promise.all(SMALL.map((propertyId) => world.book('small', { propertyId }, habits)));
  const views = await Promise.all(
    stays.map((stay) => stay.until((view) => view.guests.every(({ keyState }) => keyState === 'issued'))),
  );
  expect(views).toHaveLength(SMALL.length);
  // In the order of arrival, each step of theirs would have come after all that wait: five steps, sixty attempts each.
  expect(attempts - before).toBeLessThan(LARGE);
});
