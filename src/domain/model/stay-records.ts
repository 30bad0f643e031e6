/** Records of a stay that people read: open attention and the timeline. */
import type { Instant } from './instants.js';
import type { Notice } from './key-plan.js';

export interface TimelineLine {
  readonly at: Instant;
  readonly what: string;
  readonly why?: string;
  readonly by?: string;
}

export interface OpenAttention extends Notice {
  readonly since: Instant;
}
