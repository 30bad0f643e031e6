/** Makes the bundle that counts, once for a run of `npm run coverage`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflows } from '../../../src/temporal/workflow-bundle.js';
import { addCounters, COVERAGE_INTERCEPTORS, MEASURED_BUNDLE } from './in-worker.js';

export async function setup(): Promise<void> {
  const { code } = await bundleWorkflows({
    interceptorsPaths: [COVERAGE_INTERCEPTORS],
    webpackConfigHook: addCounters,
  });
  mkdirSync(path.dirname(MEASURED_BUNDLE), { recursive: true });
  writeFileSync(MEASURED_BUNDLE, code);
}
