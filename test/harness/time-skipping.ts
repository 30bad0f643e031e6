/** The time-skipping test server with our search attributes; one per test file, because its clock is shared by everything on it. */
import path from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { packageRoot } from '../../src/package-root.js';
import { requireTool } from '../../src/temporal/binaries.js';
import { registerSearchAttributes } from '../../src/temporal/register-search-attributes.js';

/** Part of the SDK's message if the server is not up within the SDK's five seconds. */
const SLOW_START = 'did not start within';
const MOST_STARTS = 5;

/** Call `teardown()` on it when done. It ends with this process in any case. */
export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  const environment = await startServer(MOST_STARTS);
  await registerSearchAttributes(environment.connection, environment.namespace ?? 'default');
  return environment;
}

/** Starts the server, again if a busy machine needs longer than the SDK waits. */
async function startServer(startsLeft: number): Promise<TestWorkflowEnvironment> {
  process.env.STAYLINE_TEST_SERVER = requireTool('testServer');
  const guarded = path.join(packageRoot(), 'scripts/guarded-test-server.sh');
  try {
    return await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path: guarded } },
    });
  } catch (error) {
    const isSlow = error instanceof Error && error.message.includes(SLOW_START);
    if (!isSlow || startsLeft <= 1) throw error;
    return startServer(startsLeft - 1);
  }
}
