/** Set-up that runs once before the tests, however vitest was started: the same as that of `npm test`. */
import { spawnSync } from 'node:child_process';
import { packageRoot } from '../../src/package-root.js';

export function setup(): void {
  const steps = ['modules', 'vendors', 'temporal', 'test-server'];
  const result = spawnSync(process.execPath, ['scripts/setup.mjs', ...steps], { cwd: packageRoot(), stdio: 'inherit' });
  if (result.status !== 0) throw new Error('The set-up failed; it says above why, and what to do.');
}
