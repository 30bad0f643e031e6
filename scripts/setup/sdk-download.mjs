/**
 * Makes the Temporal SDK download a server into a folder, by starting it once. Runs as a separate process, because it loads the whole SDK.
 */
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [name, downloadDir] = process.argv.slice(2);
const server = { executable: { type: 'cached-download', downloadDir } };
const environment =
  name === 'temporal'
    ? await TestWorkflowEnvironment.createLocal({ server })
    : await TestWorkflowEnvironment.createTimeSkipping({ server });
await environment.teardown();
