/** Cache of this checkout's workflow bundle. It is rebuilt only if one of its sources has changed. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../package-root.js';
import { privateFolder } from '../temporal/binaries.js';
import { bundleWorkflows, type BundleKind } from '../temporal/workflow-bundle.js';

const INGREDIENTS = ['workflows', 'src/domain', 'src/temporal', 'package-lock.json'];
const KEEP_MS = 24 * 60 * 60 * 1000;

/**
 * Returns the path of a bundle of the current workflows. Other versions are kept for a day.
 *
 * @param interceptorsPaths files of workflow interceptors to bundle with the workflows; none by default.
 */
export async function cachedBundle(interceptorsPaths: string[] = [], kind: BundleKind = 'plain'): Promise<string> {
  const folder = path.join(privateFolder(), 'bundles');
  const file = path.join(folder, `${fingerprint(interceptorsPaths)}-${kind}.js`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const { code } = await bundleWorkflows({ interceptorsPaths, kind });
  const draft = `${file}.${String(process.pid)}`;
  writeFileSync(draft, code);
  renameSync(draft, file);
  for (const other of readdirSync(folder).map((name) => path.join(folder, name))) {
    if (Date.now() - statSync(other).mtimeMs > KEEP_MS) rmSync(other, { force: true });
  }
  return file;
}

function fingerprint(interceptorsPaths: string[]): string {
  const hash = createHash('sha256');
  const ingredients = INGREDIENTS.map((name) => path.join(packageRoot(), name));
  for (const file of [...ingredients, ...interceptorsPaths].flatMap(filesUnder)) {
    hash.update(`${file}\n`).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}

function filesUnder(name: string): string[] {
  if (!statSync(name).isDirectory()) return [name];
  return readdirSync(name)
    .toSorted()
    .flatMap((entry) => filesUnder(path.join(name, entry)));
}
