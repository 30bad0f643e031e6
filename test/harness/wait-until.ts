/** Polling for a condition without vitest, because scripts also run the tests' worlds. */
import { setTimeout as delay } from 'node:timers/promises';

/** Returns the result of `look` once it is defined. Times in milliseconds. @throws Error after `timeout` */
export async function waitUntil<T>(
  look: () => T | Promise<T>,
  { timeout, interval = 50 }: { readonly timeout: number; readonly interval?: number },
): Promise<NonNullable<T>> {
  const giveUpAt = Date.now() + timeout;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > giveUpAt) throw new Error(`Not after ${timeout} ms: ${String(look)}`);
    await delay(interval);
  }
}
