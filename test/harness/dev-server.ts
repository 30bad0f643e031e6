/** A separate dev server for a test file: free ports, and a database that is removed after the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TemporalTarget } from '../../src/temporal/connection.js';
import { startDevServer, type DevServer } from '../../src/temporal/dev-server.js';

/**
 * Stops the server, or what is left of a killed one, and starts another on the same database and ports.
 * @throws Error if another process has taken a port meanwhile
 */
export async function restartDevServer(server: DevServer): Promise<DevServer> {
  const portOf = (url: string): number => Number(new URL(url).port);
  await server.stop();
  const next = await startDevServer({
    databaseFile: server.databaseFile,
    preferredPort: portOf(`http://${server.address}`),
    preferredUiPort: portOf(server.uiUrl),
  });
  if (next.address !== server.address) throw new Error('Another process took the port of the Temporal server');
  return next;
}

/** Starts a server that can be killed; `stop()` removes its database as well. */
export async function openKillableDevServer(): Promise<{
  readonly env: Readonly<Record<string, string>>;
  readonly target: TemporalTarget;
  readonly kill: { readonly temporal: () => Promise<void> };
  stop(): Promise<void>;
}> {
  const folder = mkdtempSync(path.join(tmpdir(), 'stayline-'));
  let server = await startDevServer({ databaseFile: path.join(folder, 'temporal.db') });
  const { address, namespace } = server;
  return {
    env: { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace },
    target: { address, namespace },
    kill: {
      async temporal() {
        process.kill(server.pid, 'SIGKILL');
        server = await restartDevServer(server);
      },
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Call `stop()` on it when done: it removes the database as well. */
export async function startTestDevServer(): Promise<DevServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'stayline-'));
  const server = await startDevServer({ databaseFile: path.join(folder, 'temporal.db') });
  return {
    ...server,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
