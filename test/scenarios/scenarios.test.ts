/**
 * Scenarios of hotel life. Each runs on the time-skipping server against the simulator, and phones held to doors decide the result.
 * `docs/scenarios.md` is generated from them and their results: SCENARIOS_PAGE=write npx vitest run test/scenarios
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { packageRoot } from '../../src/package-root.js';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';
import type { TemporalKind } from '../harness/temporal.js';
import { chapters, scenarios } from './all.js';
import { PROPERTIES } from './hotel.js';
import { scenariosPage } from './page.js';
import { runsOf } from './run-scenario.js';

const PAGE = path.join(packageRoot(), 'docs/scenarios.md');
const endings = new Map<number, 'holds' | 'fails'>();

const worlds = new Map<TemporalKind, StayWorld>();
const left: StayWorld[] = [];

/** Returns the world that all passing scenarios share. What a failed scenario leaves behind must not fail the next one. */
async function worldOn(server: TemporalKind): Promise<StayWorld> {
  const world = worlds.get(server) ?? (await openStayWorld({ server, properties: PROPERTIES }));
  worlds.set(server, world);
  return world;
}

afterEach(({ task }) => {
  if (task.result?.state !== 'fail') return;
  left.push(...worlds.values());
  worlds.clear();
});
afterAll(async () => {
  await Promise.all([...left, ...worlds.values()].map((world) => world.stop()));
});

for (const { scenario, circumstance, title, run } of runsOf(scenarios)) {
  const { number } = scenario;
  test(title, { meta: { scenario: { number, title: scenario.title } } }, async () => {
    const before = endings.get(number);
    endings.set(number, 'fails');
    await run(await worldOn(circumstance.server));
    endings.set(number, before ?? 'holds');
  });
}

test('the scenario list contains every scenario that needs no booking system of its own', () => {
  const upTo36 = Array.from({ length: 36 }, (_, index) => index + 1);
  expect(scenarios.map(({ number }) => number)).toEqual([...upTo36, 41, 42, 43, 44, 45, 46, 47, 48, 49]);
});

test('docs/scenarios.md describes exactly these scenarios and reports that each of them holds', () => {
  const page = scenariosPage(chapters, endings);
  if (process.env.SCENARIOS_PAGE === 'write') writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, 'utf8')).toBe(page);
});
