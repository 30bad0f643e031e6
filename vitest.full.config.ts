/** `npm run test:full`: everything, the long runs too (`*.full.test.ts`: faults by the hundred, the Web UI in a browser). */
import { configDefaults, defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.js';

export default mergeConfig(
  { ...base, test: { ...base.test, exclude: [] } },
  defineConfig({
    test: {
      exclude: [...configDefaults.exclude, 'test/vendor/**'],
      testTimeout: 600_000,
    },
  }),
);
