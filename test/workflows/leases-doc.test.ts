/** Checks that rooms and stays accept the examples in docs/leases.md. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { packageRoot } from '../../src/package-root.js';
import { claimSchema, leaseNewsSchema, roomMessageSchemas } from '../../src/domain/model/room-message-schema.js';

const schemas: Readonly<Record<string, z.ZodType>> = {
  claim: claimSchema,
  news: leaseNewsSchema,
  ...roomMessageSchemas,
};
const text = readFileSync(path.join(packageRoot(), 'docs/leases.md'), 'utf8');
const examples = [...text.matchAll(/```json (\w+)\n([\s\S]*?)```/g)].map(([, name = '', json = '']) => ({
  name,
  json,
}));

test('every message between rooms and stays has an example in docs/leases.md', () => {
  expect([...new Set(examples.map(({ name }) => name))].toSorted()).toEqual(Object.keys(schemas).toSorted());
});

test.each(examples)('the schema accepts the example of $name in docs/leases.md unchanged', ({ name, json }) => {
  const value: unknown = JSON.parse(json);
  expect(schemas[name]?.parse(value)).toEqual(value);
});
