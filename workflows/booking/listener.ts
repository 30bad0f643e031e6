/** The workflow `listen`: keeps one connection to a booking system open (a WebSocket, a stream), in one worker at a time, for ever. */
import { continueAsNew, proxyActivities, setCurrentDetails, sleep, workflowInfo } from '@temporalio/workflow';
import type { BookingActivities } from '../../src/domain/model/booking-activities.js';
import { TASK_QUEUES } from '../../src/temporal/task-queues.js';
import type { ListenStart } from './messages.js';

/** A worker that dies is missed after this, and another listens. */
const HEARTBEAT = '10s';
/** A connection that ends at once is not made again faster than this. */
const PAUSE = '5s';

const { listenToBookings } = proxyActivities<BookingActivities>({
  taskQueue: TASK_QUEUES.bookings,
  startToCloseTimeout: '7 days',
  heartbeatTimeout: HEARTBEAT,
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

export async function bookingListener({ connectionId }: ListenStart): Promise<never> {
  setCurrentDetails(`Listens to ${connectionId}; what it misses the sweep finds.`);
  for (;;) {
    await listenToBookings.executeWithOptions({ summary: `listen to ${connectionId}` }, [{ connectionId }]);
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof bookingListener>({ connectionId });
    await sleep(PAUSE);
  }
}
