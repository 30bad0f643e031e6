/**
 * Reservations as a table: a line for each guest, the lines of one reservation joined by its id. The first line names
 * the columns, in any order. Empty cells are absent fields. One of comma, semicolon and tab separates the cells of a file;
 * its first line shows which (`docs/booking-systems.md`).
 */
import { CsvError, parse } from 'csv-parse/sync';
import { defined } from '../../domain/model/defined.js';
import { BadInput } from '../outcome.js';
import type { ImportRow, RowProblem } from './row.js';

const RESERVATION_COLUMNS = [
  ...['propertyId', 'reservationId', 'revision', 'status', 'arrival', 'departure', 'checkIn', 'checkOut'],
  ...['from', 'to', 'rooms', 'shareGroup', 'hold'],
] as const;
const GUEST_COLUMNS = [
  ...['guestId', 'personId', 'guestName', 'guestEmail', 'guestPhone', 'guestRooms', 'primary', 'wantsKey'],
] as const;
const COLUMNS: readonly string[] = [...RESERVATION_COLUMNS, ...GUEST_COLUMNS];
const NEEDED = ['reservationId'];

type Cells = Readonly<Record<string, string>>;

interface Line {
  /** Line number, as in an editor. */
  readonly row: number;
  readonly cells: Cells;
}

/** Returns the reservations of a CSV text. @throws BadInput if the first line is wrong, or quotes are not closed */
export function readCsv(text: string, name: string): readonly ImportRow[] {
  const broken: RowProblem[] = [];
  const lines = linesOf(text.replaceAll(/\r\n?/g, '\n'), name, broken);
  const groups = new Map<string, Line[]>();
  for (const line of lines) {
    const key = JSON.stringify([line.cells['propertyId'] ?? '', line.cells['reservationId'] ?? '']);
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  const rows = [...groups.values()].map(reservationOf);
  return [...broken.map((problem) => ({ row: problem.row, problems: [problem] })), ...rows];
}

/** Separators, in the order in which they are tried. */
const SEPARATORS = [',', ';', '\t'] as const;
const SEPARATORS_IN_WORDS = 'commas, semicolons or tabs';

function linesOf(text: string, name: string, broken: RowProblem[]): readonly Line[] {
  const { separator, content, linesBefore } = separatorOf(text);
  const records = recordsOf(content, separator, name).filter(({ cells }) => cells.some((cell) => cell !== ''));
  const [header, ...others] = records;
  const columns = checkedHeader(header?.cells ?? [], name);
  return others.flatMap(({ row: at, cells }) => {
    const row = at + linesBefore;
    // Spreadsheets add empty cells at the end of a line.
    const isWhole = cells.length >= columns.length && cells.slice(columns.length).every((cell) => cell === '');
    if (isWhole) return { row, cells: withoutEmpty(columns.map((column, place) => [column, cells[place] ?? ''])) };
    broken.push({ row, message: 'must have as many cells as the first line' });
    return [];
  });
}

/**
 * Returns the one separator of a file: the one that finds the most columns in the first line. Excel may name it in a
 * line before that, such as `sep=;`.
 */
function separatorOf(text: string): { readonly separator: string; readonly content: string; linesBefore: number } {
  const [named, said] = /^sep=([,;\t])\n/i.exec(text) ?? [];
  if (named !== undefined && said !== undefined) {
    return { separator: said, content: text.slice(named.length), linesBefore: 1 };
  }
  const counts = SEPARATORS.map((separator) => ({ separator, found: columnsFound(text, separator) }));
  const [best] = counts.toSorted((a, b) => b.found - a.found);
  return { separator: best?.separator ?? ',', content: text, linesBefore: 0 };
}

function columnsFound(text: string, separator: string): number {
  try {
    const [header = []] = parse(text, { ...FORMAT, delimiter: separator, skip_records_with_empty_values: true, to: 1 });
    return header.filter((cell) => COLUMNS.includes(cell)).length;
  } catch (error) {
    // An open quote makes no column of the rest of the file.
    if (error instanceof CsvError) return 0;
    throw error;
  }
}

/** Quotes within an unquoted cell are part of it. Lines may be longer or shorter than the first. */
const FORMAT = {
  record_delimiter: '\n',
  relax_quotes: true,
  relax_column_count: true,
  skip_empty_lines: true,
  trim: true,
} as const;

interface Parsed {
  /** Number of the line in which the record begins. */
  readonly row: number;
  readonly cells: readonly string[];
}

function recordsOf(text: string, separator: string, name: string): readonly Parsed[] {
  try {
    const found: unknown = parse(text, { ...FORMAT, delimiter: separator, info: true });
    return (found as { readonly record: string[]; readonly info: { readonly lines: number } }[]).map(
      ({ record, info }) => ({ row: info.lines - (record.join('').match(/\n/g)?.length ?? 0), cells: record }),
    );
  } catch (error) {
    if (error instanceof CsvError) throw new BadInput(`${name} is not CSV`, [error.message]);
    throw error;
  }
}

/** Returns the names of the columns. Spreadsheets add empty cells at the end. */
function checkedHeader(cells: readonly string[], name: string): readonly string[] {
  const header = cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1);
  const problems = [
    ...header
      .filter((column) => !COLUMNS.includes(column))
      .map((column) => `${JSON.stringify(column)} is not a known column`),
    ...header.filter((column, at) => header.indexOf(column) !== at).map((column) => `${column} appears twice`),
    ...NEEDED.filter((column) => !header.includes(column)).map((column) => `${column} is missing`),
  ];
  if (problems.length === 0) return header;
  throw new BadInput(`the first line of ${name} must name the columns, between ${SEPARATORS_IN_WORDS}`, [
    ...problems,
    `known columns are ${COLUMNS.join(', ')}`,
  ]);
}

function withoutEmpty(cells: readonly (readonly [string, string])[]): Cells {
  return Object.fromEntries(cells.filter(([, cell]) => cell !== ''));
}

function reservationOf(lines: readonly Line[]): ImportRow {
  const [first] = lines;
  const problems = lines.flatMap(({ row, cells }) =>
    RESERVATION_COLUMNS.filter((column) => cells[column] !== undefined && cells[column] !== first?.cells[column]).map(
      (column) => ({
        row,
        message: `${column} differs from row ${first?.row ?? 0}, which belongs to the same reservation`,
      }),
    ),
  );
  const row = first?.row ?? 0;
  const guests = lines.filter(({ cells }) => hasGuest(cells));
  const named = guests.filter(({ cells }) => cells['guestId'] !== undefined);
  const nameless = guests.find(({ cells }) => cells['guestId'] === undefined);
  if (named.length > 0 && nameless !== undefined) {
    problems.push({ row: nameless.row, message: 'guestId must be in every line of a reservation, or in none' });
  }
  const value = snapshotOf(first?.cells ?? {}, lines);
  if (problems.length === 0) return { row, value };
  const isStatusClear = lines.every(
    ({ cells }) => cells['status'] === undefined || cells['status'] === first?.cells['status'],
  );
  return isStatusClear ? { row, value, problems } : { row, problems };
}

/** Returns the snapshot unchecked; the snapshot's schema reports its problems. */
function snapshotOf(cells: Cells, lines: readonly Line[]): unknown {
  const { propertyId, reservationId, status = 'confirmed', shareGroup, hold } = cells;
  return defined({
    propertyId,
    reservationId,
    revision: numberOr(cells['revision']),
    status,
    window: windowOf(cells),
    rooms: listOf(cells['rooms']) ?? [],
    guests: lines.filter(({ cells: own }) => hasGuest(own)).map(({ cells: own }, at) => guestOf(own, at)),
    // Without ids, the lines may change their order, and each person's line its contacts.
    guestIds: lines.some(({ cells: own }) => own['guestId'] !== undefined) ? undefined : 'by-person',
    shareGroup,
    hold: hold === undefined ? undefined : { reason: hold },
  });
}

function windowOf({ from, to, arrival, departure, checkIn, checkOut }: Cells): unknown {
  return from === undefined && to === undefined
    ? defined({ arrival, departure, checkIn, checkOut })
    : defined({ from, to });
}

function hasGuest(cells: Cells): boolean {
  return GUEST_COLUMNS.some((column) => cells[column] !== undefined);
}

function guestOf(cells: Cells, at: number): unknown {
  return defined({
    guestId: cells['guestId'] ?? `g${at + 1}`,
    personId: cells['personId'],
    name: cells['guestName']?.replaceAll(/\s+/g, ' '),
    email: cells['guestEmail'],
    phone: cells['guestPhone'],
    rooms: listOf(cells['guestRooms']),
    primary: truthOr(cells['primary']),
    wantsKey: truthOr(cells['wantsKey']),
  });
}

/** Returns the names in a cell. Names with spaces need bars between them; a single such name needs one at its end. */
function listOf(cell: string | undefined): string[] | undefined {
  return cell
    ?.split(cell.includes('|') ? '|' : /\s/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function numberOr(cell: string | undefined): unknown {
  return cell !== undefined && /^\d+(\.\d+)?$/.test(cell) ? Number(cell) : cell;
}

function truthOr(cell: string | undefined): unknown {
  if (cell === undefined) return undefined;
  if (/^(true|yes|1)$/i.test(cell)) return true;
  return /^(false|no|0)$/i.test(cell) ? false : cell;
}
