/**
 * Phone access: what lets a guest's phone fetch the guest's keys from Seam, a client session for the hotel's app or an
 * instant key. Only ids are recorded. Token and link are secrets: they give the guest's keys to anyone who has them.
 */
import type { Instant } from './instants.js';

export const PHONE_ACCESS_KINDS = ['client-session', 'instant-key'] as const;

export type PhoneAccessKind = (typeof PHONE_ACCESS_KINDS)[number];

export interface PhoneAccess {
  readonly guestId: string;
  readonly kind: PhoneAccessKind;
  readonly clientSessionId: string;
  /** Only of an instant key. */
  readonly instantKeyId?: string;
  readonly madeAt: Instant;
  /** Seam ends it then, if the stay has not. */
  readonly expiresAt: Instant;
  /** Set once it has to end. It is never taken back: an end that has begun may have reached Seam. */
  readonly ending?: true;
}
