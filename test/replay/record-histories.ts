/**
 * Saves histories again, from the real server, with the installed SDK. They are those of stays and rooms of this generation, or those
 * of the workflows between them and booking systems. Those of earlier generations stay: stays that began then may still be open.
 *
 *     npx tsx test/replay/record-histories.ts stays
 *     npx tsx test/replay/record-histories.ts bookings
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../src/package-root.js';
import { openStayWorld } from '../harness/stay-world.js';
import { BOOKING_GENERATION, BOOKING_SCENARIOS } from './booking-scenarios.js';
import { fetchHistory, saveHistory, type SavedHistory } from './saved-history.js';
import { GENERATION, SCENARIOS } from './scenarios.js';

const sdk = JSON.parse(
  readFileSync(path.join(packageRoot(), 'node_modules/@temporalio/workflow/package.json'), 'utf8'),
) as { readonly version: string };

type Recordings = Readonly<Record<string, () => Promise<SavedHistory>>>;

async function record(generation: string, recordings: Recordings): Promise<void> {
  const folder = path.join(packageRoot(), 'test/replay/histories', generation);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, recorded] of Object.entries(recordings)) {
    const saved = await recorded();
    const file = `${name}.sdk-${sdk.version}.json`;
    saveHistory(path.join(folder, file), saved);
    process.stderr.write(`${file}: ${saved.history.events?.length ?? 0} events\n`);
  }
}

async function recordStays(): Promise<void> {
  const world = await openStayWorld({ server: 'dev' });
  const recordings = Object.entries(SCENARIOS).map(([name, run]) => [
    name,
    async (): Promise<SavedHistory> => fetchHistory(world.temporal, (await run(world)).workflowId),
  ]);
  await record(GENERATION, Object.fromEntries(recordings));
  await world.stop();
}

switch (process.argv[2]) {
  case 'stays':
    await recordStays();
    break;
  case 'bookings':
    await record(BOOKING_GENERATION, BOOKING_SCENARIOS);
    break;
  default:
    throw new Error('Which histories: stays or bookings?');
}
