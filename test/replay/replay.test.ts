/** Saved histories replay against the current workflows; `record-histories.ts` describes how to save them again. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Worker, type WorkflowBundleOption, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { beforeAll, describe, expect, test } from 'vitest';
import { cachedBundle } from '../../src/dev/bundle-cache.js';
import { packageRoot } from '../../src/package-root.js';
import { bundleWorkflows } from '../../src/temporal/workflow-bundle.js';
import { BOOKING_GENERATION, BOOKING_SCENARIOS } from './booking-scenarios.js';
import { loadHistory } from './saved-history.js';
import { GENERATION, SCENARIOS } from './scenarios.js';

const folder = path.join(packageRoot(), 'test/replay/histories');
const files = readdirSync(folder).flatMap((generation) =>
  readdirSync(path.join(folder, generation)).map((file) => `${generation}/${file}`),
);
const ofScenario = (file: string): string => path.basename(file).split('.')[0] ?? '';
const scenariosOf = (generation: string): readonly string[] => [
  ...new Set(files.filter((file) => file.startsWith(`${generation}/`)).map(ofScenario)),
];

let bundle: WorkflowBundleOption;
let altered: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  bundle = { codePath: await cachedBundle() };
  altered = await bundleWorkflows({
    workflowsPath: path.join(packageRoot(), 'test/replay/fixtures/altered-workflows.ts'),
  });
});

function replay(file: string, workflowBundle: WorkflowBundleOption): Promise<void> {
  const { history, workflowId } = loadHistory(path.join(folder, file));
  return Worker.runReplayHistory({ workflowBundle }, history, workflowId);
}

/** Returns a pattern that every readable history matches: a search for contacts in unreadable payloads would always pass. */
function whatIsInside(file: string): RegExp {
  if (file.startsWith('bookings')) return /"pace"|"connectionId"|"guestId"/;
  if (file.includes('/doors-of-')) return /"acsEntranceId"/;
  return file.includes('/room-of-') ? /"stayId"/ : /"guestId"/;
}

describe('saved histories', () => {
  test('saved histories exist for every scenario', () => {
    expect(scenariosOf(GENERATION).toSorted()).toEqual(Object.keys(SCENARIOS).toSorted());
    expect(scenariosOf(BOOKING_GENERATION).toSorted()).toEqual(Object.keys(BOOKING_SCENARIOS).toSorted());
  });

  test.each(files)('the saved history %s replays with the current workflows', async (file) => {
    await expect(replay(file, bundle)).resolves.toBeUndefined();
  });

  test.each(files)('the saved history %s does not replay with a workflow that runs one more command', async (file) => {
    await expect(replay(file, altered)).rejects.toMatchObject({ name: 'DeterminismViolationError' });
  });

  test.each(files)('the saved history %s holds no contacts', (file) => {
    const payloads = readFileSync(path.join(folder, file), 'utf8').matchAll(/"data": "([^"]+)"/g);
    const plain = [...payloads].map(([, data = '']) => Buffer.from(data, 'base64').toString('utf8'));
    expect(plain.join('\n')).toMatch(whatIsInside(file));
    expect(plain.join('\n')).not.toMatch(/"email":|"phone":"\+|Quill|Lovelace/);
  });
});
