/** The workflow `ingest`: deliveries in any order and number bring the stay to the state of the booking system. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { WorkflowHandle } from '@temporalio/client';
import { paceOf, reread } from '../../src/booking/ingress/deliver.js';
import { ingestWorkflowId } from '../../src/domain/model/ids.js';
import { ingestQuery, rereadUpdate } from '../../workflows/booking/messages.js';
import { openIngressWorld, type IngressWorld } from '../e2e/booking/ingress/ingress-world.js';
import { PROPERTY_ID } from '../harness/stay-world.js';

let world: IngressWorld;
beforeAll(async () => {
  world = await openIngressWorld();
});
afterEach(() => {
  world.house.trouble.end();
  world.house.lag(false);
});
afterAll(async () => world.stop());

const ingestOf = (reservationId: string): WorkflowHandle =>
  world.hotel.temporal.workflow.getHandle(ingestWorkflowId({ propertyId: PROPERTY_ID, reservationId }));

const readsDuring = async (act: () => Promise<void>): Promise<number> => {
  const before = world.house.reads().reservations;
  await act();
  return world.house.reads().reservations - before;
};

test('a burst of deliveries causes one read, and leaves only ids in the history', async () => {
  world.save('burst', { rooms: [] });
  world.save('burst', { rooms: ['104'] });
  const reads = await readsDuring(async () => {
    const statuses = await Promise.all(Array.from({ length: 8 }, () => world.deliver('burst')));
    expect(new Set(statuses)).toEqual(new Set([202]));
    await world.read('burst');
  });
  expect(reads).toBe(1);
  expect((await world.view('burst')).rooms).toEqual(['104']);
  expect(textOf(await ingestOf('burst').fetchHistory())).not.toMatch(/Ada Quill|ada\.quill/);
});

/** Returns the whole text of a history, its payloads decoded from base64. */
function textOf(history: unknown): string {
  const text = JSON.stringify(history, (key, value: unknown) =>
    key === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : value,
  );
  expect(text).toContain('quietMs');
  return text;
}

test('a repeated delivery changes nothing: it is read, read again in case of a stale read, and dropped', async () => {
  world.save('twice');
  await world.deliver('twice');
  await world.read('twice');
  const snapshots = async (): Promise<unknown[]> =>
    (await world.view('twice')).timeline.filter(({ what }) => what.startsWith('snapshot '));
  expect(await snapshots()).toHaveLength(1);
  const reads = await readsDuring(async () => {
    await world.deliver('twice');
    await world.read('twice');
  });
  expect(reads).toBe(2);
  expect(await snapshots()).toHaveLength(1);
  expect(await ingestOf('twice').query(ingestQuery)).toEqual({ deliveries: 1, readings: 2, last: { kind: 'same' } });
});

test('a stale read that is older than the state of the stay is ignored', async () => {
  world.save('lags', { rooms: ['105'] });
  world.save('lags', { rooms: ['106'] });
  await world.deliver('lags');
  await world.read('lags');
  world.house.lag(true);
  await world.deliver('lags');
  await world.read('lags');
  expect((await ingestOf('lags').query(ingestQuery)).last).toEqual({ kind: 'older' });
  expect((await world.view('lags')).rooms).toEqual(['106']);
});

test('a change that a delivery announces too early is found by the second read', async () => {
  world.save('early', { rooms: ['105'] });
  await world.deliver('early');
  await world.read('early');
  world.save('early', { rooms: ['107'] });
  world.house.lag(true);
  await world.deliver('early');
  await vi.waitUntil(async () => (await ingestOf('early').query(ingestQuery)).readings > 0, { timeout: 120_000 });
  world.house.lag(false);
  await world.read('early');
  expect((await world.view('early')).rooms).toEqual(['107']);
});

test('an earlier change that a stale read returns does not hide the change after it', async () => {
  world.save('behind', { rooms: ['105'] });
  await world.deliver('behind');
  await world.read('behind');
  const rooms = async (): Promise<string> => (await world.view('behind')).rooms.join();
  world.house.lag(true);
  world.save('behind', { rooms: ['106'] });
  await world.deliver('behind');
  await vi.waitUntil(async () => (await ingestOf('behind').query(ingestQuery)).readings > 0, { timeout: 120_000 });
  world.save('behind', { rooms: ['107'] });
  await world.deliver('behind');
  await vi.waitUntil(async () => (await rooms()) === '106', { timeout: 120_000, interval: 20 });
  world.house.lag(false);
  await world.read('behind');
  expect(await rooms()).toBe('107');
});

test('a re-read that fails answers its caller as pending, so that other callers can ask', async () => {
  world.house.trouble.begin({ status: 503 });
  world.save('patience');
  const name = { propertyId: PROPERTY_ID, reservationId: 'patience' };
  const [connection] = world.connections.all;
  if (connection === undefined) throw new Error('There is no connection');
  const pace = { ...paceOf(connection), replyWithinMs: 100 };
  // More callers than Temporal lets wait at the same time.
  for (let asked = 0; asked < 12; asked += 1) {
    expect(await reread(world.hotel.temporal, pace, name)).toEqual({ kind: 'pending' });
  }
  world.house.trouble.end();
  await world.read('patience');
  expect((await world.view('patience')).rooms).toEqual(['101']);
});

test('the history does not grow while the booking system is down, and one read afterwards brings the latest state', async () => {
  world.house.trouble.begin({ status: 503 });
  world.save('down', { rooms: ['108'] });
  await world.deliver('down');
  const refused = (): number => world.house.trouble.counts().refused;
  const before = refused();
  await vi.waitUntil(() => refused() >= before + 2, { timeout: 120_000 });
  const { historyLength } = await ingestOf('down').describe();
  const seen = refused();
  await vi.waitUntil(() => refused() > seen, { timeout: 120_000 });
  expect((await ingestOf('down').describe()).historyLength).toBe(historyLength);
  world.save('down', { rooms: ['109'] });
  world.house.trouble.end();
  await world.read('down');
  expect((await world.view('down')).rooms).toEqual(['109']);
});

test('a delivery during a long delay of a failed read causes a new read at once', async () => {
  world.house.trouble.begin({ status: 503, retryAfterSeconds: 3_600 });
  world.save('news', { rooms: ['108'] });
  await world.deliver('news');
  const { refused } = world.house.trouble.counts();
  await vi.waitUntil(() => world.house.trouble.counts().refused > refused, { timeout: 120_000 });
  world.save('news', { rooms: ['109'] });
  world.house.trouble.end();
  await world.deliver('news');
  // Without the delivery, the next attempt would come a minute after the first.
  await world.read('news');
  expect((await world.view('news')).rooms).toEqual(['109']);
  const { events } = await ingestOf('news').fetchHistory();
  const cancelled = (events ?? []).filter(({ activityTaskCanceledEventAttributes: it }) => it != null);
  expect(cancelled).toHaveLength(1);
});

test('a missing reservation is read again after a grace period, its stay is then cancelled, and it may come back', async () => {
  const reservation = world.save('gone');
  await world.deliver('gone');
  await world.read('gone');
  world.house.remove('gone');
  const reads = await readsDuring(async () => {
    await world.deliver('gone');
    await world.read('gone');
  });
  expect(reads).toBe(2);
  expect((await world.view('gone')).phase).toBe('cancelled');
  world.house.save(reservation);
  await world.deliver('gone');
  await world.read('gone');
  const back = await world.view('gone');
  expect(back.phase).toBe('expected');
  expect(back.rooms).toEqual(['101']);
  expect(back.guests).toMatchObject([{ guestId: 'g1' }]);
});

test('a reservation that is missing for a moment only is not cancelled', async () => {
  const reservation = world.save('blink');
  await world.deliver('blink');
  await world.read('blink');
  world.house.remove('blink');
  await world.deliver('blink');
  const last = async (): Promise<unknown> => (await ingestOf('blink').query(ingestQuery)).last?.kind;
  await vi.waitUntil(async () => (await last()) === 'missing', { timeout: 120_000, interval: 20 });
  world.house.save(reservation);
  await world.read('blink');
  const { phase, timeline } = await world.view('blink');
  expect(phase).toBe('expected');
  expect(timeline.map(({ what }) => what).join()).not.toContain('cancelled');
});

test('a delivery of an unknown reservation leaves no stay behind', async () => {
  await world.deliver('nobody');
  await world.read('nobody');
  expect((await ingestOf('nobody').query(ingestQuery)).last).toEqual({ kind: 'cancelled' });
  await expect(world.view('nobody')).rejects.toMatchObject({ name: 'StayNotFound' });
});

test('an invalid snapshot is refused with the names of its fields, and does no harm to the stay', async () => {
  world.save('wrong');
  await world.deliver('wrong');
  await world.read('wrong');
  world.save('wrong', { guests: [{ guestId: 'g1', email: 'no address' }] });
  await world.deliver('wrong');
  await world.read('wrong');
  expect((await ingestOf('wrong').query(ingestQuery)).last).toEqual({
    kind: 'refused',
    why: 'guests[0].email must be an e-mail address',
  });
  expect((await world.view('wrong')).phase).toBe('expected');
});

test('an ingest workflow with a long history continues as new, even while the booking system is down', async () => {
  world.house.trouble.begin({ status: 503 });
  world.save('long', { rooms: ['110'] });
  await world.deliver('long');
  const handle = ingestOf('long');
  const { runId } = await handle.describe();
  const waiting = handle.executeUpdate(rereadUpdate);
  // The server suggests continue-as-new at 4 MB.
  const ballast = 'x'.repeat(300_000);
  const hasLeft = async (): Promise<boolean> => {
    if ((await handle.describe()).runId !== runId) return true;
    await handle.signal('reservationChanged', { ballast });
    return false;
  };
  await vi.waitUntil(hasLeft, { timeout: 120_000, interval: 100 });
  expect(await waiting).toEqual({ kind: 'pending' });
  world.house.trouble.end();
  await world.read('long');
  expect((await world.view('long')).rooms).toEqual(['110']);
});
