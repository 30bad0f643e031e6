/** Messages between workflow and worker about cancelled activities (`in-worker.ts`). */
import type { Sinks } from '@temporalio/workflow';

export interface CallingOffSinks extends Sinks {
  readonly callingOff: { callOff(activityId: string): void };
}

/** Failure type with which a cancelled activity ends. */
export const CALLED_OFF = 'CalledOff';
