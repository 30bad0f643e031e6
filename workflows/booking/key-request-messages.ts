/** Signals and updates of the workflow `keyRequests`. An exported name is its wire name and `Signal` or `Update`. */
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { KeyRequestAnswer } from '../../src/domain/model/key-request.js';
import type { AwaitedAnswer, KeyRequest } from '../../src/domain/model/key-request-schema.js';

/** Argument of the workflow `keyRequests`: optional, for a start by name and signal-with-start. */
export interface KeyRequestsStart {
  /** State of the previous run; set by continue-as-new only. */
  readonly carried?: KeyRequestsCarried;
}

export interface KeyRequestsCarried {
  readonly schema: 1;
  /** Requests that have not been carried out, in order of arrival. */
  readonly waiting: readonly KeyRequest[];
  /** The latest answers, by request id, oldest first. */
  readonly answers: readonly (readonly [requestId: string, answer: KeyRequestAnswer])[];
  /** Last request whose orders the stay received. */
  readonly sent?: KeyRequest;
  /** Number of requests that were answered. */
  readonly carriedOut: number;
}

/** Requests keys, or their end, for a booking system. */
export const keysAskedForSignal = defineSignal<[KeyRequest]>('keysAskedFor');

/**
 * Returns the answer once the stay has received a request, or refused it. The caller signals the request before, or at
 * the same time. Fails with `InvalidMessage` for an invalid argument, and after 30 s.
 */
export const keyRequestAnswerUpdate = defineUpdate<KeyRequestAnswer, [AwaitedAnswer]>('keyRequestAnswer');
