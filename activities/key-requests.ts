/** Activities of the workflow `keyRequests`: they read stays, and send them the orders of a key request. */
import { Context } from '@temporalio/activity';
import { lookAtStay, tellOrder } from '../src/booking/ingress/key-requests.js';
import type { KeyRequestActivities } from '../src/domain/model/key-request-activities.js';

/** Returns the activities of the workflow `keyRequests`. */
export function createKeyRequestActivities(): KeyRequestActivities {
  return {
    lookAtStay: (name) => lookAtStay(Context.current().client, name),
    tellOrder: (input) => tellOrder(Context.current().client, input),
  };
}
