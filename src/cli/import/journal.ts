/**
 * What of a file has been imported, and to where, in a file beside it: so that an import that was interrupted goes on where it stopped.
 * Each line: address and namespace of Temporal, the stay, and what it was told last.
 */
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { TemporalTarget } from '../../temporal/connection.js';
import type { Entry } from './rows.js';

export interface Journal {
  /** True if it was the last that its stay was told: what lies behind a later change is no longer what the stay knows. */
  has(entry: Done): boolean;
  add(entry: Done): void;
  /** Nothing is left to do; what has been imported to other servers stays. */
  remove(): void;
}

/** Of a line. */
const FIELDS = 4;

type Done = Pick<Entry, 'stay' | 'digest'>;

export interface JournalOptions {
  readonly target: Pick<TemporalTarget, 'address' | 'namespace'>;
  /** `over`: as if nothing had been imported to this target. */
  readonly start: 'over' | 'where-it-stopped';
}

/** @param file the file that is imported */
export function openJournal(file: string, { target, start }: JournalOptions): Journal {
  const path = `${file}.imported`;
  const own = `${target.address}\t${target.namespace}\t`;
  const remove = (): void => keepLines(path, (line) => !line.startsWith(own));
  if (start === 'over') remove();
  // A line that was cut off by a crash has no digest, or half of one, and what it stood for is sent again.
  const told = new Map(
    linesOf(path)
      .filter((line) => line.startsWith(own))
      .map((line): readonly [string, string] => {
        const [stay = '', digest = ''] = line.slice(own.length).split('\t');
        return [stay, digest];
      }),
  );
  return {
    has: ({ stay, digest }) => told.get(stay) === digest,
    add({ stay, digest }) {
      told.set(stay, digest);
      appendFileSync(path, `\n${own}${stay}\t${digest}`);
    },
    remove,
  };
}

function linesOf(path: string): readonly string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
}

/** What a crash left of a line that does not even name its stay is nobody's. */
function keepLines(path: string, isKept: (line: string) => boolean): void {
  const kept = linesOf(path).filter((line) => line.split('\t').length === FIELDS && isKept(line));
  if (kept.length === 0) rmSync(path, { force: true });
  else writeFileSync(path, `\n${kept.join('\n')}`);
}
