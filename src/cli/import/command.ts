/** Command `stayline import`: sends each reservation of a file to its stay. */
import { writeFileSync } from 'node:fs';
import { SingleBar } from 'cli-progress';
import { InvalidArgumentError, type Command } from 'commander';
import PQueue from 'p-queue';
import { ERROR_TYPES, StayRefused } from '../../client.js';
import { authorOf } from '../../domain/model/author.js';
import { defined } from '../../domain/model/defined.js';
import { NotWorked } from '../outcome.js';
import { targetFrom, withStaysOneByOne, type OneByOne } from '../temporal.js';
import type { Terminal } from '../terminal.js';
import { openJournal, type Journal } from './journal.js';
import type { RowProblem } from './row.js';
import { readImportFile, type Entry } from './rows.js';
import { withoutEmptyWindows } from './windows.js';

interface ImportOptions {
  readonly property?: string;
  readonly atOnce: number;
  readonly errors?: string;
  readonly properties?: string;
  readonly restart: boolean;
}

/** Most problems that are shown; the file of errors has all. */
const SHOWN = 20;
const MOST_AT_ONCE = 100;

type Outcome = 'new' | 'known' | 'older' | 'over';

/** Adds the command `import`. */
export function addImport(program: Command, { env, out, err }: Terminal): void {
  program
    .command('import')
    .summary('send a file of reservations')
    .description(
      'Sends every reservation of a file to its stay. After an interruption, run it again: it continues where it stopped.',
    )
    .argument('<file>', 'CSV (a line for each guest), a JSON list, or JSON lines')
    .option('--property <propertyId>', 'the property of rows without propertyId')
    .option('--at-once <number>', 'how many are sent at the same time', atOnce, 20)
    .option('--errors <file>', 'write all problems to this file, as CSV of row and problem')
    .option('--properties <file>', 'the property file, to check local dates', env['STAYLINE_PROPERTIES'])
    .option('--restart', 'also send what an earlier run has sent', false)
    .action(async (file: string, { property, properties, restart, atOnce, errors }: ImportOptions) => {
      const read = readImportFile(file, defined({ propertyId: property }));
      const { entries, problems } = await withoutEmptyWindows(read, properties);
      const journal = openJournal(file, {
        target: await targetFrom(env),
        start: restart ? 'over' : 'where-it-stopped',
      });
      const left = entries.filter((entry) => !journal.has(entry));
      const skipped = entries.length - left.length;
      if (skipped > 0) out.write(`${skipped} of ${entries.length} have been imported before; continuing\n`);
      const sent = await sendAll(env, left, { journal, atOnce, err });
      const all = [...problems, ...sent.problems].toSorted((a, b) => a.row - b.row);
      out.write(`${sentence(sent, left.length)}\n`);
      tellProblems(all, errors, err);
      if (sent.failure !== undefined) throw sent.failure.error;
      if (all.length === 0) return journal.remove();
      const rows = new Set(all.map(({ row }) => row)).size;
      throw new NotWorked(
        `${rows} rows could not be imported; correct them and run the import again: it skips what it has imported`,
      );
    });
}

interface Sent {
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Number of reservations that their stays refused. */
  readonly refused: number;
  readonly problems: readonly RowProblem[];
  /** Failure that stopped the import and belongs to no single row. */
  readonly failure?: { readonly error: unknown };
}

interface Sending {
  readonly journal: Journal;
  readonly atOnce: number;
  readonly err: NodeJS.WritableStream;
}

/** Sends the entries and never throws: it returns the results up to the failure that stopped it. */
async function sendAll(env: NodeJS.ProcessEnv, entries: readonly Entry[], sending: Sending): Promise<Sent> {
  const { journal, atOnce, err } = sending;
  const outcomes: Record<Outcome, number> = { new: 0, known: 0, older: 0, over: 0 };
  const problems: RowProblem[] = [];
  let refused = 0;
  const bar = new SingleBar({ stream: err, format: '{bar} {percentage}% | {value} of {total} | {eta_formatted} left' });
  const sendTo = (stays: OneByOne) => async (entry: Entry) => {
    const outcome = await sendOne(stays, entry);
    if (typeof outcome === 'string') {
      outcomes[outcome] += 1;
      journal.add(entry);
      problems.push(...entry.problems);
    } else {
      refused += 1;
      problems.push(...outcome);
    }
    bar.increment();
  };
  try {
    await withStaysOneByOne(env, async (stays) => {
      bar.start(entries.length, 0);
      await forEachUntilFailure(entries, atOnce, sendTo(stays)).finally(() => bar.stop());
    });
    return { outcomes, refused, problems };
  } catch (error) {
    return { outcomes, refused, problems, failure: { error } };
  }
}

/** Runs actions until one fails. Then it starts no more, waits for the running ones, and throws the first failure. */
async function forEachUntilFailure<T>(
  items: readonly T[],
  concurrency: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const queue = new PQueue({ concurrency });
  const failures: unknown[] = [];
  const tasks = items.map((item) => async () => {
    if (failures.length > 0) return;
    await act(item).catch((error: unknown) => failures.push(error));
  });
  await queue.addAll(tasks);
  if (failures.length > 0) throw failures[0];
}

async function sendOne(stays: OneByOne, { row, snapshot, problems }: Entry): Promise<Outcome | readonly RowProblem[]> {
  try {
    return (await stays.applyReservation({ ...snapshot, by: authorOf('cli import', snapshot.by) })).taken ?? 'new';
  } catch (error) {
    if (!(error instanceof StayRefused)) throw error;
    // Two contents of one revision: it is unknown which is right, so a person has to look at the row.
    if (error.type === ERROR_TYPES.staleRevision && !error.sameRevision) return 'older';
    if (error.type === ERROR_TYPES.stayOver) return 'over';
    return problems.length > 0 ? problems : [{ row, message: error.message }];
  }
}

function sentence({ outcomes, refused }: Sent, toSend: number): string {
  const { new: taken, known, older, over } = outcomes;
  const unsent = toSend - taken - known - older - over - refused;
  return [
    `${taken} imported, ${known} already recorded, ${older} older than what their stays have, ${over} for ended stays`,
    ...(unsent === 0 ? [] : [`${unsent} not sent`]),
  ].join(', ');
}

function tellProblems(problems: readonly RowProblem[], file: string | undefined, err: NodeJS.WritableStream): void {
  for (const { row, message } of problems.slice(0, SHOWN)) err.write(`row ${row}: ${message}\n`);
  const more = problems.length - SHOWN;
  if (more > 0) err.write(`… and ${more} more${file === undefined ? '; --errors <file> writes all of them' : ''}\n`);
  if (file !== undefined) writeFileSync(file, errorFile(problems));
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
