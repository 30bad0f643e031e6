/** The end of a worker process that an activity holds up. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { createStayClient } from '../../src/client.js';
import type { StayActivities } from '../../src/domain/model/stay-activities.js';
import { ACTIVITY_QUEUES } from '../../src/temporal/task-queues.js';
import { createStayWorkers, runWorkers, WORKER_PROFILES } from '../../src/temporal/workers.js';
import { bundleWorkflows } from '../../src/temporal/workflow-bundle.js';
import { startTimeSkipping } from '../harness/time-skipping.js';

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await startTimeSkipping();
});
afterAll(async () => environment.teardown());

test('a worker ends by force while an activity obeys no cancellation', async () => {
  let underWay: () => void = () => undefined;
  const hasBegun = new Promise<void>((resolve) => (underWay = resolve));
  const hang = (): Promise<never> => {
    underWay();
    return new Promise(() => undefined);
  };
  const activities = Object.fromEntries(Object.keys(ACTIVITY_QUEUES).map((name) => [name, hang]));
  const workers = await createStayWorkers({
    connection: environment.nativeConnection,
    namespace: 'default',
    activities: activities as unknown as StayActivities,
    workflowBundle: await bundleWorkflows(),
    profile: { ...WORKER_PROFILES.embedded, shutdownGraceTime: '10ms', shutdownForceTime: '500ms' },
  });
  const running = runWorkers(workers);
  await createStayClient(environment.client).applyReservation({
    ...{ propertyId: 'seaside', reservationId: 'R-1', revision: 1, status: 'in-house', rooms: ['101'] },
    window: { from: '2031-01-01T15:00:00Z', to: '2031-01-02T11:00:00Z' },
    guests: [{ guestId: 'g1', primary: true }],
  });
  await hasBegun;
  workers[0]?.shutdown();
  // The SDK logs that the time is over; which of its errors comes first differs.
  await expect(running).rejects.toThrow();
});
