/** The worked example of CONTRIBUTING.md, "Changing a workflow": a changed workflow replays old histories only behind `patched`. */
import path from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../src/package-root.js';
import { bundleWorkflows } from '../../src/temporal/workflow-bundle.js';
import { startTimeSkipping } from '../harness/time-skipping.js';
import type { ReminderActivities } from './patched/activities.js';
import { fetchHistory, type SavedHistory } from './saved-history.js';

const TASK_QUEUE = 'reminders';

type Version = 'before' | 'patched' | 'unguarded';

let environment: TestWorkflowEnvironment;
let before: SavedHistory;

beforeAll(async () => {
  environment = await startTimeSkipping();
  before = (await run('before')).saved;
});
afterAll(async () => environment.teardown());

function bundleOf(version: Version): ReturnType<typeof bundleWorkflows> {
  return bundleWorkflows({ workflowsPath: path.join(packageRoot(), `test/replay/patched/reminder-${version}.ts`) });
}

/** Runs one reminder with this version; returns its history and the activities that it called, in order. */
async function run(version: Version): Promise<{ readonly saved: SavedHistory; readonly called: readonly string[] }> {
  const called: string[] = [];
  const activities: ReminderActivities = {
    sendReminder: async () => void called.push('sendReminder'),
    recordAudit: async () => void called.push('recordAudit'),
  };
  const workflowId = `reminder-${version}`;
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: TASK_QUEUE,
    workflowBundle: await bundleOf(version),
    activities,
  });
  await worker.runUntil(
    environment.client.workflow.execute('reminder', { taskQueue: TASK_QUEUE, workflowId, args: ['seaside'] }),
  );
  return { saved: await fetchHistory(environment.client, workflowId), called };
}

async function replay({ history, workflowId }: SavedHistory, version: Version): Promise<void> {
  await Worker.runReplayHistory({ workflowBundle: await bundleOf(version) }, history, workflowId);
}

test('a history from before the change replays with the patched workflow', async () => {
  await expect(replay(before, 'patched')).resolves.toBeUndefined();
});

test('a new run of the patched workflow does what the change adds, and its history replays', async () => {
  const { saved, called } = await run('patched');
  expect(called).toEqual(['recordAudit', 'sendReminder']);
  await expect(replay(saved, 'patched')).resolves.toBeUndefined();
});

test('a history from before the change does not replay with the same change made without patched', async () => {
  await expect(replay(before, 'unguarded')).rejects.toMatchObject({ name: 'DeterminismViolationError' });
});
