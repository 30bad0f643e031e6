/** A file that is read when the process starts, and again when it has changed. */
import { stat } from 'node:fs/promises';

export interface KeptFileOptions<Content, Refusal extends Error> {
  readonly read: (path: string) => Promise<Content>;
  /** What `read` throws where the file cannot be used. */
  readonly refusal: abstract new (...args: never[]) => Refusal;
  /** Told when a changed file cannot be used; what was read before stays in force. */
  readonly onInvalid: (error: Refusal) => void;
  /** How long in milliseconds what the file said may be taken for what it says; 0 unless told. */
  readonly lookEveryMs?: number;
}

/** Answers what the file says now. @throws what `read` throws if the file cannot be used when it is opened */
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

/** Changes whenever the file does; a file that is missing has a stamp, too. */
async function stampOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${ino}/${size}/${mtimeMs}`;
  } catch {
    return 'unreadable';
  }
}
