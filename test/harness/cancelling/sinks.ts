/** Messages between workflow and worker about cancelled activities (`in-worker.ts`). */
import type { Sinks } from '@temporalio/workflow';

export interface CancellingSinks extends Sinks {
  readonly cancelling: { cancelBy(activityId: string): void };
}

/** Failure type with which a cancelled activity ends. */
export const CANCELLED = 'CalledOff';
