/**
 * `npm test`: at most four minutes on two cores. Longer tests are `*.ci.test.ts` (`vitest.ci.config.ts`) and `*.full.test.ts`
 * (`vitest.full.config.ts`).
 */
import { configDefaults, defineConfig } from 'vitest/config';
import { summaryReporter } from './test/harness/summary-reporter.js';
import { scenarioReporter } from './test/scenarios/reporter.js';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'test/vendor/**', '**/*.{ci,full}.test.ts'],
    globalSetup: ['test/harness/global-setup.ts'],
    // Two at a time would leave a quarter of two cores unused: tests wait for servers, processes, timers and outages.
    maxWorkers: 3,
    // Modules are loaded once per worker, not once per file: loading Temporal's SDK over and over took a quarter of the time. No module
    // of the project keeps state that a test changes.
    isolate: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // A call that nobody waits for any more may be due to be tried again by Temporal's client just after a test has closed its connection.
    onUnhandledError: ({ message, stack }) =>
      message === 'Channel has been shut down' && stack?.includes('grpc-retry') === true ? false : undefined,
    reporters: ['default', 'json', scenarioReporter, summaryReporter],
    outputFile: { json: '.stayline/test-results.json' },
  },
});
