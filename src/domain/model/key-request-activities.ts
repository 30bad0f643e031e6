/** Activities of the workflow `keyRequests`. Types only. */
import type { StayName } from './ids.js';
import type { Order, StayReport } from './key-request.js';

export interface SendOrderInput {
  readonly name: StayName;
  readonly order: Exclude<Order, { readonly kind: 'await-end-of-keys' }>;
}

export type SendOrderOutcome = { readonly kind: 'sent' } | { readonly kind: 'refused'; readonly why: string };

export interface KeyRequestActivities {
  /** Reads the stay; null if there is no stay or it has ended. */
  readStay(name: StayName): Promise<StayReport | null>;
  /** Sends one order to the stay and reports if the stay refuses it. */
  sendOrder(input: SendOrderInput): Promise<SendOrderOutcome>;
  /** Waits until no key of the stay can open a door, or its limit has passed. */
  awaitEndOfKeys(name: StayName): Promise<void>;
}
