/**
 * Workflow `bookingCommand`: carries out one command of a booking system ("cut a key") and answers it there. It
 * outlives the worker that received the command: the booking system sends a started command to no other client.
 */
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { BookingActivities } from '../../src/domain/model/booking-activities.js';
import { commandStartSchema, type CommandStart } from '../../src/domain/model/booking-start-schema.js';
import { commandWorkflowId } from '../../src/domain/model/ids.js';
import { TASK_QUEUES } from '../../src/temporal/task-queues.js';
import { parsed } from '../arguments.js';
import { requireOwnId } from '../own-name.js';
import { handleUnknownMessages } from '../unknown-messages.js';

const { carryOutCommand } = proxyActivities<BookingActivities>({
  taskQueue: TASK_QUEUES.bookings,
  startToCloseTimeout: '15m',
  heartbeatTimeout: '10s',
  // After this time no guest is still waiting at the front desk.
  scheduleToCloseTimeout: '1h',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
});

/**
 * Carries out one command and reports the outcome to the booking system.
 * @param start the connection, and the booking system's id of the command
 * @throws ApplicationFailure `InvalidMessage`, also if the workflow id is another one
 * @throws ActivityFailure if the command is not completed within one hour
 */
export async function bookingCommand(start: CommandStart): Promise<void> {
  handleUnknownMessages();
  const { connectionId, commandId } = parsed(commandStartSchema, start);
  requireOwnId(commandWorkflowId(connectionId, commandId));
  const since = workflowInfo().startTime.getTime();
  await carryOutCommand.executeWithOptions({ summary: `carry out a command of ${connectionId}` }, [
    { connectionId, commandId, since },
  ]);
}
