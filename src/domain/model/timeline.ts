/** Line of a stay's timeline, which people read. */
import type { Instant } from './instants.js';

export interface TimelineLine {
  readonly at: Instant;
  readonly what: string;
  readonly why?: string;
  readonly by?: string;
}
