/** `stayline import`: a file of reservations, each sent to its stay. */
import { writeFileSync } from 'node:fs';
import { SingleBar } from 'cli-progress';
import { InvalidArgumentError, type Command } from 'commander';
import PQueue from 'p-queue';
import { ERROR_TYPES, StayRefused } from '../../client.js';
import { NotWorked } from '../outcome.js';
import { withStaysOneByOne, type OneByOne } from '../temporal.js';
import type { Terminal } from '../terminal.js';
import { openJournal, type Journal } from './journal.js';
import { readImportFile, type Entry, type RowProblem } from './rows.js';

interface ImportOptions {
  readonly property?: string;
  readonly atOnce: number;
  readonly errors?: string;
  readonly restart: boolean;
}

/** Problems that are shown; all of them are in the file of errors. */
const SHOWN = 20;
const MOST_AT_ONCE = 100;

type Outcome = 'new' | 'known' | 'older' | 'over';

export function addImport(program: Command, { env, out, err }: Terminal): void {
  program
    .command('import')
    .summary('send a file of reservations')
    .description(
      'Sends every reservation of a file to its stay. Interrupted, it goes on where it stopped when it is run again.',
    )
    .argument('<file>', 'CSV (a line for each guest), a JSON list, or JSON lines')
    .option('--property <propertyId>', 'the property of rows that name none')
    .option('--at-once <number>', 'how many are sent at the same time', atOnce, 20)
    .option('--errors <file>', 'where all problems are written to, as CSV of row and problem')
    .option('--restart', 'send what has been sent before, too', false)
    .action(async (file: string, options: ImportOptions) => {
      const { property } = options;
      const { entries, problems } = readImportFile(file, property === undefined ? {} : { propertyId: property });
      const journal = openJournal(file, { start: options.restart ? 'over' : 'where-it-stopped' });
      const left = entries.filter(({ digest }) => !journal.has(digest));
      const skipped = entries.length - left.length;
      if (skipped > 0) out.write(`${skipped} of ${entries.length} have been imported before; going on\n`);
      const sent = await withStaysOneByOne(env, (stays) => send(stays, left, { journal, atOnce: options.atOnce, err }));
      const all = [...problems, ...sent.problems].toSorted((a, b) => a.row - b.row);
      out.write(`${sentence(sent.outcomes)}\n`);
      if (options.errors !== undefined) writeFileSync(options.errors, errorFile(all));
      if (all.length === 0) return journal.remove();
      for (const { row, message } of all.slice(0, SHOWN)) err.write(`row ${row}: ${message}\n`);
      if (all.length > SHOWN)
        err.write(
          `… and ${all.length - SHOWN} more${options.errors === undefined ? '; --errors <file> has them all' : ''}\n`,
        );
      const rows = new Set(all.map(({ row }) => row)).size;
      throw new NotWorked(
        `${rows} rows could not be imported; put them right and run it again: what is done is not done twice`,
      );
    });
}

interface Sent {
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly problems: readonly RowProblem[];
}

interface Sending {
  readonly journal: Journal;
  readonly atOnce: number;
  readonly err: NodeJS.WritableStream;
}

/** Stops at the first failure that is not a row's own: what has been done is in the journal. */
async function send(
  stays: OneByOne,
  entries: readonly Entry[],
  { journal, atOnce: concurrency, err }: Sending,
): Promise<Sent> {
  const outcomes: Record<Outcome, number> = { new: 0, known: 0, older: 0, over: 0 };
  const problems: RowProblem[] = [];
  const bar = new SingleBar({ stream: err, format: '{bar} {percentage}% | {value} of {total} | {eta_formatted} left' });
  bar.start(entries.length, 0);
  const queue = new PQueue({ concurrency });
  let failure: Error | undefined;
  try {
    await Promise.all(
      entries.map((entry) =>
        queue.add(async () => {
          if (failure !== undefined) return;
          try {
            const outcome = await sendOne(stays, entry);
            if (typeof outcome === 'string') {
              outcomes[outcome] += 1;
              journal.add(entry.digest);
            } else problems.push(outcome);
            bar.increment();
          } catch (error) {
            failure ??= error as Error;
          }
        }),
      ),
    );
  } finally {
    bar.stop();
  }
  if (failure !== undefined) throw failure;
  return { outcomes, problems };
}

async function sendOne(stays: OneByOne, { row, snapshot }: Entry): Promise<Outcome | RowProblem> {
  try {
    return (await stays.applyReservation(snapshot)).taken ?? 'new';
  } catch (error) {
    if (!(error instanceof StayRefused)) throw error;
    if (error.type === ERROR_TYPES.staleRevision) return 'older';
    if (error.type === ERROR_TYPES.stayOver) return 'over';
    return { row, message: error.message };
  }
}

function sentence({ new: taken, known, older, over }: Sent['outcomes']): string {
  return `${taken} imported, ${known} known already, ${older} older than what their stays know, ${over} over`;
}

function errorFile(problems: readonly RowProblem[]): string {
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  return ['row,problem', ...problems.map(({ row, message }) => `${row},${quoted(message)}`), ''].join('\n');
}

function atOnce(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= MOST_AT_ONCE) return number;
  throw new InvalidArgumentError(`must be from 1 to ${MOST_AT_ONCE}`);
}
