/** Attention: what a person must know or do about a stay, open until it is resolved. */
import type { Instant } from './instants.js';

/**
 * All attention codes; `docs/messages.md` describes each. `src/domain/stay/plan/attention.ts` opens attention for the
 * stay, and the planner's rules beside it for keys. `ignored-message` is opened in `desired/apply-message.ts`, and the
 * codes of refused keys are set in `known/record-keys.ts`.
 */
export const ATTENTION_CODES = [
  'room-missing',
  'room-taken',
  'room-kept',
  'phone-missing',
  'key-delayed',
  'key-failed',
  'key-invalidated',
  'revoke-unconfirmed',
  'access-system-down',
  'zone-mismatch',
  'seam-report',
  'property-unknown',
  'impossible-plan',
  'ignored-message',
  'stale-booking',
  'booking-mismatch',
  'booking-unreadable',
  'shortening-unconfirmed',
  'guest-has-other-stay',
  'guest-unclear',
] as const;

export type AttentionCode = (typeof ATTENTION_CODES)[number];

/** Attention before it is open: one notice for a code, a guest and a room. */
export interface Notice {
  readonly code: AttentionCode;
  readonly message: string;
  readonly guestId?: string;
  readonly room?: string;
}

export interface OpenAttention extends Notice {
  /** Instant since which the attention is open. */
  readonly since: Instant;
}
