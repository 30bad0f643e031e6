/** Limit of what one API key has open at a time, on one server process. */
import { HttpProblem } from '../../http/problem.js';

export interface OpenLimit {
  /** Counts one more of the key until the signal aborts. @throws HttpProblem `too-many-requests` */
  enter(keyId: string, left: AbortSignal): void;
  /** Counts one more of the key while the work lasts, and returns its result. @throws HttpProblem `too-many-requests` */
  during<T>(keyId: string, work: () => Promise<T>): Promise<T>;
}

/**
 * @param most number that a key may have open
 * @param detail what to do about more, in the answer
 * @param retryAfterSeconds value of `Retry-After`
 */
export function openLimit(most: number, detail: string, retryAfterSeconds: number): OpenLimit {
  const open = new Map<string, number>();
  const add = (keyId: string, more: number): void => {
    const count = (open.get(keyId) ?? 0) + more;
    if (count === 0) open.delete(keyId);
    else open.set(keyId, count);
  };
  const limit: OpenLimit = {
    enter(keyId, left) {
      if (left.aborted) return;
      if ((open.get(keyId) ?? 0) >= most) {
        throw new HttpProblem('too-many-requests', detail, { headers: { 'retry-after': `${retryAfterSeconds}` } });
      }
      add(keyId, 1);
      left.addEventListener('abort', () => add(keyId, -1), { once: true });
    },
    async during(keyId, work) {
      const done = new AbortController();
      limit.enter(keyId, done.signal);
      try {
        return await work();
      } finally {
        done.abort();
      }
    },
  };
  return limit;
}
