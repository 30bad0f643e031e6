/** The examples in docs/leases.md are what rooms and stays take. */
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

test('every message has an example', () => {
  expect([...new Set(examples.map(({ name }) => name))].toSorted()).toEqual(Object.keys(schemas).toSorted());
});

test.each(examples)('the example of $name is taken as it stands', ({ name, json }) => {
  const value: unknown = JSON.parse(json);
  expect(schemas[name]?.parse(value)).toEqual(value);
});
