/** Errors of the program on wrong input, before it contacts any server: exit code 2, and sentences that say what would be right. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/package-root.js';
import { runCli } from '../../../src/cli/run.js';
import { collecting } from '../../harness/collecting.js';
import { stayline, type Ran } from './run-stayline.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'stayline-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** Runs the program in this process: nothing here gets as far as a server, so no child process is needed. */
async function run(...args: readonly string[]): Promise<Ran> {
  const [out, err] = [collecting(), collecting()];
  const code = await runCli(args, { env: {}, out: out.stream, err: err.stream });
  return { code, stdout: out.text(), stderr: err.text() };
}

describe('stayline with wrong input', () => {
  test('an error names the line and column where a snapshot stops being JSON', async () => {
    const file = fileWith('comma.json', '{\n  "propertyId": "seaside",\n  "rooms": ["101",]\n}');
    const ran = await run('apply', file);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(`${file} is not JSON\n  line 3, column 19: value expected`);
    expect(ran.stdout).toBe('');
  });

  test('an error says that a file cannot be read', async () => {
    const ran = await run('apply', path.join(folder, 'nowhere.json'));
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('nowhere.json cannot be read: there is no such file');
  });

  test('the content of a change is checked before it is sent', async () => {
    const ran = await run('add-guest', 'seaside', 'R-1', 'g2', '--email', 'not-an-address');
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('guests[0].email must be an e-mail address');
  });

  test('room-force requires the stay that gets the room, and a reason of at most 200 characters', async () => {
    const nobody = await run('room-force', 'seaside', '101', '--reason', 'late');
    expect(nobody.code).toBe(2);
    expect(nobody.stderr).toContain("required option '--stay <reservationId>' not specified");
    const unsaid = await run('room-force', 'seaside', '101', '--stay', 'R-1', '--reason', 'x'.repeat(201));
    expect(unsaid.code).toBe(2);
    expect(unsaid.stderr).toContain('reason must be at most 200 characters long');
  });

  test('commands and changes that do not exist are refused', async () => {
    const command = await run('evict', 'seaside', 'R-1');
    expect(command.code).toBe(2);
    expect(command.stderr).toContain("unknown command 'evict'");
    const change = await run('plan', 'seaside', 'R-1', '--change', 'evict');
    expect(change.code).toBe(2);
    expect(change.stderr).toContain('--change must be one of addGuests, removeGuest');
  });
});

describe('stayline plan --new', () => {
  const snapshot = {
    propertyId: 'simulated-hotel',
    reservationId: 'R-1',
    revision: 1,
    status: 'confirmed',
    window: { arrival: '2099-07-01', departure: '2099-07-03' },
    rooms: ['101', '102'],
    guests: [{ guestId: 'g1', rooms: ['102'] }, { guestId: 'g2' }],
  };

  const plan = (content: object, ...options: readonly string[]): Promise<Ran> =>
    run('plan', '--new', fileWith('snapshot.json', JSON.stringify(content)), ...options);

  test('plan --new makes a dry run of a stay in local dates with the property file, without any server', async () => {
    const properties = path.join(packageRoot(), 'examples/property.json');
    const ran = await plan(snapshot, '--properties', properties);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    // 15:00 in Berlin in summer is 13:00 UTC, and granting begins two hours before.
    expect(ran.stdout).toContain('What would be done from 2099-07-01T11:00Z on');
    expect(ran.stdout).toMatch(/override +g2 +101, 102 +until 2099-07-03T09:00Z +first key of the lease/);
    expect(ran.stdout).toMatch(/join +g1 +102 +until 2099-07-03T09:00Z +joins/);
  });

  test('plan --new needs the property to resolve local dates', async () => {
    const ran = await plan(snapshot);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('window must be instants, or the property must be given');
  });

  test('plan --new refuses a stay whose window has passed', async () => {
    const window = { from: '2020-01-01T14:00Z', to: '2020-01-02T10:00Z' };
    const ran = await plan({ ...snapshot, window });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('window.to has passed');
  });
});

test('without a Temporal server, one sentence names the missing server and the fix, and the exit code is 1', async () => {
  const ran = await stayline(['show', 'seaside', 'R-1']);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toBe(
    'stayline: no Temporal server answers at 127.0.0.1:1; start one ("npm run dev"), or set TEMPORAL_ADDRESS\n',
  );
});
