/** `stayline import`, against a real dev server and worker. */
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openJournal } from '../../../src/cli/import/journal.js';
import { readImportFile } from '../../../src/cli/import/rows.js';
import { openStayWorld, type StayWorld } from '../../harness/stay-world.js';
import { addressOf, csvOf, importing, journaled, killedImport } from './import-file.js';
import { openGate } from './import-gate.js';

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

/** Changes a file as an editor does: other content, and a later time. */
function edit(file: string, content: string, minute: number): void {
  writeFileSync(file, content);
  const time = new Date(Date.UTC(2030, 0, 1, 0, minute));
  utimesSync(file, time, time);
}

const run = (file: string, ...options: readonly string[]): ReturnType<typeof importing> =>
  importing(addressOf(world), [file, ...options]);

test('a table becomes stays, and the lines of one reservation become its guests', async () => {
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

test('a row that ends a stay is carried out even if its dates, rooms and guests are wrong, and is reported', async () => {
  const header = 'reservationId,revision,status,from,to,rooms,guestEmail\n';
  const booked = (id: string): string => `${id},1,confirmed,2031-06-01T14:00Z,2031-06-04T10:00Z,101,ada@example.com\n`;
  await run(write('booked.csv', `${header}${booked('E-1')}${booked('E-2')}`), '--property', 'seaside');
  const empty = 'E-1,2,departed,2031-06-01T14:00Z,2031-06-01T14:00Z,101,nobody\n';
  const differing = 'E-2,2,cancelled,2031-06-01T14:00Z,2031-06-04T10:00Z,101,\nE-2,2,cancelled,,,102,\n';
  const unknown = 'E-3,2,departed,2031-06-01T14:00Z,2031-06-01T14:00Z,101,\n';
  const { code, err, out } = await run(
    write('ended.csv', `${header}${empty}${differing}${unknown}`),
    '--property',
    'seaside',
  );
  expect(code).toBe(1);
  expect(out).toMatch(/^2 imported/m);
  expect(err).toMatch(/row 2: window\.to must be later/);
  expect(err).toMatch(/row 4: rooms differs from row 3/);
  expect(err).toMatch(/row 5: window\.to must be later/);
  const phase = async (reservationId: string): Promise<string> =>
    (await world.client.view({ propertyId: 'seaside', reservationId })).phase;
  expect([await phase('E-1'), await phase('E-2')]).toEqual(['over', 'cancelled']);
  await expect(phase('E-3')).rejects.toThrow();
});

test('a row whose dates make no window by the hotel clock is an error of that row, unless it ends the stay', async () => {
  const properties = write('properties.json', JSON.stringify({ properties: [world.simulator.property] }));
  const header = 'reservationId,status,arrival,departure,checkIn,checkOut\n';
  const lines = [
    'W-1,confirmed,2030-06-01,2030-06-01,,',
    'W-2,confirmed,2030-06-01,2030-06-02,,',
    'W-3,cancelled,2030-06-01,2030-06-01,,',
    'W-4,confirmed,2030-06-01,2030-06-01,09:00,18:00',
    'W-5,confirmed,2030-06-01,2030-06-01,18:00,09:00',
  ];
  const file = write('windows.csv', `${header}${lines.join('\n')}\n`);
  const { code, out, err } = await run(file, '--property', 'seaside', '--properties', properties);
  expect(code).toBe(1);
  expect(err).toMatch(/row 2: window\.departure must end after it starts/);
  expect(err).toMatch(/row 6: window\.departure must be after the day/);
  expect(err).not.toMatch(/row [345]:/);
  expect(out).toMatch(/^3 imported/m);
  expect((await run(file, '--property', 'seaside')).err).toMatch(/row 2: window\.departure .* which is unknown/);
});

test('errors are reported by row, the other rows are imported, and a corrected file sends only the failed rows', async () => {
  const wrong = csvOf(40).replace('guest7@example.com', 'nowhere').replace('\nR-9,', '\nR-9,surplus,');
  const file = write('rows.csv', wrong);
  const errors = path.join(folder, 'errors.csv');
  const first = await run(file, '--property', 'seaside', '--errors', errors);
  expect(first.code).toBe(1);
  expect(first.out).toContain('38 imported');
  expect(first.err).toContain('row 9: guests[0].email must be an e-mail address');
  expect(first.err).toContain('row 11: must have as many cells as the first line');
  expect(readFileSync(errors, 'utf8').split('\n')).toHaveLength(4);
  expect(first.err + readFileSync(errors, 'utf8')).not.toContain('nowhere');
  writeFileSync(file, csvOf(40));
  const second = await run(file, '--property', 'seaside');
  expect(second.out).toMatch(/38 of 40 have been imported before[^]*2 imported/);
  expect(second.code).toBe(0);
  expect(existsSync(`${file}.imported`)).toBe(false);
});

test('JSON lines and lists are imported, too, and an entry that is not a reservation is reported by its position', async () => {
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

test('a row with a known revision and other content is an error of that row, and an older revision is not', async () => {
  const known = csvOf(3, { confirmedIn: 4, prefix: 'S' });
  expect((await run(write('known.csv', known), '--property', 'seaside')).code).toBe(0);
  const file = write('other.csv', known.replace('Guest 1', 'Somebody else').replace('S-2,1,', 'S-2,0,'));
  for (const again of ['first', 'second']) {
    const { code, out, err } = await run(file, '--property', 'seaside');
    expect([again, code]).toEqual([again, 1]);
    expect(err).toContain('row 3: revision 1 is known with other content');
    if (again === 'first') expect(out).toContain('0 imported, 1 already recorded, 1 older than');
    else expect(out).toContain('2 of 3 have been imported before');
  }
});

test('an import to another server or namespace starts from scratch, and leaves the first journal alone', async () => {
  const right = csvOf(3, { confirmedIn: 4, prefix: 'A' });
  const file = write('targets.csv', right.replace('guest2@', '@'));
  const options = [file, '--property', 'seaside'];
  // The same server under another name counts as another server.
  const elsewhere = addressOf(world).replace('127.0.0.1', 'localhost');
  expect((await importing(addressOf(world), options)).out).toContain('2 imported');
  const second = await importing(elsewhere, options);
  expect(second.out).not.toContain('have been imported before');
  expect(second.out).toContain('0 imported, 2 already recorded');
  const third = await importing(addressOf(world), options, { namespace: 'no-such-namespace' });
  expect(third.out).not.toContain('have been imported before');
  expect([third.code, third.err]).toEqual([1, expect.stringContaining('has no namespace no-such-namespace')]);
  writeFileSync(file, right);
  const fourth = await importing(elsewhere, options);
  expect([fourth.code, fourth.out]).toEqual([0, expect.stringContaining('2 of 3 have been imported before')]);
  const fifth = await importing(addressOf(world), options);
  expect([fifth.code, fifth.out]).toEqual([0, expect.stringContaining('2 of 3 have been imported before')]);
  expect(existsSync(`${file}.imported`)).toBe(false);
});

test('the option --restart discards only the record of what was sent to this server', async () => {
  const file = write('restart.csv', csvOf(3, { confirmedIn: 4, prefix: 'B' }).replace('guest2@', '@'));
  const options = [file, '--property', 'seaside'];
  const elsewhere = addressOf(world).replace('127.0.0.1', 'localhost');
  await importing(addressOf(world), options);
  await importing(elsewhere, options);
  const again = await importing(elsewhere, [...options, '--restart']);
  expect(again.out).not.toContain('have been imported before');
  expect((await importing(addressOf(world), options)).out).toContain('2 of 2 have been imported before');
});

test('without revisions, only the rows that were edited are sent again', async () => {
  const header = 'reservationId,status,from,to,rooms,guestEmail\n';
  const row = (id: string, room: string, email = 'ada@example.com'): string =>
    `${id},tentative,2031-01-01T12:00Z,2031-01-02T12:00Z,${room},${email}\n`;
  const wrong = row('N-3', '103', 'nowhere');
  const file = write('plain.csv', '');
  const roomsOf = async (reservationId: string): Promise<readonly string[]> =>
    (await world.client.view({ propertyId: 'seaside', reservationId })).rooms;

  edit(file, header + row('N-1', '101') + row('N-2', '102') + wrong, 0);
  expect((await run(file, '--property', 'seaside')).out).toContain('2 imported');
  edit(file, header + row('N-1', '101') + row('N-2', '112') + wrong, 1);
  expect((await run(file, '--property', 'seaside')).out).toMatch(/1 of 2 have been imported before[^]*1 imported/);
  expect(await roomsOf('N-2')).toEqual(['112']);
  // The earlier content of a row is not the last content that its stay received.
  edit(file, header + row('N-1', '101') + row('N-2', '102') + wrong, 2);
  expect((await run(file, '--property', 'seaside')).out).toMatch(/1 of 2 have been imported before[^]*1 imported/);
  expect(await roomsOf('N-2')).toEqual(['102']);
  edit(file, header + row('N-1', '101') + row('N-2', '102') + row('N-3', '103'), 3);
  const last = await run(file, '--property', 'seaside');
  expect([last.code, last.out]).toEqual([0, expect.stringMatching(/2 of 3 have been imported before[^]*1 imported/)]);
});

test('an import that Temporal begins to refuse still reports what is done and what is wrong', async () => {
  const file = write('gate.csv', csvOf(40, { confirmedIn: 41, prefix: 'G' }).replace('guest7@', '@'));
  const errors = path.join(folder, 'gate-errors.csv');
  const gate = await openGate(addressOf(world), { lets: 10 });
  try {
    const { code, out, err } = await importing(gate.address, [
      ...[file, '--property', 'seaside', '--errors', errors, '--at-once', '4'],
    ]);
    expect(code).toBe(1);
    const done = journaled(file).length;
    // A reservation that had to be sent again has passed the gate twice.
    expect([done > 0, done <= 10]).toEqual([true, true]);
    expect(out).toMatch(new RegExp(`^${done} imported, .*, ${39 - done} not sent`));
    expect(err).toContain('row 9: guests[0].email must be an e-mail address');
    expect(err).toContain('the key has run out');
    expect(readFileSync(errors, 'utf8')).toMatch(/^row,problem\n9,/);
  } finally {
    await gate.close();
  }
});

test.each(['127.0.0', '127.0.0.1:7233\tdefault\tstay/seaside/D-1', '127.0.0.1:7233\tdefault\tstay/seaside/D-1\t0a'])(
  'a journal line that a crash cut off counts for nothing and is cleared away: %j',
  (left) => {
    const file = write('cut.csv', '');
    writeFileSync(`${file}.imported`, `\n${left}`);
    const target = { address: '127.0.0.1:7233', namespace: 'default' };
    const journal = openJournal(file, { target, start: 'where-it-stopped' });
    const entry = { stay: 'stay/seaside/D-1', digest: '0a1b' };
    expect(journal.has(entry)).toBe(false);
    journal.add(entry);
    expect(openJournal(file, { target, start: 'where-it-stopped' }).has(entry)).toBe(true);
    journal.remove();
    expect(existsSync(`${file}.imported`)).toBe(false);
  },
);

test('without a Temporal server, an import still reports what is wrong in the file', async () => {
  const file = write('away.csv', csvOf(3).replace('guest1@', '@'));
  const errors = path.join(folder, 'away-errors.csv');
  // Only root may listen on this port, and no server does.
  const { code, out, err } = await importing('127.0.0.1:1', [file, '--property', 'seaside', '--errors', errors]);
  expect([code, out]).toEqual([1, expect.stringMatching(/^0 imported, .*, 2 not sent/)]);
  expect(err).toMatch(/row 3: guests\[0\]\.email[^]*no Temporal server answers/);
  expect(readFileSync(errors, 'utf8')).toMatch(/^row,problem\n3,/);
});

test('room names that contain spaces are separated by bars', () => {
  const header = 'propertyId;reservationId;from;to;rooms;guestName;guestRooms\n';
  const row = (id: string, rooms: string): string =>
    `seaside;${id};2031-01-01T12:00Z;2031-01-02T12:00Z;${rooms};Ada;${rooms}\n`;
  const cells = ['101 102', 'Sea View 1|', 'Sea View 1 | Sea View 2', '101|102', '101'];
  const file = write('bars.csv', header + cells.map((rooms, at) => row(`W-${at}`, rooms)).join(''));
  const { entries, problems } = readImportFile(file, {});
  expect(problems).toEqual([]);
  const rooms = [['101', '102'], ['Sea View 1'], ['Sea View 1', 'Sea View 2'], ['101', '102'], ['101']];
  expect(entries.map(({ snapshot }) => snapshot.rooms)).toEqual(rooms);
  expect(entries.map(({ snapshot }) => snapshot.guests[0]?.rooms)).toEqual(rooms);
});

test('an import draws a progress bar up to its end on a terminal, and none elsewhere', async () => {
  const file = write('bar.csv', csvOf(20, { confirmedIn: 21, prefix: 'P' }));
  const options = [file, '--property', 'seaside'];
  const { code, err } = await importing(addressOf(world), options, { err: 'a terminal' });
  expect(code).toBe(0);
  expect(err).toMatch(/-{40} 0% \| 0 of 20 [^]*={40} 100% \| 20 of 20 \|[^%]*$/);
  expect((await importing(addressOf(world), options)).err).toBe('');
});

test('a killed import continues where it stopped: every stay exists, and no journaled reservation is sent again', async () => {
  const rows = 200;
  const file = write('killed.csv', csvOf(rows, { confirmedIn: rows + 1, prefix: 'K' }));
  await killedImport(addressOf(world), [file, '--property', 'seaside'], 40);
  const done = journaled(file).length;
  expect(done).toBeGreaterThanOrEqual(40);
  expect(done).toBeLessThan(rows);
  const { code, out } = await run(file, '--property', 'seaside');
  expect(code).toBe(0);
  expect(out).toContain(`${done} of ${rows} have been imported before`);
  const [taken, known] = [...out.matchAll(/(\d+) (?:imported|already recorded)/g)].map(([, count]) => Number(count));
  expect((taken ?? 0) + (known ?? 0)).toBe(rows - done);
  // At most the reservations in flight were accepted by their stays without being in the journal.
  expect(known).toBeLessThanOrEqual(20);
  const stays = Array.from({ length: rows }, (_, index) => ({ propertyId: 'seaside', reservationId: `K-${index}` }));
  const views = await Promise.all(stays.map((stay) => world.client.view(stay)));
  expect(views.filter(({ guests }) => guests.length === 1)).toHaveLength(rows);
});
