/** CSV files as programs write them: their separator, their encoding, quotes and empty lines. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { readImportFile, type ImportFile } from '../../../../src/cli/import/rows.js';
import { BadInput } from '../../../../src/cli/outcome.js';

const folder = mkdtempSync(path.join(tmpdir(), 'stayline-table-'));
afterAll(() => rmSync(folder, { recursive: true }));

function read(content: string | Buffer, name = 'table.csv'): ImportFile {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return readImportFile(file, { propertyId: 'seaside' });
}

const namesIn = ({ entries }: ImportFile): unknown =>
  entries.map(({ snapshot }) => snapshot.guests.map(({ name }) => name));

const HEADER = ['reservationId', 'from', 'to', 'rooms', 'guestName', 'guestEmail'];
const cellsOf = (id: string, name: string): string[] => [id, '2031-01-01T14:00Z', '2031-01-02T10:00Z', '101', name, ''];
const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

function table(separator: string, rows: readonly (readonly string[])[], lineBreak = '\n'): string {
  const plain = (cell: string): string => (/[",;\t\r\n]/.test(cell) ? quoted(cell) : cell);
  return [HEADER, ...rows].map((cells) => cells.map(plain).join(separator) + lineBreak).join('');
}

describe('the separator of a table', () => {
  test.each([',', ';', '\t'])(
    'a table with the separator %j may have the other ones in its cells, without quotes',
    (separator) => {
      const name = `Example${[',', ';', '\t'].filter((other) => other !== separator).join(' ')} Anna`;
      const { entries, problems } = read(table(separator, []) + cellsOf('R-1', name).join(separator));
      expect(problems).toEqual([]);
      expect(entries[0]?.snapshot.guests[0]?.name).toBe(name.replaceAll(/\s+/g, ' '));
    },
  );

  test('a table of semicolons has a guest named "Example, Anna"', () => {
    expect(namesIn(read(`${HEADER.join(';')}\n${cellsOf('R-1', 'Example, Anna').join(';')}\n`))).toEqual([
      ['Example, Anna'],
    ]);
  });

  test('the first line may have quoted names, blanks around them, and empty cells at its end', () => {
    const text = `\n "reservationId" ; arrival;departure; "guestName";;\nR-1;2031-01-01;2031-01-02;Ada;;\nR-2;2031-01-01;2031-01-02;Ben\n`;
    expect(namesIn(read(text))).toEqual([['Ada'], ['Ben']]);
  });

  test('a line that names the separator, as Excel writes it, is not the first line, and rows keep their numbers', () => {
    const { entries, problems } = read(`sep=;\r\n${table(';', [cellsOf('R-1', 'Ada'), ['R-2']], '\r\n')}`);
    expect(entries.map(({ row }) => row)).toEqual([3]);
    expect(problems).toEqual([{ row: 4, message: 'must have as many cells as the first line' }]);
  });

  test('a first line with two separators, or with another one, is refused with the names it holds', () => {
    expect(() => read('reservationId;arrival,departure\nR-1;2031-01-01,2031-01-02\n')).toThrow(BadInput);
    expect(() => read('reservationId|arrival\nR-1|2031-01-01\n')).toThrow(/commas, semicolons or tabs/);
  });
});

describe('lines of a table', () => {
  test.each(['', ';;;;;', ';', ' ; ; ;;;', ';;;;;;;;;', '"";"";;;"";""', '\t; ;;;;'])(
    'the line %j is empty',
    (line) => {
      const text = `${table(';', [cellsOf('R-1', 'Ada')])}${line}\n${cellsOf('R-2', 'Ben').join(';')}\n${line}\n`;
      const { entries, problems } = read(text);
      expect(problems).toEqual([]);
      expect(entries.map(({ row, snapshot }) => [row, snapshot.reservationId])).toEqual([
        [2, 'R-1'],
        [4, 'R-2'],
      ]);
    },
  );

  test('a quoted cell may have separators, quotes and line breaks, and later rows keep their numbers', () => {
    const rows = [cellsOf('R-1', 'Example;\r\n"Anna"\n, Dr'), cellsOf('R-2', 'Ben'), ['R-3', 'x']];
    const { entries, problems } = read(table(';', rows, '\r\n'));
    expect(entries.map(({ row, snapshot }) => [row, snapshot.guests[0]?.name])).toEqual([
      [2, 'Example; "Anna" , Dr'],
      [5, 'Ben'],
    ]);
    expect(problems.map(({ row }) => row)).toEqual([6]);
  });

  test('a quote within a cell is part of it, and the rows after it are read', () => {
    const text = `${HEADER.join(',')}\n${cellsOf('R-1', 'Ada "Adi" Quill').join(',')}\n${cellsOf('R-2', 'Ben').join(',')}\n`;
    expect(namesIn(read(text))).toEqual([['Ada "Adi" Quill'], ['Ben']]);
  });

  test('a quote that is never closed refuses the file, because it swallows the rows after it', () => {
    expect(() => read(`${HEADER.join(',')}\nR-1,,,101,"Ada,\nR-2,,,102,Ben,\n`)).toThrow(BadInput);
  });

  test.each(['\n', '\r\n', '\r'])('lines may end with %j', (lineBreak) => {
    expect(namesIn(read(table(',', [cellsOf('R-1', 'Ada'), cellsOf('R-2', 'Ben')], lineBreak)))).toEqual([
      ['Ada'],
      ['Ben'],
    ]);
  });

  test('whatever the cells hold, a table that is written with quotes is read as it was written', () => {
    const cell = fc.array(fc.constantFrom('a', 'É', ',', ';', '\t', '"', '\n', '\r\n', '|', "'"), {
      minLength: 1,
      maxLength: 8,
    });
    const name = cell.map((letters) => `x${letters.join('')}x`);
    const separator = fc.constantFrom(',', ';', '\t');
    fc.assert(
      fc.property(
        separator,
        fc.array(name, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('\n', '\r\n'),
        (by, names, end) => {
          const found = read(
            table(
              by,
              names.map((one, at) => cellsOf(`R-${at}`, one)),
              end,
            ),
          );
          expect(found.problems).toEqual([]);
          expect(namesIn(found)).toEqual(names.map((one) => [one.replaceAll(/\s+/g, ' ')]));
        },
      ),
    );
  });
});

describe('the guests of a table', () => {
  const header = 'reservationId;arrival;departure;guestId;guestName\n';
  const row = (guestId: string, name: string): string => `R-1;2031-01-01;2031-01-02;${guestId};${name}\n`;

  test('a stay recognises the guests of a table without ids, and takes the ids of a table that has them', () => {
    const without = read(header + row('', 'Ada') + row('', 'Ben'));
    expect(without.entries[0]?.snapshot).toMatchObject({
      guestIds: 'by-person',
      guests: [{ guestId: 'g1' }, { guestId: 'g2' }],
    });
    const withIds = read(header + row('a', 'Ada') + row('b', 'Ben'));
    expect(withIds.entries[0]?.snapshot.guestIds).toBeUndefined();
  });

  test('a reservation with ids in some lines only is refused by the line without one', () => {
    const { entries, problems } = read(header + row('a', 'Ada') + row('', 'Ben'));
    expect(entries).toEqual([]);
    expect(problems).toEqual([{ row: 3, message: 'guestId must be in every line of a reservation, or in none' }]);
  });
});

describe('the encoding of a table', () => {
  const NAMES = ['Jürgen Müßig', 'José O’Hara', 'Zoë Ångström', 'Ñandú €', 'STRAßE Weiß'];
  const text = table(
    ';',
    NAMES.map((name, at) => cellsOf(`R-${at}`, name)),
  );
  const utf16 = (endian: 'le' | 'be', withMark: boolean): Buffer => {
    const bytes = Buffer.from(`${withMark ? '\ufeff' : ''}${text}`, 'utf16le');
    return endian === 'le' ? bytes : bytes.swap16();
  };
  const windows = Buffer.from(text.replaceAll('€', '\x80').replaceAll('’', '\x92'), 'latin1');

  test.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16 of Excel ("Unicode text")', utf16('le', true)],
    ['big-endian UTF-16', utf16('be', true)],
    ['UTF-16 without a byte order mark', utf16('le', false)],
    ['big-endian UTF-16 without a byte order mark', utf16('be', false)],
    ['windows-1252', windows],
  ])('a table in %s has its names as they were written', (_encoding, bytes) => {
    const found = read(bytes);
    expect(found.problems).toEqual([]);
    expect(namesIn(found)).toEqual(NAMES.map((name) => [name]));
  });

  const row = (bytes: readonly number[]): Buffer =>
    Buffer.concat([
      Buffer.from(table(';', [])),
      Buffer.from(cellsOf('R-1', 'M?ller').join(';').split('?')[0] ?? ''),
      Buffer.from(bytes),
      Buffer.from('ller;\n'),
    ]);

  test.each([
    ['a code page of DOS (ü is 81)', row([0x81]), /line 2 is neither UTF-8 nor windows-1252/],
    ['a code page of DOS (ö is 94)', row([0x94]), /code page of DOS or Mac OS/],
    ['Mac OS Roman (ü is 9F)', row([0x9f]), /code page of DOS or Mac OS/],
    ['windows-1251 (four Cyrillic letters)', row([0xc8, 0xe2, 0xe0, 0xed]), /neither UTF-8/],
    ['Shift JIS', row([0x8e, 0x52, 0x93, 0x63]), /neither UTF-8/],
    ['ISO 2022', row([0x1b, 0x24, 0x42]), /control characters/],
    ['UTF-32', Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0]), Buffer.from(text)]), /UTF-32/],
    ['UTF-8 by its mark, and not by its bytes', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), windows]), /UTF-8/],
    ['a workbook of Excel', Buffer.from('PK\x03\x04 and more', 'latin1'), /workbook/],
  ])('a file in %s is refused, and the refusal says what it is', (_encoding, bytes, why) => {
    let refusal: unknown;
    try {
      read(bytes);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(BadInput);
    expect((refusal as BadInput).message + (refusal as BadInput).problems.join()).toMatch(why);
  });

  test('JSON files may have a byte order mark, too', () => {
    const one = {
      reservationId: 'R-1',
      status: 'confirmed',
      window: { arrival: '2031-01-01', departure: '2031-01-02' },
      rooms: [],
      guests: [],
    };
    expect(read(`\ufeff${JSON.stringify([one])}`, 'list.json').entries).toHaveLength(1);
    expect(read(Buffer.from(`\ufeff${JSON.stringify(one)}\r\n`, 'utf16le'), 'list.jsonl').entries).toHaveLength(1);
  });
});
