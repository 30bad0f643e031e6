/** Rate limit of the simulated Seam: a bucket of one second's calls, which fills steadily. Seam publishes no numbers. */

export interface RateLimit {
  /** Takes a call; returns false if it is one too many. */
  accepts(): boolean;
}

/** Time that a refused caller is asked to wait, in seconds. */
export const RETRY_AFTER_S = 1;

/** Creates a limit. @param callsPerSecond absent: no limit */
export function createRateLimit(callsPerSecond: number | undefined): RateLimit {
  if (callsPerSecond === undefined) return { accepts: () => true };
  let calls = callsPerSecond;
  let last = performance.now();
  return {
    accepts() {
      const now = performance.now();
      calls = Math.min(callsPerSecond, calls + ((now - last) * callsPerSecond) / 1_000);
      last = now;
      if (calls < 1) return false;
      calls -= 1;
      return true;
    },
  };
}
