/** The Python example's encoding of workflow ids, beside Stayline's own. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stayWorkflowId } from '../../../src/domain/model/ids.js';
import { idSchema } from '../../../src/domain/model/snapshot-schema.js';
import { packageRoot } from '../../../src/package-root.js';

const example = readFileSync(path.join(packageRoot(), 'examples/python/stay.py'), 'utf8');
const functions = /^def [^]*?(?=\n\n\n(?!def encoded))/mu.exec(example)?.[0] ?? '';

/** Returns the workflow ids that the example makes of pairs of property and reservation. It needs no package. */
function inPython(names: readonly (readonly string[])[]): unknown {
  const program = [
    'import json, sys',
    'from urllib.parse import quote',
    functions,
    'print(json.dumps([stay_id(*name) for name in json.loads(sys.stdin.buffer.read())]))',
  ].join('\n');
  return JSON.parse(execFileSync('python3', ['-c', program], { input: JSON.stringify(names), encoding: 'utf8' }));
}

const printable = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at));
const awkward = [
  "Smith (2) O'Hara!",
  'a/b',
  '100%',
  '%28',
  'Zoë',
  'Zoe\u0308',
  '房间',
  '👩‍👧 1',
  "~*!'()-_.",
  '\u00a0',
  '+1',
];

const hasPython = spawnSync('python3', ['--version']).status === 0;

test.skipIf(!hasPython)(
  'the Python example makes the same workflow id as Stayline, whatever characters the ids have',
  () => {
    const ids = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 30 })
      .filter((id) => idSchema.safeParse(id).success);
    const random = fc.sample(ids, { seed: 16, numRuns: 300 });
    const names = [...printable, ...awkward, ...random].map((id) => [id, `R${id}`] as const);
    const own = names.map(([propertyId, reservationId]) => stayWorkflowId({ propertyId, reservationId }));
    expect(inPython(names)).toEqual(own);
  },
);
