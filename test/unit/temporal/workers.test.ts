import { describe, expect, test } from 'vitest';
import { ACTIVITY_QUEUES, TASK_QUEUES } from '../../../src/temporal/task-queues.js';
import { runWorkers, type RunnableWorker } from '../../../src/temporal/workers.js';

interface FakeWorker extends RunnableWorker {
  /** Ends the run, like a worker whose connection is lost permanently. */
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
  test('runWorkers stops every worker when one fails, and fails with its error', async () => {
    const [stays, seam] = [aWorker(), aWorker()];
    const running = runWorkers([stays, seam]);
    seam.fail(new Error('connection lost'));
    await expect(running).rejects.toThrow('connection lost');
    expect(stays.getState()).toBe('STOPPED');
  });

  test('runWorkers ends when one worker is shut down, and stops the others', async () => {
    const [stays, seam] = [aWorker(), aWorker()];
    const running = runWorkers([stays, seam]);
    stays.shutdown();
    await expect(running).resolves.toBeUndefined();
    expect(seam.getState()).toBe('STOPPED');
  });

  test('runWorkers fails with the error of the first worker in the list when all fail', async () => {
    const [stays, seam] = [aWorker(), aWorker()];
    const running = runWorkers([stays, seam]);
    seam.fail(new Error('second in the list'));
    stays.fail(new Error('first in the list'));
    await expect(running).rejects.toThrow('first in the list');
  });
});

test('only activities without a call to Seam run on the stays queue, without the rate limit', () => {
  const here = Object.entries(ACTIVITY_QUEUES).filter(([, queue]) => queue === TASK_QUEUES.stays);
  expect(here.map(([name]) => name)).toEqual([
    'resolveProperty',
    'settleLeases',
    'exchangeRooms',
    'reportDrift',
    'lookBack',
    'eraseHistory',
  ]);
});
