/**
 * `npm run test:full`: everything, the long runs too (`*.full.test.ts`: faults by the hundred, the Web UI in a browser). The workflow
 * tests run again with workers that keep no workflow in memory, so that every task replays the whole history.
 */
import { configDefaults, defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.js';
import { uncached, uncachedOnDevServer, underEverySetting } from './vitest.projects.js';

/** Short forms of tests that run here in their long form. */
const SHORT_FORMS = [
  ...['faults/kills', 'faults/processes', 'faults/seeds', 'model/temporal'],
  ...['workflows/odd-answers', 'e2e/releases/two-builds'],
].map((name) => `test/${name}.ci.test.ts`);

const everything = {
  include: ['test/**/*.test.ts'],
  exclude: [...configDefaults.exclude, 'test/vendor/**', ...SHORT_FORMS],
  testTimeout: 600_000,
};

export default mergeConfig(
  { ...base, test: { ...base.test, include: [], exclude: [] } },
  defineConfig({
    test: {
      projects: [
        { extends: true, test: { name: 'all', ...everything } },
        uncached(
          ...['carried-on', 'dates.ci', 'room', 'room-carried-on.ci', 'phones-and-staff.ci', 'rooms', 'ingest.ci'],
          ...['outages.ci', 'outages.full'],
        ),
        uncachedOnDevServer('delays', 'messages', 'party', 'guide'),
        ...underEverySetting(),
      ],
    },
  }),
);
