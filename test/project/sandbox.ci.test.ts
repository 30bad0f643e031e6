import { expect, test } from 'vitest';
import { bundleWorkflows } from '../../src/temporal/workflow-bundle.js';

test('the sandbox bundle holds the workflows, the domain and its preloaded schemas, and no costly or foreign module', async () => {
  const { code } = await bundleWorkflows();
  expect(code).toContain('!*** ./workflows/stay/stay.ts');
  expect(code).toContain('!*** ./src/domain/model/snapshot-schema.ts');
  for (const stranger of [
    './src/domain/model/property-schema.ts',
    './src/domain/model/dates.ts',
    './src/seam/',
    './activities/',
  ]) {
    expect(code).not.toContain(`!*** ${stranger}`);
  }
  expect(code).not.toMatch(/!\*\*\* \.\/node_modules\/(axios|@js-temporal)\//);
});
