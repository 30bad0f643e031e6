/**
 * Journal of an import, in a file beside the imported one: an interrupted import continues where it stopped.
 * Each line has address and namespace of Temporal, the stay, and the digest that was sent to it last.
 */
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { TemporalTarget } from '../../temporal/connection.js';
import type { Entry } from './rows.js';

export interface Journal {
  /** Returns true if the entry is the last one sent to its stay. An entry before a later change counts as not sent. */
  has(entry: Done): boolean;
  add(entry: Done): void;
  /** Removes the lines of this target once the import is complete; lines of other targets stay. */
  remove(): void;
}

/** Number of fields in a line. */
const FIELDS = 4;

type Done = Pick<Entry, 'stay' | 'digest'>;

export interface JournalOptions {
  readonly target: Pick<TemporalTarget, 'address' | 'namespace'>;
  /** `over`: start as if nothing were imported to this target. */
  readonly start: 'over' | 'where-it-stopped';
}

/** Opens the journal of an import. @param file the imported file */
export function openJournal(file: string, { target, start }: JournalOptions): Journal {
  const path = `${file}.imported`;
  const own = `${target.address}\t${target.namespace}\t`;
  const remove = (): void => keepLines(path, (line) => !line.startsWith(own));
  if (start === 'over') remove();
  // A crash may cut off a line, with its digest missing or incomplete. Its entry is sent again.
  const recorded = new Map(
    linesOf(path)
      .filter((line) => line.startsWith(own))
      .map((line): readonly [string, string] => {
        const [stay = '', digest = ''] = line.slice(own.length).split('\t');
        return [stay, digest];
      }),
  );
  return {
    has: ({ stay, digest }) => recorded.get(stay) === digest,
    add({ stay, digest }) {
      recorded.set(stay, digest);
      appendFileSync(path, `\n${own}${stay}\t${digest}`);
    },
    remove,
  };
}

function linesOf(path: string): readonly string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
}

/** Rewrites the journal with the lines to keep. Lines that a crash cut off before the digest are dropped. */
function keepLines(path: string, isKept: (line: string) => boolean): void {
  const kept = linesOf(path).filter((line) => line.split('\t').length === FIELDS && isKept(line));
  if (kept.length === 0) rmSync(path, { force: true });
  else writeFileSync(path, `\n${kept.join('\n')}`);
}
