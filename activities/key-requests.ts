/** The activities of the workflow `keyDesk`: they look at stays and tell them what a booking system's request comes to. */
import { Context } from '@temporalio/activity';
import { lookAtStay, tellOrder } from '../src/booking/ingress/key-requests.js';
import type { KeyDeskActivities } from '../src/domain/model/key-request-activities.js';

export function createKeyDeskActivities(): KeyDeskActivities {
  return {
    lookAtStay: (name) => lookAtStay(Context.current().client, name),
    tellOrder: (input) => tellOrder(Context.current().client, input),
  };
}
