/** The activities of the workflow `keyRequests`: they look at stays and tell them what a booking system's request comes to. */
import { Context } from '@temporalio/activity';
import { lookAtStay, tellOrder } from '../src/booking/ingress/key-requests.js';
import type { KeyRequestActivities } from '../src/domain/model/key-request-activities.js';

export function createKeyRequestActivities(): KeyRequestActivities {
  return {
    lookAtStay: (name) => lookAtStay(Context.current().client, name),
    tellOrder: (input) => tellOrder(Context.current().client, input),
  };
}
