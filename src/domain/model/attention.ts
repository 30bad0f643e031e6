/** Attention: what a person must know or do about a stay, open until it is resolved. */
import type { Instant } from './instants.js';

/**
 * All attention codes. `src/domain/stay/plan` opens them: `attention.ts` for the stay, the planner's rules for keys.
 * `docs/messages.md` describes each.
 */
export const ATTENTION_CODES = [
  'room-missing',
  'room-taken',
  'phone-missing',
  'key-delayed',
  'key-failed',
  'key-invalidated',
  'revoke-unconfirmed',
  'access-system-down',
  'zone-mismatch',
  'impossible-plan',
  'ignored-message',
  'stale-booking',
  'shortening-unconfirmed',
  'guest-has-other-stay',
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
