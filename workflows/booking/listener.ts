/**
 * Workflow `bookingListener`: keeps one connection to a booking system open indefinitely (a WebSocket, a stream), in
 * one worker at a time.
 */
import { CancellationScope, condition, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { BookingActivities } from '../../src/domain/model/booking-activities.js';
import { listenStartSchema, type ListenStart } from '../../src/domain/model/booking-start-schema.js';
import { listenWorkflowId } from '../../src/domain/model/ids.js';
import { TASK_QUEUES } from '../../src/temporal/task-queues.js';
import { parsed } from '../arguments.js';
import { carryOnAs, isTimeToCarryOn } from '../carry-on.js';
import { requireOwnId } from '../own-name.js';
import { handleUnknownMessages } from '../unknown-messages.js';

/** Time after which a dead worker is detected and another one listens. */
const HEARTBEAT = '10s';
/** Minimum delay before a connection that ended is opened again. */
const PAUSE = '5s';

const { listenToBookings } = proxyActivities<BookingActivities>({
  taskQueue: TASK_QUEUES.bookings,
  startToCloseTimeout: '7 days',
  heartbeatTimeout: HEARTBEAT,
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

/**
 * Listens to one connection; opens it again whenever it ends. Never completes.
 * @param start id of the connection
 * @throws ApplicationFailure `InvalidMessage`, also if the workflow id is another one
 */
export async function bookingListener(start: ListenStart): Promise<never> {
  handleUnknownMessages();
  const { connectionId } = parsed(listenStartSchema, start);
  requireOwnId(listenWorkflowId(connectionId));
  setCurrentDetails(`Listens to ${connectionId}. The sweep finds missed changes.`);
  for (;;) {
    await listen(connectionId);
    if (isTimeToCarryOn()) await carryOnAs<typeof bookingListener>({ connectionId });
    await condition(isTimeToCarryOn, PAUSE);
  }
}

/** Returns once the connection has ended; ends it if the run is to continue as new. */
async function listen(connectionId: string): Promise<void> {
  const scope = new CancellationScope();
  const summary = `listen to ${connectionId}`;
  await scope.run(() =>
    Promise.race([listenToBookings.executeWithOptions({ summary }, [{ connectionId }]), condition(isTimeToCarryOn)]),
  );
  scope.cancel();
}
