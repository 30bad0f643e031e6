/** Signals and updates of the workflow `keyRequests`. An exported name is its wire name and `Signal` or `Update`. */
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { KeyRequestAnswer } from '../../src/domain/model/key-request.js';
import type { AwaitedAnswer, KeyRequest } from '../../src/domain/model/key-request-schema.js';

/** Requests keys, or their end, for a booking system. */
export const keysAskedForSignal = defineSignal<[KeyRequest]>('keysAskedFor');

/**
 * Returns the answer once the stay has received a request, or refused it. The caller signals the request before, or at
 * the same time. Fails with `InvalidMessage` for an invalid argument, and after 30 s.
 */
export const keyRequestAnswerUpdate = defineUpdate<KeyRequestAnswer, [AwaitedAnswer]>('keyRequestAnswer');
