import { expect, test } from 'vitest';
import { bundleWorkflows } from '../../src/temporal/workflow-bundle.js';

test('the sandbox gets the workflows, the domain and its preloaded schemas, and nothing that costs or does not belong there', async () => {
  const { code } = await bundleWorkflows();
  expect(code).toContain('!*** ./workflows/stay.ts');
  expect(code).toContain('!*** ./src/stay/snapshot-schema.ts');
  for (const stranger of ['./src/stay/property-schema.ts', './src/stay/dates.ts', './src/seam/', './activities/']) {
    expect(code).not.toContain(`!*** ${stranger}`);
  }
  expect(code).not.toMatch(/!\*\*\* \.\/node_modules\/(axios|@js-temporal)\//);
});
