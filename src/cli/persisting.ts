/** Repeats calls without an answer, while there is reason to expect one. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Persistence {
  /** Returns true if this error is an answer, and false if the call got none. */
  readonly isAnswer: (error: unknown) => boolean;
  /** Time since the last answer after which a call fails, in milliseconds. */
  readonly silenceMs: number;
  /** Pause before a call is repeated, in milliseconds. */
  readonly pauseMs: number;
}

/** Result of a call, and how often it was repeated. */
export interface Persisted<T> {
  readonly value: T;
  readonly repeats: number;
}

/**
 * Returns a function that makes calls. One without an answer is repeated, unless no call at all has been answered for
 * `silenceMs`, or ever.
 */
export function persisting({
  isAnswer,
  silenceMs,
  pauseMs,
}: Persistence): <T>(call: () => Promise<T>) => Promise<Persisted<T>> {
  let answeredAt = Number.NEGATIVE_INFINITY;
  return async (call) => {
    for (let repeats = 0; ; repeats++) {
      try {
        const value = await call();
        answeredAt = performance.now();
        return { value, repeats };
      } catch (error) {
        if (isAnswer(error)) answeredAt = performance.now();
        if (isAnswer(error) || performance.now() - answeredAt > silenceMs) throw error;
      }
      await delay(pauseMs);
    }
  };
}
