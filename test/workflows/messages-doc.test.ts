/** Checks that the workflow accepts the examples in docs/messages.md. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { packageRoot } from '../../src/package-root.js';
import { ATTENTION_CODES } from '../../src/domain/model/attention.js';
import { messageNames, messageSchemas, type MessageName } from '../../src/domain/model/message-schema.js';
import { snapshotSchema } from '../../src/domain/model/snapshot-schema.js';

const text = readFileSync(path.join(packageRoot(), 'docs/messages.md'), 'utf8');
const examples = [...text.matchAll(/```json (\w+)\n([\s\S]*?)```/g)].map(([, name = '', json = '']) => ({
  name,
  json,
}));
const planFor = z.strictObject({ message: z.enum(messageNames), payload: z.unknown() });

test('every signal has an example in docs/messages.md', () => {
  const shown = examples.map((example) => example.name);
  expect(messageNames.filter((name) => !shown.includes(name))).toEqual([]);
});

test('docs/messages.md describes every attention code, and no other', () => {
  const [, section = ''] = text.split('## Attention\n');
  const [table = ''] = section.split('\n## ');
  const described = [...table.matchAll(/^(?:\| |- |### )`([a-z-]+)`/gm)].map(([, code = '']) => code);
  expect(new Set(described)).toEqual(new Set(ATTENTION_CODES));
});

test.each(examples)('the schema accepts the example of $name in docs/messages.md', ({ name, json }) => {
  const value: unknown = JSON.parse(json);
  if (name === 'applyReservation') snapshotSchema.parse(value);
  else if (name === 'planFor') {
    const { message, payload } = planFor.parse(value);
    messageSchemas[message].parse(payload);
  } else {
    expect(messageNames).toContain(name);
    messageSchemas[name as MessageName].parse(value);
  }
});
