/** The two Temporal servers that stays are tried on, behind one face. */
import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { connect, connectionOptions } from '../../src/temporal/connection.js';
import { startTestDevServer } from './dev-server.js';
import { startTimeSkipping } from './time-skipping.js';

/**
 * `time-skipping` lets days pass in a moment. It fails a workflow task that cancels an activity which has just ended, and hangs then:
 * what cancels work in flight is tried on `dev`, the real server, in real time.
 */
export type TemporalKind = 'time-skipping' | 'dev';

export interface TestTemporal {
  readonly client: Client;
  readonly connection: NativeConnection;
  /** Milliseconds since 1970. */
  now(): Promise<number>;
  /** Only where time can be skipped. */
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
    pass: (duration) => environment.sleep(duration),
    stop: () => environment.teardown(),
  };
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
