/** Licences, install scripts and hashes of the packages that the project installs, by the lock file. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/package-root.js';

interface Locked {
  readonly dev?: boolean;
  readonly license?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
}

const LICENCES = [
  ...['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'Unlicense'],
  // A licence for data: the table of browsers that the bundler brings.
  'CC-BY-4.0',
];
/** Licences that a package names in a form that the lock file does not keep. */
const NAMED_OTHERWISE: Readonly<Record<string, string>> = { unionfs: 'Unlicense' };

const read = (file: string): string => readFileSync(path.join(packageRoot(), file), 'utf8');
const { packages } = JSON.parse(read('package-lock.json')) as { readonly packages: Readonly<Record<string, Locked>> };
const installed = Object.entries(packages).flatMap(([place, locked]) =>
  place === '' ? [] : [{ name: place.replace(/^.*node_modules\//, ''), ...locked }],
);

test('every package of a production install has a licence of the list', () => {
  const production = installed.filter(({ dev }) => dev !== true);
  expect(production.length).toBeGreaterThan(50);
  const others = production.filter(({ name, license = NAMED_OTHERWISE[name] ?? '' }) =>
    license.split(' AND ').some((one) => !LICENCES.includes(one)),
  );
  expect(others).toEqual([]);
});

test('every package is pinned by its hash', () => {
  expect(installed.filter(({ integrity }) => integrity === undefined)).toEqual([]);
});

test('no install script runs, and SECURITY.md names the packages that have one', () => {
  expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
  const withScript = installed.filter(({ hasInstallScript }) => hasInstallScript === true).map(({ name }) => name);
  const named = [...read('SECURITY.md').matchAll(/^ *\| `([^`]+)` /gm)].map(([, name]) => name);
  expect(named.toSorted()).toEqual([...new Set(withScript)].toSorted());
});
