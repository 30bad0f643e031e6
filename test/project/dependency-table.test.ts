/** CONTRIBUTING.md shows the floors of the domain as `.dependency-cruiser.cjs` holds them. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { packageRoot } from '../../src/package-root.js';

const config = z.object({
  forbidden: z.array(z.object({ name: z.string(), from: z.object({ path: z.string().optional() }), to: z.unknown() })),
});
const target = z.object({ pathNot: z.array(z.string()) });

/** Returns each floor of the rules with the floors that it may import: folder patterns by name. */
function floorsOfRules(): Map<string, readonly string[]> {
  const file = path.join(packageRoot(), '.dependency-cruiser.cjs');
  const rules = config
    .parse(createRequire(import.meta.url)(file))
    .forbidden.filter(({ name }) => name.startsWith('domain-floor-'));
  const nameOf = new Map(rules.map(({ name, from }) => [from.path ?? '', name.slice('domain-floor-'.length)]));
  return new Map(
    rules.map(({ from, to }) => {
      const own = from.path ?? '';
      const below = target.parse(to).pathNot.filter((one) => one !== own);
      return [plain(own), below.map((one) => nameOf.get(one) ?? one).toSorted()];
    }),
  );
}

/** Returns the rows of the table in CONTRIBUTING.md in the same form. */
function floorsOfTable(): Map<string, readonly string[]> {
  const text = readFileSync(path.join(packageRoot(), 'CONTRIBUTING.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `(src\/domain\/[^`]+)`\s*\| ([^|]+)\|$/gm)];
  return new Map(
    rows.map(([, folder = '', below = '']) => [
      folder,
      [...below.matchAll(/`([a-z-]+)`/g)].map(([, name = '']) => name).toSorted(),
    ]),
  );
}

function plain(pattern: string): string {
  return pattern
    .replace(/^\^/, '')
    .replace(/\\\.ts\$$/, '.ts')
    .replace('|', ',');
}

test('the table of CONTRIBUTING.md names the same floors and the same arrows as the dependency rules', () => {
  const rules = floorsOfRules();
  expect(rules.size).toBe(11);
  expect(Object.fromEntries(floorsOfTable())).toEqual(Object.fromEntries(rules));
});
