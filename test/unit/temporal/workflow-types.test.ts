import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/package-root.js';
import { WORKFLOW_TYPES } from '../../../src/temporal/workflow-types.js';

test('the list of workflow types names exactly the workflows that a worker registers', () => {
  const index = readFileSync(path.join(packageRoot(), 'workflows/index.ts'), 'utf8');
  const registered = [...index.matchAll(/export \{ (\w+) \}/g)].map(([, name]) => name);
  expect(registered).toHaveLength(Object.keys(WORKFLOW_TYPES).length);
  expect(Object.values(WORKFLOW_TYPES).toSorted()).toEqual(registered.toSorted());
});
