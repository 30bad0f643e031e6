/** Every signal and update of the workflow `keyRequests`. An exported name is its wire name and `Signal` or `Update`. */
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { KeyRequestAnswer, KeyRequest } from '../../src/domain/model/key-request.js';

/** The booking system asks for keys, or for their end. */
export const keysAskedForSignal = defineSignal<[KeyRequest]>('keysAskedFor');

/** Waits until the stay has been told of a request; the desk must have it, or be about to get it. */
export const keyRequestAnswerUpdate = defineUpdate<KeyRequestAnswer, [{ readonly requestId: string }]>(
  'keyRequestAnswer',
);
