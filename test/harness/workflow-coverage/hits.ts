/** Coverage of workflow code, as it passes from the sandbox to the test process. */
import type { Sinks } from '@temporalio/workflow';

/** Counters of one file, as Istanbul has them: of statements, functions, and the paths of each branch. */
export interface FileCounters {
  readonly s: Record<string, number>;
  readonly f: Record<string, number>;
  readonly b: Record<string, number[]>;
}

/** Counters that a workflow run has reached for the first time, by file. */
export type Hits = Readonly<
  Record<string, { readonly s: string[]; readonly f: string[]; readonly b: [branch: string, way: number][] }>
>;

export interface CoverageSinks extends Sinks {
  readonly coverage: { record(hits: Hits): void };
}
