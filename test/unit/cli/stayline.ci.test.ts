/** The real program against a real dev server, worker and hotel. */
import { Client, type Connection } from '@temporalio/client';
import axios from 'axios';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStayClient, type StayClient, type StaySnapshotInput, type StayView } from '../../../src/client.js';
import type { StaySummary } from '../../../src/booking/http/index.js';
import { startStack, type Stack } from '../../../src/dev/stack.js';
import { connect } from '../../../src/temporal/connection.js';
import { stayline, type Ran } from './run-stayline.js';

const PROPERTY_ID = 'seaside';
const HOUR_MS = 60 * 60 * 1000;

let folder: string;
let stack: Stack;
let connection: Connection;
let temporal: Client;
let stays: StayClient;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'stayline-cli-'));
  stack = await startStack({
    folder,
    temporal: 'own',
    simulator: { port: 0, rooms: ['101', '102', '103'], propertyId: PROPERTY_ID, providerLatencyMs: 20 },
  });
  const { address, namespace } = stack.temporal;
  connection = await connect({ address, namespace });
  temporal = new Client({ connection, namespace });
  stays = createStayClient(temporal);
});

afterAll(async () => {
  await connection.close();
  await stack.stop();
  rmSync(folder, { recursive: true });
});

function run(args: readonly string[], stdin?: unknown): Promise<Ran> {
  const { address } = stack.temporal;
  return stayline(args, { address, ...(stdin === undefined ? {} : { stdin: JSON.stringify(stdin) }) });
}

function snapshotOf(reservationId: string, changes: Partial<StaySnapshotInput> = {}): StaySnapshotInput {
  return {
    propertyId: PROPERTY_ID,
    reservationId,
    revision: 1,
    status: 'confirmed',
    window: {
      from: new Date(Date.now() - HOUR_MS).toISOString(),
      to: new Date(Date.now() + 48 * HOUR_MS).toISOString(),
    },
    rooms: ['101'],
    guests: [{ guestId: 'g1', primary: true }],
    ...changes,
  };
}

async function workflowIds(): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of temporal.workflow.list()) ids.push(workflowId);
  return ids;
}

/** Waits until the view meets the condition, and gives a phone to every guest who waits for one. */
async function until(reservationId: string, condition: (view: StayView) => boolean): Promise<StayView> {
  const http = axios.create({
    baseURL: stack.simulator.url,
    headers: { authorization: `Bearer ${stack.simulator.apiKey}` },
  });
  for (;;) {
    const view = await stays.view({ propertyId: PROPERTY_ID, reservationId });
    if (condition(view)) return view;
    for (const { guestId } of view.guests.filter((guest) => guest.waitingFor === 'phone')) {
      const user_identity_key = `${PROPERTY_ID}/${reservationId}/${guestId}`;
      const { data } = await http.post<{ user_identity: { user_identity_id: string } }>('/user_identities/get', {
        user_identity_key,
      });
      await http.post('/_sim/phones', { user_identity_id: data.user_identity.user_identity_id });
      await stays.signal({ propertyId: PROPERTY_ID, reservationId }, 'phoneReady', { guestId });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const everyoneHasKeys = (view: StayView): boolean =>
  view.settled && view.guests.every((guest) => guest.keyState === 'issued');

describe('ten wrong snapshots', () => {
  const right = snapshotOf('wrong');
  const [guest] = right.guests;
  const wrong: readonly (readonly [what: string, snapshot: object, error: string])[] = [
    ['no property', { ...right, propertyId: undefined }, 'propertyId is missing; it must be a text'],
    ['an empty reservation id', { ...right, reservationId: '' }, 'reservationId must not be empty'],
    ['a negative revision', { ...right, revision: -1 }, 'revision must not be negative'],
    ['an unknown status', { ...right, status: 'arrived' }, 'status must be one of tentative, confirmed, in-house'],
    [
      'an instant without an offset',
      { ...right, window: { from: '2026-11-23 14:00', to: '2026-11-26T10:00Z' } },
      'window.from must be an ISO 8601 instant with an offset',
    ],
    [
      'a window that ends before it starts',
      { ...right, window: { from: '2026-11-26T10:00Z', to: '2026-11-23T14:00Z' } },
      'window.to must be later than "from"',
    ],
    ['a room twice', { ...right, rooms: ['101', '101'] }, 'rooms must name each room once'],
    [
      'a wrong e-mail address',
      { ...right, guests: [guest, { guestId: 'g2', email: 'ada' }] },
      'guests[1].email must be an e-mail address',
    ],
    [
      "a guest in a room that is not the stay's",
      { ...right, guests: [{ guestId: 'g1', rooms: ['102'] }] },
      'guests[0].rooms must be among the stay\'s rooms; "102" is not',
    ],
    ['an unknown field', { ...right, guest: [] }, 'guest is not a known field'],
  ];

  test('ten wrong snapshots give ten errors that name the field, exit code 2, and start no workflow', async () => {
    const before = await workflowIds();
    for (const [what, snapshot, error] of wrong) {
      const ran = await run(['apply', '-'], snapshot);
      expect(ran, what).toMatchObject({ code: 2, stdout: '' });
      expect(ran.stderr, what).toContain(`\n  ${error}`);
    }
    // Visibility lags behind a start. A stay that is started now appears after any that the snapshots above had started.
    const marker = 'after-the-wrong-ones';
    await stays.applyReservation(snapshotOf(marker, { status: 'tentative' }));
    await expect.poll(workflowIds, { timeout: 120_000 }).toHaveLength(before.length + 1);
    expect(await workflowIds()).toContain(`stay/${PROPERTY_ID}/${marker}`);
  }, 300_000);
});

test('a stay is planned, applied, shown, changed and checked out with the CLI', async () => {
  const snapshot = snapshotOf('R-1');
  const name = [PROPERTY_ID, 'R-1'] as const;

  const planned = await run(['plan', '-'], snapshot);
  expect(planned).toMatchObject({ code: 0, stderr: '' });
  expect(planned.stdout).toMatch(/override +g1 +101 .*first key of the lease on 101/);
  const unknown = await run(['show', ...name]);
  expect(unknown).toMatchObject({ code: 1, stderr: 'stayline: there is no stay stay/seaside/R-1\n' });

  const applied = await run(['apply', '-'], snapshot);
  expect(applied).toMatchObject({ code: 0, stderr: '' });
  expect(applied.stdout).toContain('stay/seaside/R-1');
  await until('R-1', everyoneHasKeys);

  const change = ['--change', 'changeRooms', '--payload', '{"rooms":["103"]}'];
  const dryRun = await run(['plan', ...name, ...change]);
  expect(dryRun.code).toBe(0);
  expect(dryRun.stdout).toMatch(/override +g1 +103 .*\n +revoke +g1 +101 /);

  expect(await run(['add-guest', ...name, 'g2', '--rooms', '101'])).toMatchObject({
    code: 0,
    stdout: 'Sent addGuests to stay/seaside/R-1\n',
  });
  const two = await until('R-1', (view) => view.guests.length === 2 && everyoneHasKeys(view));
  expect(two.keys.map(({ guestId, kind }) => [guestId, kind])).toEqual([
    ['g1', 'override'],
    ['g2', 'joiner'],
  ]);

  expect((await run(['change-rooms', ...name, '102'])).code).toBe(0);
  await until('R-1', (view) => view.rooms.includes('102') && everyoneHasKeys(view));
  expect((await run(['remove-guest', ...name, 'g2'])).code).toBe(0);
  const departure = new Date(Date.now() + 72 * HOUR_MS).toISOString();
  expect((await run(['change-dates', ...name, '--to', departure])).code).toBe(0);
  const last = await until('R-1', (view) => view.settled && view.window?.to === `${departure.slice(0, 16)}Z`);

  const shown = await run(['show', ...name]);
  expect(shown.code).toBe(0);
  expect(shown.stdout).toMatch(/g1 +issued\n +g2 +gone/);
  expect(shown.stdout).toMatch(/Timeline\n(.*\n)+.*rooms changed to 102/);
  expect(JSON.parse((await run(['show', ...name, '--json'])).stdout)).toEqual(last);

  expect((await run(['check-in', ...name])).code).toBe(0);
  expect((await run(['check-out', ...name])).code).toBe(0);
  const over = await until('R-1', (view) => view.phase === 'over' && view.settled);
  expect(over.keys.every((key) => key.state === 'dead')).toBe(true);
}, 300_000);

test('open stays are listed, those that need a person first, and filters narrow the list', async () => {
  await stays.applyReservation(snapshotOf('R-8', { status: 'in-house', rooms: ['no-such-room'] }));
  await stays.applyReservation(snapshotOf('R-9', { status: 'tentative', rooms: ['102'] }));
  const listed = async (...filters: readonly string[]): Promise<string[]> => {
    const { stdout } = await run(['list', PROPERTY_ID, '--json', ...filters]);
    return (JSON.parse(stdout) as readonly StaySummary[]).map(({ reservationId }) => reservationId);
  };
  await expect.poll(() => listed('--attention', 'any'), { timeout: 120_000 }).toContain('R-8');
  await expect.poll(() => listed('--room', '102'), { timeout: 120_000 }).toContain('R-9');
  expect(await listed('--attention', 'none')).not.toContain('R-8');
  const { stdout } = await run(['list', PROPERTY_ID]);
  expect(stdout).toMatch(/^\d+ need a person\n(.*\n)* +R-8 +in-house +no-such-room +\S+ to \S+ +\S+/);
  expect(stdout).toMatch(/\n\nOthers\n(.*\n)* +R-9 +expected +102 /);
  expect(await run(['list', 'elsewhere'])).toMatchObject({ code: 0, stdout: 'No open stay.\n' });
  const wrong = await run(['list', PROPERTY_ID, '--phase', 'asleep']);
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('phase must be one of') as string });
}, 300_000);

test('a stay is followed until it has ended, also over a killed worker, with the person for whom each change was made', async () => {
  const name = [PROPERTY_ID, 'R-10'];
  const applied = await run(['apply', '-', '--json', '--by', 'desk-2'], snapshotOf('R-10', { status: 'tentative' }));
  expect(JSON.parse(applied.stdout)).toMatchObject({ stay: 'stay/seaside/R-10', phase: 'expected' });
  const watched = run(['watch', ...name]);
  const inJson = run(['watch', ...name, '--json']);
  const held = await run(['hold', ...name, '--reason', 'deposit', '--by', 'desk-3', '--json']);
  expect(JSON.parse(held.stdout)).toEqual({ stay: 'stay/seaside/R-10', message: 'hold' });
  await stack.worker().end('SIGKILL');
  await stack.startWorker();
  await run(['release', ...name, '--reason', 'paid']);
  await until('R-10', (view) => view.timeline.some(({ why }) => why === 'paid'));
  await temporal.workflow.getHandle(`stay/${PROPERTY_ID}/R-10`).terminate();
  const { code, stdout } = await watched;
  expect(code).toBe(0);
  expect(stdout).toMatch(/^stay\/seaside\/R-10\n/);
  expect(stdout.match(/; deposit; by cli for desk-3\n/g)).toHaveLength(1);
  expect(stdout.match(/; paid; by cli\n/g)).toHaveLength(1);
  const views = (await inJson).stdout.trim().split('\n');
  expect(JSON.parse(views.at(-1) ?? '')).toMatchObject({ stay: 'stay/seaside/R-10', acts: [] });
}, 300_000);

test('a snapshot that the stay refuses is reported with its reason, and the exit code is 1', async () => {
  await stays.applyReservation(snapshotOf('R-2', { revision: 5, status: 'tentative' }));
  const stale = await run(['apply', '-'], snapshotOf('R-2', { revision: 4 }));
  expect(stale.code).toBe(1);
  expect(stale.stderr).toContain('StaleRevision');
  expect(stale.stderr).toContain('revision is older than the known one, 5');
  expect(await run(['plan', '-'], snapshotOf('R-2', { revision: 4 }))).toEqual(stale);
});

test("an ended stay's last snapshot starts nothing, whether planned or applied, and an older one is refused", async () => {
  const known = snapshotOf('R-4', { status: 'tentative', revision: 1 });
  await stays.applyReservation(known);
  const execution = temporal.workflow.getHandle(`stay/${PROPERTY_ID}/R-4`);
  await execution.terminate();
  expect(await run(['apply', '-'], known)).toMatchObject({ code: 0, stderr: '' });
  expect((await run(['plan', '-'], known)).code).toBe(0);
  const older = { ...known, revision: 0 };
  const applied = await run(['apply', '-'], older);
  expect(applied).toMatchObject({ code: 1, stdout: '' });
  expect(applied.stderr).toContain('StaleRevision');
  expect(await run(['plan', '-'], older)).toEqual(applied);
  expect((await execution.describe()).status.name).toBe('TERMINATED');
  const newer = { ...known, revision: 2 };
  expect((await run(['plan', '-'], newer)).code).toBe(0);
  expect((await run(['apply', '-'], newer)).code).toBe(0);
  expect((await execution.describe()).status.name).toBe('RUNNING');
});

test('a plan for an existing stay resolves local dates with the property file', async () => {
  await stays.applyReservation(snapshotOf('R-3', { status: 'in-house' }));
  await until('R-3', everyoneHasKeys);
  const window = { arrival: '2026-11-20', departure: '2099-07-03' };
  const args = ['plan', '-', '--properties', path.join(folder, 'properties.json')];
  const planned = await run(args, snapshotOf('R-3', { revision: 2, status: 'in-house', window }));
  expect(planned).toMatchObject({ code: 0, stderr: '' });
  expect(planned.stdout).toMatch(/join +g1 +101 +until 2099-07-03T09:00Z/);
});

test('a room is shown with its holder and the waiting stay, and the front desk gives it to the waiting one', async () => {
  const room = [PROPERTY_ID, '103'];
  expect(await run(['room', PROPERTY_ID, '999'])).toMatchObject({
    code: 1,
    stderr: 'stayline: no stay has claimed room/seaside/999 yet\n',
  });
  await stays.applyReservation(snapshotOf('R-5', { status: 'in-house', rooms: ['103'] }));
  await until('R-5', everyoneHasKeys);
  await stays.applyReservation(snapshotOf('R-6', { status: 'in-house', rooms: ['103'] }));
  const name = { propertyId: PROPERTY_ID, room: '103' };
  const isAsked = async (): Promise<boolean> => {
    const { waiting, keys } = await stays.room(name);
    return waiting.length > 0 && keys.certain.length > 0;
  };
  await expect.poll(isAsked, { timeout: 120_000 }).toBe(true);
  const busy = await run(['room', ...room]);
  expect(busy.stdout).toMatch(
    /Leases\n +open +stay\/seaside\/R-5 .*\n\nWaiting\n +stay\/seaside\/R-6 .*behind stay\/seaside\/R-5/,
  );
  expect(busy.stdout).toMatch(/Who can open the door\n +stay\/seaside\/R-5 +g1 +override/);

  const tooEarly = await run(['room-force', ...room, '--stay', 'R-7', '--reason', 'the guest is here']);
  expect(tooEarly).toMatchObject({ code: 1, stderr: expect.stringContaining('R-7 does not claim room 103') as string });
  const forced = await run(['room-force', ...room, '--stay', 'R-6', '--reason', 'the guest is here']);
  expect(forced).toMatchObject({ code: 0, stdout: 'Room 103 is given to stay/seaside/R-6\n' });
  await until('R-6', everyoneHasKeys);
  const shown = await run(['room', ...room]);
  expect(shown.stdout).toMatch(/Waiting\n +stay\/seaside\/R-5 .*displaced by the front desk/);
  expect(shown.stdout).toMatch(/gives the room to stay\/seaside\/R-6; the guest is here; by cli/);
  const json = await run(['room', ...room, '--json']);
  expect(JSON.parse(json.stdout)).toMatchObject({ schema: 1, leases: [{ stays: ['stay/seaside/R-6'] }] });
}, 300_000);

test('a guest of the simulated hotel has no key without a phone, and says why the door stays closed', async () => {
  await stays.applyReservation(snapshotOf('R-12', { status: 'in-house', rooms: ['102'] }));
  const guest = [PROPERTY_ID, 'R-12', 'g1'];
  const sim = (...args: readonly string[]): Promise<Ran> => run(['sim', ...args, '--simulator', stack.simulator.url]);
  await expect
    .poll(
      async () => (await stays.view({ propertyId: PROPERTY_ID, reservationId: 'R-12' })).guests[0]?.userIdentityId,
      {
        timeout: 60_000,
      },
    )
    .toBeDefined();
  expect(await sim('tap', ...guest, '102')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'stayline: door 102 stays closed for guest g1: no-key\n',
  });
  expect(await sim('tap', ...guest, 'cellar')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('must be the name of a door') as string,
  });
  expect(await sim('phone', PROPERTY_ID, 'R-12', 'g9')).toMatchObject({
    code: 1,
    stderr: 'stayline: the stay has no guest g9\n',
  });
  const nowhere = await run(['sim', 'phone', ...guest, '--simulator', 'http://127.0.0.1:1']);
  expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('http://127.0.0.1:1') as string });
  const phone = await sim('phone', ...guest, '--json');
  expect(JSON.parse(phone.stdout)).toMatchObject({ device_id: expect.any(String) as string });
  await until('R-12', everyoneHasKeys);
  await expect
    .poll(async () => (await sim('tap', ...guest, '102')).stdout, { timeout: 60_000 })
    .toBe('Door 102 opens for guest g1\n');
}, 300_000);
