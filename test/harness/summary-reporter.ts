/**
 * Prints each failure when it happens, so that a long run shows it before its end, and at the end what the run has shown: one line for each
 * layer of tests.
 */
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Layers of tests by their folder, and the claim that each shows. */
const LAYERS: Readonly<Record<string, string>> = {
  'unit/domain': 'keys, leases and stays, also by random sequences',
  unit: 'Seam client, activities, adapters, simulator, CLI',
  workflows: 'the workflows on a Temporal server, faults included',
  scenarios: 'situations of hotel life, judged at the locks',
  model: 'random bookings of a whole hotel, judged by laws',
  replay: 'saved histories replay with these workflows',
  e2e: 'real processes: HTTP API, webhooks, demo, systems',
  faults: 'killed workers, lost responses, outages',
  ui: 'Temporal Web UI in a browser',
  project: 'lint rules, set-up, containers, documentation',
};

/** Reporter of failures and of the summary. */
export const summaryReporter: Reporter = {
  onTestCaseResult(test) {
    if (test.result().state === 'failed') process.stdout.write(failureOf(test));
  },
  onTestRunEnd(modules) {
    const lines = Object.entries(LAYERS).flatMap(([folder, claim]) => lineOf(folder, claim, modules));
    if (lines.length > 1) process.stdout.write(`\n Shown\n${lines.join('\n')}\n\n`);
  },
};

/** Most characters of a failure: a counterexample may have very many. */
const MOST_CHARACTERS = 2_000;

function failureOf(test: TestCase): string {
  const errors = (test.result().errors ?? []).map(({ message, stack = '' }) => `${message}\n${stack}`);
  return `\n Failed: ${test.module.relativeModuleId} > ${test.fullName}\n${errors.join('\n').slice(0, MOST_CHARACTERS)}\n\n`;
}

/** Returns the line of a layer; none if no test of it ran. */
function lineOf(folder: string, claim: string, modules: readonly TestModule[]): string[] {
  const states = modules
    .filter(({ moduleId }) => layerOf(moduleId) === folder)
    .flatMap((module) => [...module.children.allTests()])
    .map((test) => test.result().state);
  const passed = states.filter((state) => state === 'passed').length;
  const failed = states.filter((state) => state === 'failed').length;
  if (passed + failed === 0) return [];
  const count = failed === 0 ? `${passed} passed` : `${failed} FAILED, ${passed} passed`;
  return [`  ${folder.padEnd(12)} ${count.padEnd(12)} ${claim}`];
}

/** Returns the folder of the layer that a test file belongs to; the deepest one counts. */
function layerOf(moduleId: string): string | undefined {
  return Object.keys(LAYERS).find((folder) => moduleId.includes(`/test/${folder}/`));
}
