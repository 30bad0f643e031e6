import type { Client } from '@temporalio/client';
import { Connection } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changedStays, listStays, type StayFilter } from '../../../../src/booking/http/stay-search.js';
import { stayWorkflowId } from '../../../../src/domain/model/ids.js';
import { SEARCH_ATTRIBUTES } from '../../../../src/temporal/search-attributes.js';
import { openTemporal, type TestTemporal } from '../../../harness/temporal.js';
import { waitUntil } from '../../../harness/wait-until.js';

let temporal: TestTemporal;
let client: Client;
let connection: Connection;

/** Names that a server could take for others, for a part of its query, or for nothing. */
const NAMES = [
  ...[
    '12',
    "12'",
    "'12",
    "1'2",
    '12"',
    '12\\',
    '\\12',
    "'",
    "''",
    '"',
    '\\',
    '\\\\',
    '\\n',
    `1"'\\2`,
    `"' OR "1" = "1`,
  ],
  ...['A1', 'a1', 'É1', 'é1', 's', 'ſ', '12 ', ' 12', '1 2', '1*', '12%', '%', '_', '12_', '12–', '😀', '12😀', '中文'],
  ...['a AND b', 'NOT', 'null', '[]', '(12)', '12--', '101,102', '١٢', '１２', '\u{2028}'],
];

const stayOf = (index: number): string => `R-${index}`;

async function begin(propertyId: string, reservationId: string, rooms: readonly string[]): Promise<void> {
  await client.workflow.start('stay', {
    workflowId: stayWorkflowId({ propertyId, reservationId }),
    taskQueue: 'none',
    args: [],
    typedSearchAttributes: new TypedSearchAttributes([
      { key: SEARCH_ATTRIBUTES.property, value: propertyId },
      { key: SEARCH_ATTRIBUTES.rooms, value: [...rooms] },
      { key: SEARCH_ATTRIBUTES.changedAt, value: new Date() },
    ]),
  });
}

async function allPages(filter: StayFilter, pageSize: number): Promise<string[]> {
  const found: string[] = [];
  let pageToken: string | undefined;
  do {
    const page = await listStays(client, connection, {
      filter,
      pageSize,
      ...(pageToken === undefined ? {} : { pageToken }),
    });
    found.push(...page.stays.map(({ reservationId }) => reservationId));
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return found;
}

beforeAll(async () => {
  temporal = await openTemporal('dev');
  ({ client } = temporal);
  if (!(client.connection instanceof Connection)) throw new Error('the dev server has a connection of its own');
  ({ connection } = client);
  for (const [index, name] of NAMES.entries()) {
    await begin('seaside', stayOf(index), [name, 'shared']);
    await begin(name, stayOf(index), ['shared']);
  }
  const last = NAMES.at(-1) ?? '';
  await waitUntil(async () => (await allPages({ propertyId: last }, 10)).length === 1, { timeout: 120_000 });
});
afterAll(() => temporal.stop());

describe('a list of stays', () => {
  test("the stays of a room are exactly that room's, whatever its name holds", async () => {
    for (const [index, room] of NAMES.entries()) {
      expect(await allPages({ propertyId: 'seaside', room }, 200), JSON.stringify(room)).toEqual([stayOf(index)]);
    }
    expect(await allPages({ propertyId: 'seaside', room: "99'" }, 200)).toEqual([]);
  });

  test('the stays of a property are exactly its own, whatever its name holds', async () => {
    for (const [index, propertyId] of NAMES.entries()) {
      expect(await allPages({ propertyId }, 200), JSON.stringify(propertyId)).toEqual([stayOf(index)]);
    }
  });

  test('the changes of some properties include each of them, whatever its name holds', async () => {
    for (const [index, propertyId] of NAMES.entries()) {
      const question = { since: '2026-01-01T00:00Z', properties: ['none', propertyId], pageSize: 1_000 };
      const { stays } = await changedStays(client, connection, question);
      const own = stays.filter((stay) => stay.propertyId === propertyId);
      expect(
        own.map(({ reservationId }) => reservationId),
        JSON.stringify(propertyId),
      ).toEqual([stayOf(index)]);
    }
  });

  test('pages of any size list every stay once, latest first', async () => {
    const latestFirst = NAMES.map((_name, index) => stayOf(index)).toReversed();
    for (const pageSize of [1, 2, 7, 200]) {
      expect(await allPages({ propertyId: 'seaside', room: 'shared' }, pageSize)).toEqual(latestFirst);
    }
  });

  test('a page token that was made up, altered, or issued for other filters is refused by name', async () => {
    const filter = { propertyId: 'seaside', room: 'shared' };
    const { nextPageToken = '' } = await listStays(client, connection, { filter, pageSize: 2 });
    const [mark = ''] = nextPageToken.split('.');
    const forged = (place: string): string => `${mark}.${Buffer.from(place).toString('base64url')}`;
    const runId = '8c2f9f4e-3c7c-4d5c-9c62-0a9d6a1d2b3c';
    const wrong = [
      ...['', 'x', '.', nextPageToken.slice(1), mark, `${mark}.`, forged('xx'), forged('{}')],
      ...[forged('2026-11-29T12:00:00.000000000Z'), forged(`2026-02-30T12:00:00.000000000Z ${runId}`)],
      ...[forged(`2026-11-29T12:00:00.000000000Z ${runId}" OR "`), forged(`" OR "1" = "1 ${runId}`)],
      ...[forged(`+012026-11-29T12:00:00.000000000Z ${runId}`), forged(`0000-00-00T00:00:00.000000000Z ${runId}`)],
      createHash('sha256').update('anything').digest('base64url'),
    ];
    for (const pageToken of wrong) {
      const listed = listStays(client, connection, { filter, pageSize: 2, pageToken });
      await expect(listed, pageToken).rejects.toMatchObject({ kind: 'invalid-request' });
    }
    const other = listStays(client, connection, {
      filter: { propertyId: '12' },
      pageSize: 2,
      pageToken: nextPageToken,
    });
    await expect(other).rejects.toMatchObject({ extras: { errors: [{ path: 'pageToken' }] } });
  });
});
