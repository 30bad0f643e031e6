import { describe, expect, test } from 'vitest';
import { ACTIVITY_QUEUES, TASK_QUEUES } from '../../../src/temporal/task-queues.js';
import { runWorkers, type RunnableWorker } from '../../../src/temporal/workers.js';

interface FakeWorker extends RunnableWorker {
  /** Ends its run, as a worker ends whose connection is lost for good. */
  fail(error: Error): void;
}

/** A worker that runs until it is shut down or fails. */
function aWorker(): FakeWorker {
  let state: ReturnType<RunnableWorker['getState']> = 'INITIALIZED';
  let end: (error?: Error) => void;
  return {
    getState: () => state,
    run() {
      state = 'RUNNING';
      return new Promise((resolve, reject) => {
        end = (error) => {
          state = error === undefined ? 'STOPPED' : 'FAILED';
          if (error === undefined) resolve();
          else reject(error);
        };
      });
    },
    shutdown() {
      if (state !== 'RUNNING') throw new Error(`cannot be shut down while ${state}`);
      state = 'DRAINING';
      queueMicrotask(() => end());
    },
    fail: (error) => end(error),
  };
}

describe('runWorkers', () => {
  test('stops every worker when one fails, and fails with its error', async () => {
    const [stays, seam] = [aWorker(), aWorker()];
    const running = runWorkers([stays, seam]);
    seam.fail(new Error('connection lost'));
    await expect(running).rejects.toThrow('connection lost');
    expect(stays.getState()).toBe('STOPPED');
  });

  test('ends when one worker was told to end, with the others', async () => {
    const [stays, seam] = [aWorker(), aWorker()];
    const running = runWorkers([stays, seam]);
    stays.shutdown();
    await expect(running).resolves.toBeUndefined();
    expect(seam.getState()).toBe('STOPPED');
  });

  test('fails with the first error when all fail', async () => {
    const [stays, seam] = [aWorker(), aWorker()];
    const running = runWorkers([stays, seam]);
    seam.fail(new Error('second in the list'));
    stays.fail(new Error('first in the list'));
    await expect(running).rejects.toThrow('first in the list');
  });
});

test('every call to Seam has the queue with the rate limit; beside the workflows only the property file is read, rooms are told, and past stays looked at and deleted', () => {
  const here = Object.entries(ACTIVITY_QUEUES).filter(([, queue]) => queue === TASK_QUEUES.stays);
  expect(here.map(([name]) => name)).toEqual(['resolveProperty', 'settleLeases', 'lookBack', 'eraseHistory']);
});
