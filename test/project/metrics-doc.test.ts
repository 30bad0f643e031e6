/** `docs/operations.md` lists the metrics of the processes. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/package-root.js';

/** Returns the names of metrics in a text, without the ending of counters, which the exporter adds. */
function metricsIn(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, name = '']) => name.replace(/_total$/, ''));
}

test('docs/operations.md lists exactly the metrics that the code defines', () => {
  const root = packageRoot();
  const files = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const sources = files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(path.join(root, 'src', file), 'utf8'));
  const defined = new Set(sources.flatMap((text) => metricsIn(text, /'(stayline_[a-z_]+)'/g)));
  const listed = metricsIn(readFileSync(path.join(root, 'docs/operations.md'), 'utf8'), /^\| `(stayline_[a-z_]+)`/gm);
  expect(defined.size).toBeGreaterThan(10);
  expect(listed.toSorted()).toEqual([...defined].toSorted());
});
