/** Wait for a condition by polling. */
import { setTimeout as pause } from 'node:timers/promises';

const LOOK_AGAIN_MS = 25;
const TIMEOUT_MS = 60_000;

/** Error for a condition that is not met in time. */
export class NeverCame extends Error {
  override readonly name = 'NeverCame';
}

/**
 * Polls until `look` returns a value, and returns that value.
 * @param what name of the condition in the error: "a key on Ada's phone"
 * @param look returns undefined until the condition is met
 * @throws NeverCame after a minute; the signal's reason if it is aborted
 */
export async function until<T>(what: string, look: () => Promise<T | undefined>, signal: AbortSignal): Promise<T> {
  const deadline = performance.now() + TIMEOUT_MS;
  for (;;) {
    signal.throwIfAborted();
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new NeverCame(`waited a minute for ${what}`);
    await pause(LOOK_AGAIN_MS, undefined, { signal });
  }
}
