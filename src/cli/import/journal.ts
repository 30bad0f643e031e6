/** What of a file has been imported, in a file beside it: so that an import that was interrupted goes on where it stopped. */
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';

export interface Journal {
  readonly path: string;
  has(digest: string): boolean;
  add(digest: string): void;
  /** Nothing is left to do. */
  remove(): void;
}

/** @param start `over`: as if nothing had been imported */
export function openJournal(file: string, { start }: { readonly start: 'over' | 'where-it-stopped' }): Journal {
  const path = `${file}.imported`;
  if (start === 'over') rmSync(path, { force: true });
  // A line that was cut off by a crash is no digest, and what it stood for is sent again.
  const done = new Set(existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []);
  return {
    path,
    has: (digest) => done.has(digest),
    add(digest) {
      done.add(digest);
      appendFileSync(path, `\n${digest}`);
    },
    remove: () => rmSync(path, { force: true }),
  };
}
