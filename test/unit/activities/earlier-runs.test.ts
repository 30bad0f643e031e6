/** `findEarlierRun`: when Temporal's memory is enough, and what Seam is read for otherwise. */
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EarlierRun, FindEarlierRunInput, StayRecord } from '../../../src/domain/model/earlier-run.js';
import type { IssueKeyInput, IssueOutcome, StayActivities } from '../../../src/domain/model/stay-activities.js';
import { instantAt } from '../../../src/domain/model/instants.js';
import { openHotel, type TestHotel } from './open-hotel.js';

let hotel: TestHotel;
beforeAll(async () => {
  hotel = await openHotel();
});
afterAll(async () => hotel.close());

type Find = StayActivities['findEarlierRun'];
type Issue = StayActivities['issueKey'];

const HOUR = 3_600_000;
const LONG_AGO = instantAt(Date.now() - 100 * HOUR);
const WINDOW = { from: instantAt(Date.now() - HOUR), to: instantAt(Date.now() + 48 * HOUR) };
const UNKNOWN: StayRecord = { openedAt: LONG_AGO, claims: [], keys: [], keysOfOthers: [] };
const LEASE = {
  part: 0,
  window: WINDOW,
  graceMinutes: 0,
  decision: { kind: 'granted', until: WINDOW.to, opener: true, anchors: [] },
} as const;

interface Run {
  readonly status: string;
  readonly rooms: readonly string[];
}

/** Returns a client of a Temporal server with these rooms and with these earlier runs of the stay. */
function temporalWith(rooms: Readonly<Record<string, StayRecord>>, runs: readonly Run[], stayId: string): Client {
  const workflow = {
    getHandle: (workflowId: string) => ({
      query: () => {
        const record = rooms[workflowId.split('/').at(-1) ?? ''];
        if (record === undefined) return Promise.reject(new WorkflowNotFoundError('', workflowId, undefined));
        return Promise.resolve(record);
      },
    }),
    async *list() {
      for (const { status, rooms: had } of await Promise.resolve(runs))
        yield {
          workflowId: stayId,
          runId: 'before',
          status: { name: status },
          typedSearchAttributes: { get: () => had },
        };
    },
  };
  const withDeadline = (_at: number, ask: () => unknown): unknown => ask();
  const withAbortSignal = (_signal: AbortSignal, ask: () => unknown): unknown => ask();
  return { workflow, withDeadline, withAbortSignal } as unknown as Client;
}

async function find(
  reservationId: string,
  rooms: Readonly<Record<string, StayRecord>>,
  more: { readonly runs?: readonly Run[]; readonly input?: Partial<FindEarlierRunInput> } = {},
): Promise<{ readonly run: EarlierRun; readonly asked: readonly string[] }> {
  const { propertyId } = hotel;
  const stayId = `stay/${propertyId}/${reservationId}`;
  const client = temporalWith(rooms, more.runs ?? [], stayId);
  const environment = new MockActivityEnvironment({}, { client, logger: new DefaultLogger('ERROR') });
  const before = hotel.asked.length;
  const named = { propertyId, reservationId, stayId, chain: 'now', openedAt: instantAt(Date.now()) };
  const input = { ...named, rooms: ['101'], window: WINDOW, persons: [], ended: false, ...more.input };
  const run = await environment.run<[FindEarlierRunInput], EarlierRun, Find>(hotel.activities.findEarlierRun, input);
  return { run, asked: hotel.asked.slice(before) };
}

async function issue(
  reservationId: string,
  guestId: string,
  rooms: readonly string[],
  personId?: string,
): Promise<string> {
  const guest = await hotel.guest({ guestId, ...(personId === undefined ? {} : { personId }) }, reservationId);
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const asking = hotel.issuing(guest, hotel.ask(rooms));
  const issued = await environment.run<[IssueKeyInput], IssueOutcome, Issue>(hotel.activities.issueKey, asking);
  if (issued.kind !== 'issued') throw new Error(`the key is ${issued.kind}`);
  return issued.acsCredentialId;
}

// The first of the tests, because a worker searches once a second at most.
test('a run that was terminated shows its keys and leases, also in rooms that the booking no longer names', async () => {
  const acsCredentialId = await issue('terminated', 'ann', ['103']);
  const rooms = { '101': UNKNOWN, '103': { ...UNKNOWN, chain: 'before', revision: 4, claims: [LEASE] } };
  const runs = [
    { status: 'COMPLETED', rooms: ['102'] },
    { status: 'TERMINATED', rooms: ['103'] },
  ];
  const { run } = await find('terminated', rooms, { runs });
  expect(run.revision).toBe(4);
  expect(run.keys).toMatchObject([{ guestId: 'ann', acsCredentialId, ask: { kind: 'override', rooms: ['103'] } }]);
  expect(run.claims).toEqual([{ room: '103', ...LEASE }]);
});

test('a first start costs no call of Seam where older rooms know nothing of the stay', async () => {
  const { run, asked } = await find('first', { '101': UNKNOWN });
  expect(run).toEqual({ lookedAtSeam: false, keys: [], claims: [] });
  expect(asked).toEqual([]);
});

test('a first start costs one list of identities in a hotel whose rooms have no memory', async () => {
  const { run, asked } = await find('first-of-all', {});
  expect(run).toEqual({ lookedAtSeam: true, keys: [], claims: [] });
  expect(asked.filter((path) => path !== '/acs/entrances/list')).toEqual(['/user_identities/list']);
});

test("a person's keys count where they open the stay's rooms in its window, or where a room has recorded them", async () => {
  const persons = [{ guestId: 'ben', personId: 'P-1' }];
  const own = await issue('person', 'ben', ['101'], 'P-1');
  const recorded = await issue('person', 'cleo', ['102'], 'P-2');
  await issue('elsewhere', 'dora', ['104'], 'P-3');
  const acsUserId = (await hotel.guest({ guestId: 'cleo', personId: 'P-2' }, 'person')).acsUserId;
  const key = {
    ...({ acsCredentialId: recorded, acsUserId, guestId: 'cleo', kind: 'override', lineage: recorded } as const),
    ...({ window: WINDOW, issuedAt: WINDOW.from, state: 'live', chain: 'before' } as const),
  };
  const { run } = await find('person', { '101': { ...UNKNOWN, keys: [key] } }, { input: { persons } });
  expect(run.keys.map(({ acsCredentialId }) => acsCredentialId).toSorted()).toEqual([own, recorded].toSorted());
});

test("a person's key that another stay of the room holds, or may hold, is not taken for the stay's own", async () => {
  const input = { persons: [{ guestId: 'eve', personId: 'P-4' }], shareGroup: 'family' };
  const own = await issue('sharing', 'eve', ['101'], 'P-4');
  const found = async (record: StayRecord): Promise<readonly string[]> =>
    (await find('sharing', { '101': record }, { input })).run.keys.map(({ acsCredentialId }) => acsCredentialId);
  const again = { ...UNKNOWN, chain: 'before', claims: [LEASE] };
  expect(await found(again)).toEqual([own]);
  expect(await found({ ...again, keysOfOthers: [own] })).toEqual([]);
  expect(await found({ ...again, sharedBefore: true })).toEqual([]);
});
