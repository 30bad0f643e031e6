/** Scenario 50: a guest is erased at their request, at Seam and in every history. The audit stays, by ids. On Temporal's real server. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stayWorkflowId } from '../../../../src/domain/model/ids.js';
import { historyText } from '../../../harness/history-text.js';
import { PROPERTY_ID } from '../../../harness/stay-world.js';
import { waitUntil } from '../../../harness/wait-until.js';
import { openApiWorld, type ApiWorld, type Called } from './api-world.js';

const PATIENCE = { timeout: 120_000 };
/** Stays end at whole minutes. */
const A_STAYS_END = 300_000;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const ADA = { guestId: 'g1', name: 'Ada Lovelace', primary: true };

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({ policy: { closingGraceHours: 0 } });
});
afterAll(async () => world.stop());

const soon = (ms: number): string => new Date(Date.now() + ms).toISOString();
const pathOf = (reservationId: string): string => `/v1/properties/${PROPERTY_ID}/reservations/${reservationId}`;

function erase(reservationId: string, body?: object): Promise<Called> {
  return world.call('POST', `${pathOf(reservationId)}/guests/g1/erase`, body);
}

/** Creates a reservation, and waits until Seam has the guest. */
async function book(reservationId: string, personId: string, [from, to]: [number, number]): Promise<void> {
  const snapshot = {
    revision: 1,
    status: 'confirmed',
    window: { from: soon(from), to: soon(to) },
    rooms: world.hotel.freeRooms(1),
    guests: [{ ...ADA, personId, email: `${personId}@example.org` }],
  };
  expect((await world.call('PUT', pathOf(reservationId), snapshot)).status).toBe(200);
  await waitUntil(async () => (await atSeam(personId)) === 200, PATIENCE);
}

const end = (reservationId: string): Promise<object> =>
  world.hotel.client.result({ propertyId: PROPERTY_ID, reservationId });

const endAtOnce = (reservationId: string): Promise<unknown> =>
  world.hotel.temporal.workflow.getHandle(idOf(reservationId)).terminate('for a test');

/** Returns the status of Seam's answer. */
async function atSeam(personId: string): Promise<number> {
  const { url, apiKey } = world.hotel.simulator;
  const { status } = await fetch(`${url}/user_identities/get`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ user_identity_key: `${PROPERTY_ID}/${personId}` }),
  });
  return status;
}

/** Returns the ids of the workflows whose histories hold the text. */
async function whereTemporalHolds(text: string): Promise<string[]> {
  const { workflow } = world.hotel.temporal;
  const found = new Set<string>();
  for await (const { workflowId, runId } of workflow.list()) {
    const history = await workflow.getHandle(workflowId, runId).fetchHistory();
    if (historyText(history).includes(text)) found.add(workflowId);
  }
  return [...found].sort();
}

const idOf = (reservationId: string): string => stayWorkflowId({ propertyId: PROPERTY_ID, reservationId });

test(
  'a guest is erased only after all their stays have ended, and the audit remains, by ids',
  async () => {
    await book('R-1', 'P-1', [-DAY, 1.2 * MINUTE]);
    await book('R-2', 'P-1', [10 * DAY, 11 * DAY]);
    expect(await erase('R-1')).toMatchObject({
      status: 409,
      body: { type: expect.stringMatching(/guest-needed$/), detail: expect.stringContaining('has not ended') },
    });
    await end('R-1');
    await waitUntil(async () => (await erase('R-1')).body.detail?.includes(idOf('R-2')), PATIENCE);
    expect(await atSeam('P-1')).toBe(200);
    await endAtOnce('R-2');
    expect(await whereTemporalHolds('Lovelace')).toEqual([idOf('R-1'), idOf('R-2')]);

    const erased = await waitUntil(async () => {
      const answer = await erase('R-1');
      return answer.status === 200 ? answer : undefined;
    }, PATIENCE);
    expect(erased.body).toMatchObject({
      atSeam: 'erased',
      audit: { stay: idOf('R-1'), phase: 'over', guests: [{ guestId: 'g1' }] },
    });
    expect(await atSeam('P-1')).toBe(404);
    expect(await whereTemporalHolds('Lovelace')).toEqual([idOf('R-2')]);
    expect((await erase('R-1')).body).toEqual(erased.body);

    expect(await erase('R-2')).toMatchObject({
      status: 200,
      body: { atSeam: 'unknown', audit: { stay: idOf('R-2') } },
    });
    expect(await whereTemporalHolds('Lovelace')).toEqual([]);
    expect(await whereTemporalHolds('P-1@example.org')).toEqual([]);
  },
  A_STAYS_END,
);

test('a late snapshot of an erased stay starts no stay', async () => {
  const window = { from: soon(-2 * DAY), to: soon(-DAY) };
  const late = { revision: 9, status: 'in-house', window, rooms: ['101'], guests: [ADA] };
  expect(await world.call('PUT', pathOf('R-1'), late)).toMatchObject({ status: 409 });
  expect(await whereTemporalHolds('Lovelace')).toEqual([]);
});

test('a guest whose key may still open a door is not erased, although their stay workflow has been terminated', async () => {
  const guests = [{ ...ADA, personId: 'P-3', email: 'P-3@example.org' }];
  const stay = await world.hotel.book('R-3', { guests });
  await stay.until(({ keys }) => keys.some(({ state }) => state === 'live'));
  await endAtOnce('R-3');
  expect(await erase('R-3')).toMatchObject({ status: 409, body: { detail: expect.stringContaining('key') } });
  expect(await atSeam('P-3')).toBe(200);
  expect(await whereTemporalHolds('P-3@example.org')).toEqual([idOf('R-3')]);
});

test('a guest whose stay Temporal no longer has is found and erased by person id', async () => {
  await book('R-5', 'P-5', [10 * DAY, 11 * DAY]);
  await endAtOnce('R-5');
  expect(await erase('long-ago')).toMatchObject({ status: 200, body: { atSeam: 'unknown' } });
  const erased = await waitUntil(async () => {
    const answer = await erase('long-ago', { personId: 'P-5' });
    return answer.status === 200 ? answer : undefined;
  }, PATIENCE);
  expect(erased.body).toEqual({ schema: 1, atSeam: 'erased' });
  expect(await atSeam('P-5')).toBe(404);
});
