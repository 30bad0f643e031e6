/** A file of reservations, row by row: CSV, a JSON list, or a JSON value on each line. A row that is wrong does not spoil the others. */
import type { ImportRow, RowProblem } from './row.js';
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { check } from '../../domain/model/check.js';
import { stayWorkflowId } from '../../domain/model/ids.js';
import { snapshotSchema, type StaySnapshotInput } from '../../domain/model/snapshot-schema.js';
import { parseJson, problemLine } from '../json-file.js';
import { BadInput } from '../outcome.js';
import { readCsv } from './csv.js';

/** One reservation that can be sent. */
export interface Entry {
  readonly row: number;
  readonly snapshot: StaySnapshotInput;
  /** The workflow id of the stay that it is for. */
  readonly stay: string;
  /** Of all that the file says of it: the same entry is the same text in every run. */
  readonly digest: string;
}

export interface ImportFile {
  readonly entries: readonly Entry[];
  readonly problems: readonly RowProblem[];
}

export interface ReadOptions {
  /** Of rows that name none. */
  readonly propertyId?: string;
}

/**
 * Rows without a revision have the time of the file's last change: a file that was edited is newer, and one that is only sent again is not.
 * @throws BadInput if the file cannot be read at all
 */
export function readImportFile(file: string, { propertyId }: ReadOptions): ImportFile {
  const text = readText(file);
  const revision = statSync(file).mtime.toISOString();
  const defaults = { revision, ...(propertyId === undefined ? {} : { propertyId }) };
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
  // The time of the file is none of the row's: a correction of another row makes no news of this one.
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
      const list = parseJson(text, file);
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

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    throw new BadInput(`${file} cannot be read: ${code === 'ENOENT' ? 'there is no such file' : code}`);
  }
}
