/**
 * Client sessions and instant keys of guests, over HTTP on Temporal's real server: the guest's phone gets the key by them, the stay ends
 * them at Seam, and their secrets are in no history and no log.
 */
import { expect, test } from 'vitest';
import { stayWorkflowId } from '../../../../src/domain/model/ids.js';
import type { StayView } from '../../../../src/client.js';
import { historyText } from '../../../harness/history-text.js';
import { PROPERTY_ID } from '../../../harness/stay-world.js';
import { waitUntil } from '../../../harness/wait-until.js';
import { openApiWorld, type ApiWorld, type Called } from './api-world.js';

const PATIENCE = { timeout: 120_000 };
const HOUR = 3_600_000;
const NAME = { propertyId: PROPERTY_ID, reservationId: 'R-1' };
const STAY = `/v1/properties/${PROPERTY_ID}/reservations/R-1`;

/** Books a room for a guest in house, and returns the room. */
async function book({ call, hotel }: ApiWorld): Promise<string> {
  const [room = ''] = hotel.freeRooms(1);
  const window = {
    from: new Date(Date.now() - HOUR).toISOString(),
    to: new Date(Date.now() + 48 * HOUR).toISOString(),
  };
  const guests = [{ guestId: 'g1', primary: true }, { guestId: 'g2' }];
  const booked = { revision: 1, status: 'in-house', window, rooms: [room], guests };
  expect((await call('PUT', STAY, booked)).status).toBe(200);
  return room;
}

/** Asks until Seam has the guest. */
function ask({ call }: ApiWorld, guestId: string, what: 'client-session' | 'instant-key'): Promise<Called> {
  return waitUntil(async () => {
    const answer = await call('POST', `${STAY}/guests/${guestId}/${what}`, { by: 'app' });
    return answer.status === 409 && /registered/.test(String(answer.body.detail)) ? undefined : answer;
  }, PATIENCE);
}

function view({ hotel }: ApiWorld, condition: (view: StayView) => boolean): Promise<StayView> {
  return waitUntil(async () => {
    const seen = await hotel.client.view(NAME);
    return condition(seen) ? seen : undefined;
  }, PATIENCE);
}

const accessOf = ({ guests }: StayView, guestId: string): string | undefined =>
  guests.find((guest) => guest.guestId === guestId)?.phoneAccess?.kind;

/** Returns Seam's client sessions. */
const sessions = ({ hotel }: ApiWorld): number => hotel.simulator.hotel.world.clientSessions.size;

async function expectSecret({ hotel, logged }: ApiWorld, ...secrets: readonly string[]): Promise<void> {
  const history = await hotel.temporal.workflow.getHandle(stayWorkflowId(NAME)).fetchHistory();
  const journal = JSON.stringify(hotel.simulator.hotel.journal());
  for (const text of [historyText(history), logged(), journal]) {
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  }
}

test("an app gets a client session for its guest, the same one again, and none after the guest's check-out", async () => {
  const world = await openApiWorld();
  try {
    await book(world);
    const first = await ask(world, 'g1', 'client-session');
    expect(first).toMatchObject({ status: 200, body: { token: expect.stringMatching(/^seam_cst_/) as string } });
    expect(first.headers.get('cache-control')).toBe('no-store');
    const { guests } = await view(world, (seen) => accessOf(seen, 'g1') === 'client-session');
    expect(guests[0]?.userIdentityId).toBe(first.body.userIdentityId);
    expect((await ask(world, 'g1', 'client-session')).body).toEqual(first.body);
    expect(sessions(world)).toBe(1);

    const refused = async (path: string, key = world.keys.writer): Promise<readonly unknown[]> => {
      const { status, body } = await world.call('POST', `${STAY}/guests/${path}`, undefined, { key });
      return [status, String(body.type).split(':').at(-1)];
    };
    expect(await refused('g1/client-session', world.keys.reader)).toEqual([403, 'forbidden']);
    expect(await refused('g9/client-session')).toEqual([404, 'not-found']);
    expect(await refused('g1/instant-key')).toEqual([409, 'no-phone-access']);

    await ask(world, 'g2', 'client-session');
    expect((await world.call('DELETE', `${STAY}/guests/g2`)).status).toBe(202);
    await waitUntil(() => sessions(world) === 1, PATIENCE);
    expect((await world.call('POST', `${STAY}/check-out`)).status).toBe(202);
    await waitUntil(() => sessions(world) === 0, PATIENCE);
    const { timeline } = await view(world, (seen) => seen.settled && accessOf(seen, 'g1') === undefined);
    expect(timeline.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['client session made for guest g1', 'client session of guest g1 ended']),
    );
    expect(await refused('g1/client-session')).toEqual([409, 'no-phone-access']);
    await expectSecret(world, first.body.token as string);
  } finally {
    await world.stop();
  }
});

test('a guest opens their room with an instant key, and the link of a lost phone sets up no other one', async () => {
  const world = await openApiWorld({ delivery: 'instant-key' });
  try {
    const room = await book(world);
    const made = await ask(world, 'g1', 'instant-key');
    const url = made.body.url as string;
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url, { method: 'POST' })).status).toBe(200);
    expect((await fetch(url)).status).toBe(410);
    await view(world, ({ guests: [guest] }) => guest?.keyState === 'issued');
    const { simulator } = world.hotel;
    const door = simulator.hotel.door(room);
    await waitUntil(
      () => simulator.hotel.tap({ userIdentityId: made.body.userIdentityId as string }, door.id).opened,
      PATIENCE,
    );

    const next = (await ask(world, 'g1', 'instant-key')).body.url as string;
    const lost = await world.call('POST', `${STAY}/guests/g1/replace-key`, { mode: 'secure', requestId: 'lost' });
    expect(lost.status).toBe(202);
    await waitUntil(async () => (await fetch(next)).status === 410 && sessions(world) === 0, PATIENCE);
    await expectSecret(world, ...[url, next].map((link) => link.split('/').at(-1) ?? link));
  } finally {
    await world.stop();
  }
});
