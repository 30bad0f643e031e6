/**
 * The workflow `bookingCommand`: carries out one command of a booking system ("cut a key") and answers it there, though the worker that heard of it
 * dies: a command that somebody began to work at is told to nobody else.
 */
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { BookingActivities } from '../../src/domain/model/booking-activities.js';
import { TASK_QUEUES } from '../../src/temporal/task-queues.js';
import type { CommandStart } from './messages.js';

const { carryOutCommand } = proxyActivities<BookingActivities>({
  taskQueue: TASK_QUEUES.bookings,
  startToCloseTimeout: '15m',
  heartbeatTimeout: '10s',
  // Nobody stands at the front desk any longer.
  scheduleToCloseTimeout: '1h',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
});

export async function bookingCommand({ connectionId, commandId }: CommandStart): Promise<void> {
  const since = workflowInfo().startTime.getTime();
  await carryOutCommand.executeWithOptions({ summary: `carry out a command of ${connectionId}` }, [
    { connectionId, commandId, since },
  ]);
}
