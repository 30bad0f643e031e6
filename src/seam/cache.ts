/** Short-lived cache: a hundred stays that read the same value at once cause one read. */

/** Reader by key, from the cache if the value is fresh. Once `signal` fires, the call rejects with an AbortError. */
export type Cache<Value> = (key: string, signal?: AbortSignal) => Promise<Value>;

/**
 * Returns `load` with a cache of `ttlMs` milliseconds per key. Concurrent callers share one read, so none of them can
 * cancel it. A failed read is not cached.
 */
export function rememberBriefly<Value>(ttlMs: number, load: (key: string) => Promise<Value>): Cache<Value> {
  const memory = new Map<string, { readonly value: Promise<Value>; readonly until: number }>();
  const recall = (key: string): Promise<Value> => {
    const known = memory.get(key);
    if (known !== undefined && performance.now() < known.until) return known.value;
    const entry = { value: load(key), until: performance.now() + ttlMs };
    memory.set(key, entry);
    entry.value.catch(() => {
      if (memory.get(key) === entry) memory.delete(key);
    });
    return entry.value;
  };
  return (key, signal) => untilAborted(recall(key), signal);
}

async function untilAborted<Value>(value: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return value;
  signal.throwIfAborted();
  let stopWaiting = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stopWaiting = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stopWaiting, { once: true });
  });
  try {
    return await Promise.race([value, aborted]);
  } finally {
    signal.removeEventListener('abort', stopWaiting);
  }
}
