/**
 * Remembers what was read for a few seconds, so that a hundred stays that ask at once cause one reading.
 */

/** Reads by key, from memory if it is fresh enough. Once `signal` fires the caller stops waiting, with an AbortError. */
export type Cache<Value> = (key: string, signal?: AbortSignal) => Promise<Value>;

/**
 * `load`, answered from memory for `ttlMs` milliseconds per key. Callers that come while a reading is under way share it,
 * so none of them can cancel it; a reading that failed is not remembered.
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
