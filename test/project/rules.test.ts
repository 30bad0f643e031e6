import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { packageRoot } from '../../src/package-root.js';

/** A tree in the shape of the project, with one breach in each file (see its README). */
const FIXTURES = fileURLToPath(new URL('fixtures', import.meta.url));

describe('lint refuses what would differ on replay, or wedge a stay', () => {
  const broken = new Map<string, readonly (string | null)[]>();

  beforeAll(async () => {
    const eslint = new ESLint({ cwd: FIXTURES, overrideConfigFile: path.join(packageRoot(), 'eslint.config.js') });
    for (const { filePath, messages } of await eslint.lintFiles(['workflows', 'activities', 'src', 'test'])) {
      broken.set(path.relative(FIXTURES, filePath), [...new Set(messages.map(({ ruleId }) => ruleId))]);
    }
  });

  test.each([
    ['workflows/reads-clock.ts', 'no-restricted-properties'],
    ['workflows/new-date.ts', 'no-restricted-syntax'],
    ['workflows/chance.ts', 'no-restricted-properties'],
    ['workflows/environment.ts', 'no-restricted-globals'],
    ['workflows/timer.ts', 'no-restricted-globals'],
    ['workflows/floating.ts', '@typescript-eslint/no-floating-promises'],
    ['workflows/http.ts', '@typescript-eslint/no-restricted-imports'],
    ['workflows/node-module.ts', '@typescript-eslint/no-restricted-imports'],
    ['workflows/parses.ts', '@typescript-eslint/no-restricted-imports'],
    ['workflows/runs-activity.ts', '@typescript-eslint/no-restricted-imports'],
    ['workflows/async-validator.ts', 'no-restricted-syntax'],
    ['workflows/async-validator-by-name.ts', '@typescript-eslint/no-misused-promises'],
    ['workflows/query-mutates.ts', 'temporal/workflow-no-query-mutation'],
    ['workflows/query-waits.ts', 'temporal/workflow-no-workflow-apis-in-query'],
    ['workflows/update-continues.ts', 'temporal/workflow-no-continue-as-new-in-update-handler'],
    ['workflows/ends-before-handlers.ts', 'temporal/workflow-no-await-in-handler-without-exit-guard'],
    ['workflows/starts-at-load.ts', 'temporal/workflow-no-top-level-workflow-side-effects'],
    ['workflows/polls.ts', 'temporal/workflow-prefer-condition-over-polling'],
    ['workflows/no-timeout.ts', 'temporal/workflow-require-activity-timeouts'],
    ['src/temporal/internals.ts', 'temporal/no-temporal-internal-imports'],
    ['src/seam/opens-with-what.ts', 'stayline/plain-language'],
    ['src/seam/banned-word.ts', 'stayline/plain-language'],
    ['src/seam/banned-nobody.ts', 'stayline/plain-language'],
    ['src/seam/banned-is-told.ts', 'stayline/plain-language'],
    ['src/seam/banned-verdict.ts', 'stayline/plain-language'],
    ['src/seam/banned-mended.ts', 'stayline/plain-language'],
    ['src/seam/banned-at-work.ts', 'stayline/plain-language'],
    ['test/banned-word.ts', 'stayline/plain-titles'],
    ['test/banned-word-of-group.ts', 'stayline/plain-titles'],
    ['test/about-him.ts', 'stayline/plain-titles'],
    ['test/group-about-him.ts', 'stayline/plain-titles'],
    ['test/opens-with-that.ts', 'stayline/plain-titles'],
    ['test/opens-with-should.ts', 'stayline/plain-titles'],
    ['test/with-should.ts', 'stayline/plain-titles'],
    ['test/too-short.ts', 'stayline/plain-titles'],
    ['test/too-long.ts', 'stayline/plain-titles'],
    ['test/with-full-stop.ts', 'stayline/plain-titles'],
    ['workflows/no-docstring.ts', 'jsdoc/require-jsdoc'],
    ['src/domain/no-docstring.ts', 'jsdoc/require-jsdoc'],
    ['src/client/no-docstring.ts', 'jsdoc/require-jsdoc'],
    ['src/domain/clock.ts', 'no-restricted-properties'],
    ['src/domain/file.ts', '@typescript-eslint/no-restricted-imports'],
    ['src/domain/parses.ts', '@typescript-eslint/no-restricted-imports'],
    ['src/domain/knows-temporal.ts', '@typescript-eslint/no-restricted-imports'],
  ])('the lint fixture %s breaks only the rule %s', (file, rule) => {
    expect(broken.get(file)).toEqual([rule]);
  });

  test.each([
    'workflows/fine.ts',
    'activities/greeter.ts',
    'src/client/fine.ts',
    'src/seam/endpoint.ts',
    'src/seam/fine.ts',
    'src/domain/fine.ts',
    'src/domain/name-schema.ts',
    'test/fine.ts',
  ])('the lint fixture %s breaks no rule', (file) => {
    expect(broken.get(file)).toEqual([]);
  });
});

describe('the import rule refuses a wrong arrow', () => {
  const report = z.object({
    summary: z.object({ violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })) }),
  });
  const violations = new Map<string, string[]>();

  beforeAll(() => {
    const root = packageRoot();
    const cruise = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const config = path.join(root, '.dependency-cruiser.cjs');
    const { stdout } = spawnSync(
      process.execPath,
      [cruise, '--config', config, '--output-type', 'json', 'workflows', 'activities', 'src'],
      { cwd: FIXTURES, encoding: 'utf8', maxBuffer: 50_000_000 },
    );
    for (const { from, rule } of report.parse(JSON.parse(stdout)).summary.violations) {
      violations.set(from, [...(violations.get(from) ?? []), rule.name]);
    }
  });

  test.each([
    ['workflows/runs-activity.ts', 'workflows-know-types-of-activities-only'],
    ['workflows/knows-worker.ts', 'workflows-to-domain'],
    ['workflows/http.ts', 'workflows-to-domain'],
    ['workflows/node-module.ts', 'workflows-to-domain'],
    ['activities/knows-workflows.ts', 'activities-to-domain-and-seam'],
    ['src/domain/knows-seam.ts', 'domain-is-pure'],
    ['src/domain/knows-temporal.ts', 'domain-is-pure'],
    ['src/domain/file.ts', 'domain-is-pure'],
    ['src/domain/egg.ts', 'no-cycles'],
    ['src/domain/chick.ts', 'no-cycles'],
    ['src/domain/model/knows-plan.ts', 'domain-floor-model'],
    ['src/booking/knows-server.ts', 'booking-to-client-domain-http-temporal'],
    ['src/http/knows-booking.ts', 'http-stands-alone'],
    ['src/simulator/knows-seam.ts', 'simulator-stands-alone'],
    ['src/worker.ts', 'only-tools-simulate'],
  ])('an import in the fixture %s breaks the rule %s', (file, rule) => {
    expect(violations.get(file)).toContain(rule);
  });

  test.each(['workflows/fine.ts', 'activities/greeter.ts', 'src/domain/fine.ts', 'src/domain/name-schema.ts'])(
    'no import in the fixture %s breaks a rule',
    (file) => {
      expect(violations.has(file)).toBe(false);
    },
  );
});
