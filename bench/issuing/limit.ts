/** Least time in which the keys of a party can be issued and confirmed, by any program. */

/**
 * Returns it in milliseconds: the calls that must follow one another, and the provider's time that no call overlaps. The first key must
 * exist before another can join it; one call later all of them can be confirmed.
 */
export function leastMs({
  guests,
  callMs,
  providerMs,
}: {
  readonly guests: number;
  /** Time of one call to Seam. */
  readonly callMs: number;
  /** Time from a created key until the provider has it. */
  readonly providerMs: number;
}): number {
  const creates = guests === 1 ? 1 : 2;
  return creates * callMs + Math.max(callMs, providerMs);
}
