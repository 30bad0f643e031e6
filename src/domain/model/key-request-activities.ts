/** Activities of the workflow `keyRequests`. Types only. */
import type { StayName } from './ids.js';
import type { Order, StayLook } from './key-request.js';

export interface TellOrderInput {
  readonly name: StayName;
  readonly order: Exclude<Order, { readonly kind: 'await-end-of-keys' }>;
}

export type TellOrderOutcome = { readonly kind: 'told' } | { readonly kind: 'refused'; readonly why: string };

export interface KeyRequestActivities {
  /** Reads the stay; null if there is no stay or it has ended. */
  lookAtStay(name: StayName): Promise<StayLook | null>;
  /** Sends one order to the stay and reports if the stay refuses it. */
  tellOrder(input: TellOrderInput): Promise<TellOrderOutcome>;
}
