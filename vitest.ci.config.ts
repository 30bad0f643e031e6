/**
 * `npm run test:ci`: the tests that are too long for `npm test` and that every change must pass (`*.ci.test.ts`), and the guide's
 * scenarios with workers that keep no workflow in memory. The scenarios of hotel life run with a Seam that answers one open question otherwise, by chance.
 */
import { configDefaults, defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.js';
import { uncachedOnDevServer, underSettingByChance } from './vitest.projects.js';

const long = { include: ['test/**/*.ci.test.ts'], exclude: [...configDefaults.exclude, 'test/vendor/**'] };

export default mergeConfig(
  { ...base, test: { ...base.test, include: [], exclude: [] } },
  defineConfig({
    test: {
      projects: [
        { extends: true, test: { name: 'long', ...long } },
        uncachedOnDevServer('guide'),
        underSettingByChance(),
      ],
      outputFile: { json: '.stayline/test-results-ci.json' },
    },
  }),
);
