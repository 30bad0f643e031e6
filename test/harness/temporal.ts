/** The two Temporal servers that tests run stays on, behind one interface. */
import { setInterval } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { NativeConnection } from '@temporalio/worker';
import { connect, connectionOptions } from '../../src/temporal/connection.js';
import { startTestDevServer } from './dev-server.js';
import { startTimeSkipping } from './time-skipping.js';

/**
 * Kind of Temporal server. `time-skipping` lets days pass in a moment. It fails a workflow task that cancels an activity which has just
 * ended, and then hangs. Tests that cancel running work therefore use `dev`, the real server, in real time.
 */
export type TemporalKind = 'time-skipping' | 'dev';

export interface TestTemporal {
  readonly client: Client;
  readonly connection: NativeConnection;
  /** Milliseconds since 1970. */
  now(): Promise<number>;
  /** Skips time; only on a server that can. */
  pass(duration: string | number): Promise<void>;
  stop(): Promise<void>;
}

export function openTemporal(kind: TemporalKind): Promise<TestTemporal> {
  return kind === 'dev' ? openDevServer() : openTimeSkipping();
}

async function openTimeSkipping(): Promise<TestTemporal> {
  const environment = await startTimeSkipping();
  return {
    client: environment.client,
    connection: environment.nativeConnection,
    now: () => environment.currentTimeMs(),
    pass: (duration) => sleepThrough(environment, duration),
    stop: () => environment.teardown(),
  };
}

/** Longer than any activity of these tests takes on a busy machine. */
const STANDSTILL_MS = 10_000;

/**
 * Sleeps on the server's clock, and unlocks time skipping where the server fails to. While an activity runs, the server locks its time.
 * Where an activity is cancelled just before a retry, the server never unlocks it, and no time is skipped from then on. Time that has stood
 * still for longer than any activity runs is therefore unlocked here.
 */
async function sleepThrough(environment: TestWorkflowEnvironment, duration: string | number): Promise<void> {
  const over = new AbortController();
  const sleeping = environment.sleep(duration).finally(() => over.abort());
  await Promise.all([sleeping, letGoOfTime(environment, over.signal)]);
}

async function letGoOfTime(environment: TestWorkflowEnvironment, over: AbortSignal): Promise<void> {
  let seen = await environment.currentTimeMs();
  try {
    for await (const _tick of setInterval(STANDSTILL_MS, undefined, { signal: over })) {
      const at = await environment.currentTimeMs();
      if (at - seen < 2 * STANDSTILL_MS) await environment.connection.testService?.unlockTimeSkipping({});
      seen = at;
    }
  } catch (error) {
    if (!over.aborted) throw error;
  }
}

async function openDevServer(): Promise<TestTemporal> {
  const server = await startTestDevServer();
  const connection = await connect(server);
  const native = await NativeConnection.connect(connectionOptions(server));
  return {
    client: new Client({ connection, namespace: server.namespace }),
    connection: native,
    now: () => Promise.resolve(Date.now()),
    pass: () => Promise.reject(new Error('The real server cannot skip time')),
    async stop() {
      await native.close();
      await connection.close();
      await server.stop();
    },
  };
}
