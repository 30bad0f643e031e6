/** Activities of the workflow `keyRequests`: they read stays, and send them the orders of a key request. */
import { Context } from '@temporalio/activity';
import { awaitEndOfKeys, readStay, sendOrder } from '../src/booking/ingress/key-requests.js';
import { heartbeating } from './heartbeat.js';
import type { KeyRequestActivities } from '../src/domain/model/key-request-activities.js';

/** Returns the activities of the workflow `keyRequests`. */
export function createKeyRequestActivities(): KeyRequestActivities {
  return {
    readStay: (name) => readStay(Context.current().client, name),
    sendOrder: (input) => sendOrder(Context.current().client, input),
    awaitEndOfKeys: (name) => heartbeating(() => awaitEndOfKeys(Context.current().client, name)),
  };
}
