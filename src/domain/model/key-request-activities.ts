/** What the workflow `keyRequests` asks of the world. Types only. */
import type { StayName } from './ids.js';
import type { Order, StayLook } from './key-request.js';

export interface TellOrderInput {
  readonly name: StayName;
  readonly order: Exclude<Order, { readonly kind: 'await-end-of-keys' }>;
}

export type TellOrderOutcome = { readonly kind: 'told' } | { readonly kind: 'refused'; readonly why: string };

export interface KeyRequestActivities {
  /** null: there is no stay, or it has ended. */
  lookAtStay(name: StayName): Promise<StayLook | null>;
  tellOrder(input: TellOrderInput): Promise<TellOrderOutcome>;
}
