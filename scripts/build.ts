/** Compiles into `dist/` (`npm run build`), and bundles the workflows beside it, so that a worker starts without a bundler. */
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../src/package-root.js';
import { bundleIn, bundleWorkflows } from '../src/temporal/workflow-bundle.js';

const root = packageRoot();
const dist = path.join(root, 'dist');
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
process.stderr.write(`built ${dist}\n`);
