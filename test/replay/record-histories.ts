/**
 * Saves the histories of all scenarios of this generation anew, from the real server, as made by the SDK that is installed. Those of
 * earlier generations stay as they are: stays that began then may still be open.
 *
 *     npx tsx test/replay/record-histories.ts
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../src/package-root.js';
import { openStayWorld } from '../support/stay-world.js';
import { saveHistory } from './saved-history.js';
import { GENERATION, SCENARIOS } from './scenarios.js';

const folder = path.join(packageRoot(), 'test/replay/histories', GENERATION);
const sdk = JSON.parse(
  readFileSync(path.join(packageRoot(), 'node_modules/@temporalio/workflow/package.json'), 'utf8'),
) as { readonly version: string };

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const world = await openStayWorld({ server: 'dev' });
for (const [name, run] of Object.entries(SCENARIOS)) {
  const { workflowId } = await run(world);
  const history = await world.temporal.workflow.getHandle(workflowId).fetchHistory();
  const file = `${name}.sdk-${sdk.version}.json`;
  saveHistory(path.join(folder, file), { workflowId, history });
  process.stderr.write(`${file}: ${history.events?.length ?? 0} events\n`);
}
await world.stop();
