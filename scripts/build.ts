/**
 * Compiles into `dist/` (`npm run build`), and bundles the workflows beside it, so that a worker starts without a bundler. The build id
 * comes from what was compiled: the same source gives the same id.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../src/package-root.js';
import { buildIdFile } from '../src/temporal/build-id.js';
import { bundleIn, bundleWorkflows } from '../src/temporal/workflow-bundle.js';

const root = packageRoot();
const dist = path.join(root, 'dist');
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { readonly version: string };
rmSync(dist, { recursive: true, force: true });
const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
const compiled = spawnSync(process.execPath, [compiler, '-p', path.join(root, 'tsconfig.build.json')], {
  stdio: 'inherit',
});
if (compiled.status !== 0) process.exit(1);
for (const kind of ['plain', 'encrypted'] as const) {
  const { code } = await bundleWorkflows({ kind });
  writeFileSync(bundleIn(dist, kind), code);
}
const buildId = `${version}-${hashOf(dist)}`;
writeFileSync(buildIdFile(dist), `${buildId}\n`);
process.stderr.write(`built ${dist} with build id ${buildId}\n`);

function hashOf(folder: string): string {
  const hash = createHash('sha256');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.js')).sort()) {
    hash.update(`${file}\n`).update(readFileSync(path.join(folder, file)));
  }
  return hash.digest('hex').slice(0, 12);
}
