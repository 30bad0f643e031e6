/** Schedules of the sweeps, one for each property of a connection, and the listeners of the connections. */
import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type Client,
  type ScheduleOptions,
  type ScheduleOptionsStartWorkflowAction,
} from '@temporalio/client';
import type { ListenWorkflow, SweepStart, SweepWorkflow } from '../../../workflows/booking/messages.js';
import { listenWorkflowId } from '../../domain/model/ids.js';
import { SEARCH_ATTRIBUTES } from '../../temporal/search-attributes.js';
import { startOptions } from '../../temporal/start-options.js';
import type { Connection, Connections, SweepRhythm } from './connections.js';
import { WORKFLOW_TYPES } from '../../temporal/workflow-types.js';

type SweepSchedule = ScheduleOptions<ScheduleOptionsStartWorkflowAction<SweepWorkflow>>;

/**
 * Returns `sweep/<connectionId>/<propertyId>`, the last part percent-encoded: the id of the schedule, and the prefix of
 * the ids of its runs.
 */
export function sweepScheduleId(connectionId: string, propertyId: string): string {
  return `sweep/${connectionId}/${encodeURIComponent(propertyId)}`;
}

/**
 * Creates missing schedules and listeners, updates schedules that differ, and deletes those of connections without a
 * sweep. Idempotent, also in several processes at once. Schedules of connections that are no longer in the file stay:
 * the file of another worker may contain them.
 */
export async function ensureSchedules(temporal: Client, { all }: Connections): Promise<void> {
  for (const connection of all) {
    for (const { propertyId } of connection.properties) {
      if (connection.sweep === undefined) await endSweep(temporal, connection.connectionId, propertyId);
      else await ensureSweep(temporal, connection, propertyId, connection.sweep);
    }
    if (connection.system.listen !== undefined) await ensureListener(temporal, connection.connectionId);
  }
}

async function ensureSweep(
  temporal: Client,
  { connectionId }: Connection,
  propertyId: string,
  rhythm: SweepRhythm,
): Promise<void> {
  const schedule = scheduleOf(connectionId, propertyId, rhythm);
  try {
    await temporal.schedule.create(schedule);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await temporal.schedule.getHandle(schedule.scheduleId).update<SweepWorkflow>((previous) => ({
      ...previous,
      spec: schedule.spec,
      policies: schedule.policies ?? {},
      action: schedule.action,
    }));
  }
}

/** Deletes the schedule of a connection that no longer has a sweep. */
async function endSweep(temporal: Client, connectionId: string, propertyId: string): Promise<void> {
  try {
    await temporal.schedule.getHandle(sweepScheduleId(connectionId, propertyId)).delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}

function scheduleOf(connectionId: string, propertyId: string, rhythm: SweepRhythm): SweepSchedule {
  const scheduleId = sweepScheduleId(connectionId, propertyId);
  const { everyMinutes, overlapMinutes, firstDays } = rhythm;
  const start: SweepStart = { connectionId, propertyId, firstDays, overlapMinutes };
  return {
    scheduleId,
    spec: { intervals: [{ every: everyMinutes * 60_000 }] },
    // No second sweep: one that waits for its booking system finds everything once it continues.
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
    action: {
      type: 'startWorkflow',
      workflowType: WORKFLOW_TYPES.bookingSweep,
      ...startOptions(scheduleId, [start], `Looks for changes at ${propertyId}`),
      typedSearchAttributes: [{ key: SEARCH_ATTRIBUTES.property, value: propertyId }],
    },
    // The first sweep imports the bookings from before the connection existed.
    state: { triggerImmediately: true },
  };
}

async function ensureListener(temporal: Client, connectionId: string): Promise<void> {
  await temporal.workflow.start<ListenWorkflow>(WORKFLOW_TYPES.bookingListener, {
    ...startOptions(listenWorkflowId(connectionId), [{ connectionId }], `Listens to ${connectionId}`),
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
}
