/** The export of what was done: for a stay, a room and a property, also after a guest was erased. */
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Connection } from '@temporalio/client';
import { waitUntil } from '../../harness/wait-until.js';
import { runCli } from '../../harness/run-cli.js';
import { openStayWorld, PROPERTY_ID, type StayWorld } from '../../harness/stay-world.js';

type Row = Readonly<Record<string, string>>;

let world: StayWorld;
let address: string;
beforeAll(async () => {
  world = await openStayWorld({ server: 'dev' });
  ({ address } = (world.temporal.connection as Connection).options);
});
afterAll(async () => world.stop());

async function exported(...args: readonly string[]): Promise<readonly Row[]> {
  const { code, out, err } = await runCli(address, ['trail', PROPERTY_ID, ...args]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return parse(out, { columns: true });
}

test('the trail of a stay says who did what and why, and its room has its own', async () => {
  const stay = await world.book('trail-1', {});
  await stay.until((view) => view.settled && view.keys.some(({ state }) => state === 'live'));
  await stay.signal('hold', { reason: '=2+3', by: 'desk-7' });
  await stay.settled();
  const rows = await exported('--reservation', 'trail-1');
  expect(rows.every((row) => row['propertyId'] === PROPERTY_ID && row['reservationId'] === 'trail-1')).toBe(true);
  expect(rows.map(({ what }) => what)).toEqual(
    expect.arrayContaining(['override for guest g1 on 101', 'key of guest g1 issued', 'hold']),
  );
  // A spreadsheet does not compute what a person has typed.
  expect(rows.find(({ what }) => what === 'hold')).toMatchObject({ by: 'desk-7', why: "'=2+3" });
  const times = rows.map(({ at = '' }) => at);
  expect(times).toEqual(times.toSorted());
  const ofRoom = await exported('--room', '101');
  expect(ofRoom.length).toBeGreaterThan(0);
  expect(ofRoom.every(({ room }) => room === '101')).toBe(true);
});

test('the trail of a property has its stays and rooms, and those of an erased guest, without a name', async () => {
  const guest = { guestId: 'g1', primary: true, name: 'Mathilde Unverwechselbar', email: 'mathilde@example.com' };
  const stay = await world.book('trail-2', { guests: [guest] });
  await stay.until((view) => view.settled && view.keys.some(({ state }) => state === 'live'));
  await stay.signal('checkOut', { by: 'desk-7' });
  await stay.until(({ settled, keys }) => settled && keys.every(({ state }) => state === 'dead'));
  await world.temporal.workflow.getHandle(stay.workflowId).terminate('as after its window');
  // Temporal still lists a stay as open for a short time after it has closed.
  await waitUntil(() => world.client.eraseGuest({ ...stay.name, guestId: 'g1' }).catch(() => undefined), {
    timeout: 120_000,
  });
  const { out } = await runCli(address, ['trail', PROPERTY_ID, '--format', 'json']);
  const lines = JSON.parse(out) as readonly Row[];
  const ofStay = lines.filter(({ reservationId }) => reservationId === 'trail-2').map(({ what }) => what);
  expect(ofStay).toEqual(expect.arrayContaining(['checked out', 'key of guest g1 revoked']));
  expect(lines.some(({ reservationId }) => reservationId === 'trail-1')).toBe(true);
  expect(lines.some(({ room }) => room !== undefined)).toBe(true);
  expect(out).not.toMatch(/Mathilde|Unverwechselbar|example\.com/);

  const again = await world.book('trail-2', { revision: 9 });
  await again.until((view) => view.settled && view.keys.some(({ state }) => state === 'live'));
  const both = (await exported('--reservation', 'trail-2')).map(({ what }) => what);
  expect(both.filter((what) => what === 'key of guest g1 issued')).toHaveLength(2);
  expect(both).toContain('checked out');
});

test('a selection of a stay and a room together is refused', async () => {
  const run = await runCli(address, ['trail', PROPERTY_ID, '--reservation', 'trail-1', '--room', '101']);
  expect(run).toMatchObject({ code: 2, out: '' });
});
