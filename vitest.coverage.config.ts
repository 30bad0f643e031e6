/**
 * `npm run coverage`: the tests of `npm test` and the long ones of `npm run test:ci`, with counters. Only code of the test processes and
 * workflows in their workers count. What tests run as a process of its own (worker, server, CLI, demo) does not, nor does domain code
 * that a workflow calls.
 */
import { configDefaults, defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.js';

type Threshold = Record<'statements' | 'branches' | 'functions' | 'lines', number>;

/** Returns percentages that must be reached. */
function atLeast(statements: number, branches: number, functions: number, lines: number): Threshold {
  return { statements, branches, functions, lines };
}

export default mergeConfig(
  { ...base, test: { ...base.test, exclude: [] } },
  defineConfig({
    test: {
      exclude: [...configDefaults.exclude, 'test/vendor/**', '**/*.full.test.ts'],
      globalSetup: ['test/harness/workflow-coverage/global-setup.ts'],
      env: { STAYLINE_TEST_COVERAGE: 'yes' },
      outputFile: { json: '.stayline/test-results-coverage.json' },
      coverage: {
        enabled: true,
        provider: 'istanbul',
        include: ['{src,workflows,activities}/**/*.ts'],
        exclude: ['test/**'],
        reportOnFailure: true,
        reporter: ['text-summary', 'json-summary', 'html'],
        // Percentages that are reached, rounded down. Folders whose tests run in a process of its own are missing.
        thresholds: {
          'activities/**': atLeast(53, 43, 63, 52),
          'src/*.ts': atLeast(56, 66, 71, 54),
          'src/booking/**': atLeast(84, 77, 83, 86),
          'src/cli/**': atLeast(32, 18, 28, 35),
          'src/client/**': atLeast(71, 55, 85, 73),
          'src/dev/**': atLeast(57, 22, 66, 57),
          'src/domain/**': atLeast(96, 92, 98, 97),
          'src/http/**': atLeast(93, 83, 88, 95),
          'src/seam/**': atLeast(92, 85, 94, 93),
          'src/server/**': atLeast(44, 35, 29, 48),
          'src/simulator/**': atLeast(91, 81, 95, 94),
          'src/temporal/**': atLeast(74, 48, 81, 77),
          'workflows/*.ts': atLeast(94, 79, 100, 100),
          'workflows/room/**': atLeast(88, 54, 94, 89),
          'workflows/stay/**': atLeast(96, 86, 96, 97),
        },
      },
    },
  }),
);
