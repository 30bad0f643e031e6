/** Reading of a file of reservations: CSV, a JSON list, or JSON lines. An invalid row does not affect the others. */
import type { ImportRow, RowProblem } from './row.js';
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import { check } from '../../domain/model/check.js';
import { endingIn } from '../../domain/model/ending.js';
import { defined } from '../../domain/model/defined.js';
import { stayWorkflowId } from '../../domain/model/ids.js';
import { snapshotSchema, type StaySnapshotInput } from '../../domain/model/snapshot-schema.js';
import { jsonIn, problemLine, readText } from '../json-file.js';
import { BadInput } from '../outcome.js';
import { readCsv } from './csv.js';

/** Valid reservation, ready to send. */
export interface Entry {
  readonly row: number;
  readonly snapshot: StaySnapshotInput;
  /** Workflow id of the reservation's stay. */
  readonly stay: string;
  /** Problems of a row of which only the end of the stay is sent. */
  readonly problems: readonly RowProblem[];
  /** Hash of all that the file says about the reservation; an unchanged entry has the same digest in every run. */
  readonly digest: string;
}

export interface ImportFile {
  readonly entries: readonly Entry[];
  readonly problems: readonly RowProblem[];
}

export interface ReadOptions {
  /** Property of rows that name none. */
  readonly propertyId?: string;
}

/**
 * Reads and checks a file of reservations. The revision of a row without one is the file's modification time, in UTC.
 * So an edited file is newer, and a file that is only sent again is not.
 * @throws BadInput if the file cannot be read at all
 */
export function readImportFile(file: string, { propertyId }: ReadOptions): ImportFile {
  const text = readText(file, file);
  const revision = statSync(file).mtime.toISOString();
  const defaults = defined({ revision, propertyId });
  const rows = rowsOf(text, file);
  const entries: Entry[] = [];
  const problems: RowProblem[] = [];
  for (const found of rows) {
    const judged = judge(found, defaults);
    if (Array.isArray(judged)) problems.push(...(judged as RowProblem[]));
    else entries.push(judged as Entry);
  }
  return { entries, problems: problems.toSorted((a, b) => a.row - b.row) };
}

function judge(found: ImportRow, defaults: object): Entry | readonly RowProblem[] {
  const { row, value } = found;
  const filled: unknown = typeof value === 'object' && value !== null ? { ...defaults, ...value } : value;
  const checked = check(snapshotSchema, filled);
  if (found.problems !== undefined || !checked.ok) {
    const wrong = checked.ok ? [] : checked.problems.map((problem) => ({ row, message: problemLine(problem) }));
    return endOrProblems(row, filled, found.problems ?? wrong);
  }
  const { revision, ...content } = checked.value;
  // The file's time is not part of the row: a correction of another row does not change this row's digest.
  const said = 'revision' in (value as object) ? { revision, ...content } : content;
  return {
    row,
    snapshot: filled as StaySnapshotInput,
    stay: stayWorkflowId(checked.value),
    problems: [],
    digest: digestOf(said),
  };
}

/** Returns the entry of a wrong row that ends a stay, because the end counts all the same; else the problems. */
function endOrProblems(row: number, filled: unknown, problems: readonly RowProblem[]): Entry | readonly RowProblem[] {
  const ending = endingIn(filled);
  if (ending === undefined) return problems;
  // The client takes an end alone.
  const snapshot = ending as Partial<StaySnapshotInput> as StaySnapshotInput;
  return { row, snapshot, stay: stayWorkflowId(ending), problems, digest: digestOf(filled) };
}

function digestOf(said: unknown): string {
  return createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 32);
}

function rowsOf(text: string, file: string): readonly ImportRow[] {
  switch (path.extname(file).toLowerCase()) {
    case '.csv':
    case '.tsv':
      return readCsv(text, file);
    case '.ndjson':
    case '.jsonl':
      return text.split('\n').flatMap((line, at) => (line.trim() === '' ? [] : [jsonLine(line, at + 1)]));
    case '.json': {
      const list = jsonIn(text, file);
      if (!Array.isArray(list)) throw new BadInput(`${file} must hold a list of reservations`);
      return list.map((value: unknown, at) => ({ row: at + 1, value }));
    }
    default:
      throw new BadInput(`${file} must end in .csv, .tsv, .json, .jsonl or .ndjson`);
  }
}

function jsonLine(line: string, row: number): ImportRow {
  try {
    return { row, value: JSON.parse(line) as unknown };
  } catch {
    return { row, problems: [{ row, message: 'is not JSON' }] };
  }
}
