/** File that is read at process start, and again after each change. */
import { stat } from 'node:fs/promises';

export interface KeptFileOptions<Content, Refusal extends Error> {
  readonly read: (path: string) => Promise<Content>;
  /** Error class that `read` throws if the file cannot be used. */
  readonly refusal: abstract new (...args: never[]) => Refusal;
  /** Receives the error if a changed file cannot be used; the previous content stays in force. */
  readonly onInvalid: (error: Refusal) => void;
  /** Minimum time between two checks of the file, in milliseconds; 0 by default. */
  readonly lookEveryMs?: number;
}

/**
 * Opens a file and returns a function that returns its current content.
 * @throws the error of `read` if the file cannot be used when it is opened
 */
export async function keepFile<Content, Refusal extends Error>(
  path: string,
  { read, refusal, onInvalid, lookEveryMs = 0 }: KeptFileOptions<Content, Refusal>,
): Promise<() => Promise<Content>> {
  let stamp = await stampOf(path);
  let content = await read(path);
  let lookedAt = Date.now();
  return async () => {
    if (Date.now() - lookedAt < lookEveryMs) return content;
    lookedAt = Date.now();
    const current = await stampOf(path);
    if (current === stamp) return content;
    stamp = current;
    try {
      content = await read(path);
    } catch (error) {
      if (!(error instanceof refusal)) throw error;
      onInvalid(error);
    }
    return content;
  };
}

/** Returns a stamp that changes whenever the file does; a missing file has a stamp, too. */
async function stampOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${ino}/${size}/${mtimeMs}`;
  } catch {
    return 'unreadable';
  }
}
