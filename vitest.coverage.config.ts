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
        // Two less than what is reached: which setting of Seam a test draws changes a little.
        thresholds: {
          'activities/**': atLeast(90, 85, 91, 92),
          'src/*.ts': atLeast(28, 17, 52, 25),
          'src/booking/**': atLeast(89, 80, 89, 91),
          'src/cli/**': atLeast(79, 66, 73, 80),
          'src/client/**': atLeast(88, 71, 95, 91),
          'src/codec/**': atLeast(90, 84, 94, 92),
          'src/config/**': atLeast(70, 61, 55, 73),
          'src/dev/**': atLeast(65, 38, 76, 66),
          'src/domain/**': atLeast(90, 86, 91, 91),
          'src/http/**': atLeast(93, 84, 92, 95),
          'src/seam/**': atLeast(93, 84, 95, 94),
          'src/server/**': atLeast(38, 25, 36, 38),
          'src/simulator/**': atLeast(90, 81, 94, 93),
          'src/temporal/**': atLeast(76, 64, 80, 79),
          'workflows/*.ts': atLeast(71, 80, 66, 73),
          'workflows/booking/**': atLeast(85, 74, 89, 86),
          'workflows/erasure/**': atLeast(93, 97, 64, 97),
          'workflows/room/**': atLeast(93, 78, 97, 94),
          'workflows/stay/**': atLeast(95, 87, 97, 96),
        },
      },
    },
  }),
);
