/** `docs/configuration.md` against the schemas: CONFIGURATION_PAGE=write npx vitest run test/project/configuration-doc */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { codecVariables, serverVariables, workerVariables } from '../../src/config/process-variables.js';
import { packageRoot } from '../../src/package-root.js';
import { temporalVariables } from '../../src/temporal/variables.js';
import { configurationPage } from './configuration-page.js';

const PAGE = path.join(packageRoot(), 'docs/configuration.md');

test('docs/configuration.md is the page that the schemas give', () => {
  const page = configurationPage();
  if (process.env.CONFIGURATION_PAGE === 'write') writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, 'utf8')).toBe(page);
});

test('every variable of a process has a description that fits into a cell', () => {
  for (const { shape } of [workerVariables, serverVariables, codecVariables, temporalVariables]) {
    for (const [name, { description }] of Object.entries(shape)) {
      const shown = description?.replace(/\]\([^)]*\)/g, ']') ?? '';
      expect(shown.length, name).toBeGreaterThan(0);
      expect(shown.length, name).toBeLessThanOrEqual(60);
    }
  }
});
