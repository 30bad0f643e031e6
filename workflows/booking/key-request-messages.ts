/** Signals and updates of the workflow `keyRequests`. An exported name is its wire name and `Signal` or `Update`. */
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { KeyRequestAnswer, KeyRequest } from '../../src/domain/model/key-request.js';

/** Requests keys, or their end, for a booking system. */
export const keysAskedForSignal = defineSignal<[KeyRequest]>('keysAskedFor');

/**
 * Returns the answer once the stay has received a request, or refused it. The caller signals the request before, or at
 * the same time. Fails with `InvalidMessage` after 30 s.
 */
export const keyRequestAnswerUpdate = defineUpdate<KeyRequestAnswer, [{ readonly requestId: string }]>(
  'keyRequestAnswer',
);
