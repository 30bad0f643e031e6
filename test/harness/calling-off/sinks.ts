/** What workflow and worker say to each other about activities that are called off (`in-worker.ts`). */
import type { Sinks } from '@temporalio/workflow';

export interface CallingOffSinks extends Sinks {
  readonly callingOff: { callOff(activityId: string): void };
}

/** The failure type by which an activity that was called off ends. */
export const CALLED_OFF = 'CalledOff';
