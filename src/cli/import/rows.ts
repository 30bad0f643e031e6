/** Reading of a file of reservations: CSV, a JSON list, or JSON lines. An invalid row does not affect the others. */
import type { ImportRow, RowProblem } from './row.js';
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import { check } from '../../domain/model/check.js';
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
  if ('problems' in found) return found.problems;
  const { row, value } = found;
  const filled: unknown = typeof value === 'object' && value !== null ? { ...defaults, ...value } : value;
  const checked = check(snapshotSchema, filled);
  if (!checked.ok) return checked.problems.map((problem) => ({ row, message: problemLine(problem) }));
  const { revision, ...content } = checked.value;
  // The file's time is not part of the row: a correction of another row does not change this row's digest.
  const said = 'revision' in (value as object) ? { revision, ...content } : content;
  const digest = createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 32);
  return { row, snapshot: filled as StaySnapshotInput, stay: stayWorkflowId(checked.value), digest };
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
