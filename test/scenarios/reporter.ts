/** Prints a table of the scenarios at the end of a test run in which any were run: their numbers, and whether they hold. */
import type { Reporter, TestCase, TestModule } from 'vitest/node';

export const scenarioReporter: Reporter = {
  onTestRunEnd(modules) {
    const lines = linesOf(modules);
    if (lines.length > 0) process.stdout.write(`\n Scenarios\n${lines.join('\n')}\n\n`);
  },
};

/** Returns one line for each scenario, in order. A scenario holds if it does under all of its circumstances. */
function linesOf(modules: readonly TestModule[]): string[] {
  const runs = new Map<number, { title: string; tests: TestCase[] }>();
  for (const test of modules.flatMap((module) => [...module.children.allTests()])) {
    const { scenario } = test.meta();
    if (scenario === undefined || test.result().state === 'skipped') continue;
    const known = runs.get(scenario.number) ?? { title: scenario.title, tests: [] };
    runs.set(scenario.number, { ...known, tests: [...known.tests, test] });
  }
  return [...runs.entries()]
    .sort(([a], [b]) => a - b)
    .map(([number, { title, tests }]) => {
      const ending = tests.every((test) => test.result().state === 'passed') ? 'holds' : 'FAILS';
      return `  ${String(number).padStart(2)}  ${ending}  ${title}`;
    });
}
