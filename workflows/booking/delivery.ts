/**
 * Workflow `bookingDelivery`: hands the reservations of one large delivery over, each to its workflow `ingest`. The
 * webhook answers as soon as this workflow has started, however many reservations there are.
 */
import { condition, proxyActivities, setHandler } from '@temporalio/workflow';
import type { BookingActivities } from '../../src/domain/model/booking-activities.js';
import { deliveryStartSchema } from '../../src/domain/model/booking-start-schema.js';
import { deliveryWorkflowId } from '../../src/domain/model/ids.js';
import { TASK_QUEUES } from '../../src/temporal/task-queues.js';
import { parsed } from '../arguments.js';
import { carryOnAs, isTimeToCarryOn } from '../carry-on.js';
import { allMessagesHandled } from '../intake.js';
import { requireOwnId } from '../own-name.js';
import { handleUnknownMessages } from '../unknown-messages.js';
import * as messages from './messages.js';

const { handOverReservations } = proxyActivities<BookingActivities>({
  taskQueue: TASK_QUEUES.bookings,
  startToCloseTimeout: '10m',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s' },
});

/**
 * Hands the reservations of one delivery over. The same reservations may be delivered again meanwhile, because they
 * changed again or because the sender repeats the delivery: they are then handed over once more.
 * @param start connection, fingerprint, names of the reservations, and the pace of their reads
 * @throws ApplicationFailure `InvalidMessage`, also if the workflow id is another one
 */
export async function bookingDelivery(start: messages.DeliveryStart): Promise<void> {
  let delivered = 0;
  setHandler(messages.deliveredSignal, () => {
    delivered += 1;
  });
  handleUnknownMessages();
  const { connectionId, deliveryId, pace, reservations } = parsed(deliveryStartSchema, start);
  requireOwnId(deliveryWorkflowId(connectionId, deliveryId));
  const summary = `hand over ${reservations.length} reservations of ${connectionId}`;
  for (;;) {
    const seen = delivered;
    await handOverReservations.executeWithOptions({ summary }, [{ pace, reservations }]);
    await condition(allMessagesHandled);
    if (delivered === seen) return;
    if (isTimeToCarryOn()) await carryOnAs<typeof bookingDelivery>(start);
  }
}
