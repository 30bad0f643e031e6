/** Hotel hours are read again when a booking gets other dates: an answer for the earlier dates does not apply to the new ones. */
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stayWorkflowId } from '../../src/client.js';
import { cachedBundle } from '../../src/dev/bundle-cache.js';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';
import { waitUntil } from '../harness/wait-until.js';

const PATIENCE = { timeout: 120_000 };
const DAY_MINUTES = 24 * 60;

let asked = 0;
let answerFirst: () => void = () => undefined;
const mayAnswerFirst = new Promise<void>((resolve) => (answerFirst = resolve));

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld({
    around: (activities) => ({
      ...activities,
      async resolveProperty(input) {
        const answer = await activities.resolveProperty(input);
        asked += 1;
        if (asked === 1) await mayAnswerFirst;
        return answer;
      },
    }),
  });
});
afterAll(async () => {
  answerFirst();
  await world.stop();
});

test('a stay that receives new dates together with the hours for its old dates uses the new dates', async () => {
  const day = async (inDays: number): Promise<string> => (await world.inMinutes(inDays * DAY_MINUTES)).slice(0, 10);
  const before = await world.snapshotOf('redated', { window: { arrival: await day(30), departure: await day(32) } });
  const workflowId = stayWorkflowId(before);
  const taskQueue = 'workflows-that-pause';
  const workflowBundle = { codePath: await cachedBundle() };
  const worker = (): Promise<Worker> =>
    Worker.create({ connection: world.native, taskQueue, workflowBundle, maxCachedWorkflows: 0 });
  await world.temporal.workflow.start('stay', { workflowId, taskQueue, args: [{ snapshot: before }] });
  await (await worker()).runUntil(() => waitUntil(() => asked === 1, PATIENCE));

  // Both arrive while no worker runs the stay.
  answerFirst();
  await waitUntil(() => isAnswered(workflowId), PATIENCE);
  const rebooked = world.client.applyReservation({
    ...before,
    revision: 2,
    window: { arrival: await day(40), departure: await day(44) },
  });
  const view = await (
    await worker()
  ).runUntil(async () => {
    await rebooked;
    return waitUntil(async () => {
      const { settled, ...seen } = await world.client.view(before);
      return settled ? seen : undefined;
    }, PATIENCE);
  });
  expect(view.window?.to).toMatch(await day(44));
});

async function isAnswered(workflowId: string): Promise<boolean> {
  const { events } = await world.temporal.workflow.getHandle(workflowId).fetchHistory();
  const questions = events?.filter(
    ({ activityTaskScheduledEventAttributes: question }) => question?.activityType?.name === 'resolveProperty',
  );
  return (
    events?.some(({ activityTaskCompletedEventAttributes: answer }) =>
      questions?.some(({ eventId }) => String(eventId) === String(answer?.scheduledEventId)),
    ) ?? false
  );
}
