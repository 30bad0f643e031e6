/** `stayline import`, against a real dev server and worker. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readImportFile } from '../../src/cli/import/rows.js';
import { openStayWorld, type StayWorld } from '../support/stay-world.js';
import { addressOf, csvOf, importing } from './import-file.js';

let folder: string;
let world: StayWorld;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'stayline-import-'));
  world = await openStayWorld({ server: 'dev' });
});
afterAll(async () => {
  await world.stop();
  rmSync(folder, { recursive: true });
});

function write(name: string, content: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

const run = (file: string, ...options: readonly string[]): ReturnType<typeof importing> =>
  importing(addressOf(world), [file, ...options]);

test('a table becomes stays: lines of one reservation are its guests', async () => {
  const header = 'reservationId;status;arrival;departure;checkOut;rooms;guestName;guestEmail;primary;wantsKey\n';
  const lines =
    'T-1;confirmed;2030-06-01;2030-06-04;12:00;101 102;Ada Quill;ada@example.com;yes;\n' +
    'T-1;confirmed;2030-06-01;2030-06-04;12:00;101 102;"Quill; Ben";;;no\n' +
    'T-2;;2030-06-02;2030-06-03;;;;;;\n';
  const file = write('table.csv', `\uFEFF${header}${lines}`);
  const { code, out } = await run(file, '--property', 'seaside');
  expect(out).toContain('2 imported');
  expect(code).toBe(0);
  const view = await world.client.view({ propertyId: 'seaside', reservationId: 'T-1' });
  expect(view.rooms).toEqual(['101', '102']);
  expect(view.guests.map(({ guestId }) => guestId)).toEqual(['g1', 'g2']);
  expect((await world.client.view({ propertyId: 'seaside', reservationId: 'T-2' })).rooms).toEqual([]);
  const [first] = readImportFile(file, { propertyId: 'seaside' }).entries;
  expect(first?.snapshot.guests).toMatchObject([
    { name: 'Ada Quill', primary: true },
    { name: 'Quill; Ben', wantsKey: false },
  ]);
});

test('errors are told by row, the other rows are imported, and a corrected file sends only what was wrong', async () => {
  const wrong = csvOf(40).replace('guest7@example.com', 'nowhere').replace('\nR-9,', '\nR-9,surplus,');
  const file = write('rows.csv', wrong);
  const errors = path.join(folder, 'errors.csv');
  const first = await run(file, '--property', 'seaside', '--errors', errors);
  expect(first.code).toBe(1);
  expect(first.out).toContain('38 imported');
  expect(first.err).toContain('row 9: guests[0].email must be an e-mail address');
  expect(first.err).toContain('row 11: has another number of cells than the first line');
  expect(readFileSync(errors, 'utf8').split('\n')).toHaveLength(4);
  expect(first.err + readFileSync(errors, 'utf8')).not.toContain('nowhere');
  writeFileSync(file, csvOf(40));
  const second = await run(file, '--property', 'seaside');
  expect(second.out).toMatch(/38 of 40 have been imported before[^]*2 imported/);
  expect(second.code).toBe(0);
  expect(existsSync(`${file}.imported`)).toBe(false);
});

test('JSON lines and lists are taken, too; what is no reservation is told by its place', async () => {
  const one = await world.snapshotOf('J-1', { rooms: [] });
  const lines = write('some.ndjson', `${JSON.stringify(one)}\n\n{"reservationId":\n`);
  const read = readImportFile(lines, {});
  expect(read.problems).toEqual([{ row: 3, message: 'is not JSON' }]);
  expect(read.entries.map(({ row }) => row)).toEqual([1]);
  const list = write('some.json', JSON.stringify([one, 7]));
  expect(readImportFile(list, {}).problems.map(({ row }) => row)).toEqual([2]);
  const { code, out } = await run(lines);
  expect([code, out]).toEqual([1, expect.stringContaining('1 imported')]);
});

test('a file that cannot be a table of reservations is bad input', async () => {
  expect(await run(write('header.csv', 'reservationId,room\nR-1,101\n'))).toMatchObject({ code: 2 });
  expect(await run(write('notes.txt', 'R-1'))).toMatchObject({ code: 2 });
  expect(await run(path.join(folder, 'missing.csv'))).toMatchObject({ code: 2 });
});
