/** Limit for log lines that anybody on the network can cause. */

/** Time during which only the first line of a kind is written. */
const EVERY_MS = 60_000;

/**
 * Writes a line, unless one of its kind was written within the last minute.
 * @param kind one of a few fixed texts: each one is remembered
 * @param write receives the number of lines of this kind that were left out since the last one
 */
export type LogLimit = (kind: string, write: (leftOut: number) => void) => void;

/** Returns a limit with its own memory. @param now milliseconds since 1970 */
export function limitLog(now: () => number = Date.now): LogLimit {
  const written = new Map<string, { readonly at: number; leftOut: number }>();
  return (kind, write) => {
    const last = written.get(kind);
    if (last !== undefined && now() - last.at < EVERY_MS) {
      last.leftOut += 1;
      return;
    }
    written.set(kind, { at: now(), leftOut: 0 });
    write(last?.leftOut ?? 0);
  };
}
