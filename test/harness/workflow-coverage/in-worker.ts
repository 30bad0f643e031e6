/**
 * Coverage of workflow code (`npm run coverage`). Workflows run from a bundle in Temporal's sandbox, where Vitest counts nothing: the
 * bundle gets counters of its own, and a sink adds them to Vitest's.
 */
import path from 'node:path';
import type { BundleOptions, InjectedSinks } from '@temporalio/worker';
import { packageRoot } from '../../../src/package-root.js';
import { privateFolder } from '../../../src/temporal/binaries.js';
import type { CoverageSinks, FileCounters, Hits } from './hits.js';
import { countersOf } from './instrument.mjs';

type Bundler = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0];

const HERE = path.join(packageRoot(), 'test/harness/workflow-coverage');

/** True in a run that measures coverage (`vitest.coverage.config.ts`). */
export const MEASURES = process.env.STAYLINE_TEST_COVERAGE === 'yes';

/** Bundle of the product's workflows with counters; the set-up of the run makes it. */
export const MEASURED_BUNDLE = path.join(privateFolder(), 'coverage', 'workflow-bundle.js');

/** Module of interceptors that reports counters. */
export const COVERAGE_INTERCEPTORS = path.join(HERE, 'in-workflow.ts');

/**
 * Adds the counters to a bundle of workflows. Modules of messages have none: they run in Node.js, too, where Vitest counts them.
 */
export function addCounters(bundler: Bundler): Bundler {
  const rule = {
    test: /\.ts$/,
    include: path.join(packageRoot(), 'workflows'),
    exclude: /messages\.ts$/,
    enforce: 'pre' as const,
    use: path.join(HERE, 'instrument.mjs'),
  };
  return { ...bundler, module: { ...bundler.module, rules: [...(bundler.module?.rules ?? []), rule] } };
}

/** Sink that adds the counters of workflows to Vitest's. */
export const COVERAGE_SINKS: InjectedSinks<CoverageSinks> = {
  coverage: { record: { fn: (_info, hits) => record(hits), callDuringReplay: true } },
};

function record(hits: Hits): void {
  const store = ((globalThis as { __VITEST_COVERAGE__?: Record<string, FileCounters> }).__VITEST_COVERAGE__ ??= {});
  for (const [file, { s, f, b }] of Object.entries(hits)) {
    const counters = (store[file] ??= countersOf(file));
    for (const key of s) counters.s[key] = (counters.s[key] ?? 0) + 1;
    for (const key of f) counters.f[key] = (counters.f[key] ?? 0) + 1;
    for (const [key, way] of b) {
      const ways = counters.b[key];
      if (ways !== undefined) ways[way] = (ways[way] ?? 0) + 1;
    }
  }
}
