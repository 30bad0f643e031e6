import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleWorkflows } from '../../../src/temporal/workflow-bundle.js';
import { startTimeSkipping } from '../../harness/time-skipping.js';
import type { ParsingResult, parsing } from './fixtures/parsing-workflow.js';

const snapshot = {
  propertyId: 'seaside',
  reservationId: 'R-1',
  revision: 1,
  status: 'confirmed',
  window: { arrival: '2026-11-23', departure: '2026-11-26' },
  rooms: ['101'],
  guests: [{ guestId: 'g1', email: 'guest@example.com', phone: '+4915112345678' }],
};

const cases = [
  { reuseV8Context: true, maxCachedWorkflows: 10 },
  { reuseV8Context: true, maxCachedWorkflows: 0 },
  { reuseV8Context: false, maxCachedWorkflows: 10 },
] as const;

describe.each(cases)('schemas preloaded into the sandbox (%o)', (options) => {
  let environment: TestWorkflowEnvironment;
  let bundle: WorkflowBundleWithSourceMap;

  beforeAll(async () => {
    environment = await startTimeSkipping();
    const workflowsPath = fileURLToPath(new URL('fixtures/parsing-workflow.ts', import.meta.url));
    bundle = await bundleWorkflows({ workflowsPath });
  });

  afterAll(() => environment.teardown());

  async function judged(candidate: unknown, message: unknown): Promise<ParsingResult> {
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue: 'parsing',
      workflowBundle: bundle,
      ...options,
    });
    return worker.runUntil(
      environment.client.workflow.execute<typeof parsing>('parsing', {
        taskQueue: 'parsing',
        workflowId: randomUUID(),
        args: [candidate, message],
      }),
    );
  }

  test('preloaded schemas accept valid values', async () => {
    expect(await judged(snapshot, { guests: [{ guestId: 'g2' }] })).toEqual({ snapshot: 'right', message: 'right' });
  });

  test('preloaded schemas name the field of an invalid value, every time', async () => {
    for (let time = 0; time < 2; time++) {
      expect(await judged({ ...snapshot, rooms: ['101', '101'], extra: 1 }, { guests: [] })).toEqual({
        snapshot: expect.arrayContaining(['rooms must name each room once']) as unknown,
        message: ['guests must name at least one guest'],
      });
    }
  });
});
