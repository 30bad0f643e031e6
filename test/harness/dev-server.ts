/** A separate dev server for a test file: free ports, and a database that is removed after the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startDevServer, type DevServer } from '../../src/temporal/dev-server.js';

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
