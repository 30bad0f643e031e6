/** The time-skipping test server with our search attributes; one per test file, because its clock is shared by everything on it. */
import path from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { packageRoot } from '../../src/package-root.js';
import { requireTool } from '../../src/temporal/binaries.js';
import { registerSearchAttributes } from '../../src/temporal/register-search-attributes.js';

/** Call `teardown()` on it when done. It ends with this process in any case. */
export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  process.env.STAYLINE_TEST_SERVER = requireTool('testServer');
  const guarded = path.join(packageRoot(), 'scripts/guarded-test-server.sh');
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: guarded } },
  });
  await registerSearchAttributes(environment.connection, environment.namespace ?? 'default');
  return environment;
}
