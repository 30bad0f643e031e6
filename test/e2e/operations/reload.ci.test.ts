/** Files of booking systems and properties that change while worker and server run: both follow without a restart. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRealWorld, type RealWorld } from '../../harness/real-world.js';
import { deliver, SECRET } from '../booking/generic/sender.js';

const PATIENCE = { timeout: 120_000, interval: 200 };

const connection = (connectionId: string, propertyId: string): object => ({
  connectionId,
  system: 'generic',
  properties: [{ propertyId }],
  settings: { secrets: ['DESK_SECRET'] },
});
/** A system that is swept, and cannot be reached. */
const swept = {
  connectionId: 'away',
  system: 'apaleo',
  properties: [{ propertyId: 'lake', externalId: 'LAK' }],
  settings: {
    apiUrl: 'http://127.0.0.1:1',
    tokenUrl: 'http://127.0.0.1:1/token',
    clientId: 'app',
    clientSecret: 'AWAY_SECRET',
    guestIdSecret: 'AWAY_SECRET',
    webhook: { token: 'AWAY_SECRET' },
  },
};

let world: RealWorld;
beforeAll(async () => {
  world = await openRealWorld({
    bookings: {
      file: { connections: [connection('first', 'hills')] },
      secrets: { DESK_SECRET: SECRET, AWAY_SECRET: 'a secret of some length' },
    },
  });
});
afterAll(async () => world.stop());

const fileOf = (variable: string): string => world.stack.workerEnvironment[variable] ?? '';

async function scheduleIds(): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { scheduleId } of world.temporal.schedule.list()) ids.push(scheduleId);
  return ids;
}

test('a connection and a property that are added to their files serve deliveries, sweeps and audits without a restart', async () => {
  const { propertyId } = world.simulator.property;
  const url = `${world.stack.server?.url}/webhooks/generic/second`;
  const snapshot = {
    propertyId,
    reservationId: 'R-1',
    revision: 1,
    status: 'confirmed',
    window: { from: '2035-05-01T14:00Z', to: '2035-05-03T10:00Z' },
    rooms: [],
    guests: [{ guestId: 'g1' }],
  };
  expect((await deliver(url, snapshot)).status).toBe(404);
  expect(await scheduleIds()).toEqual([`audit/${propertyId}`]);

  writeFileSync(
    fileOf('STAYLINE_BOOKINGS_FILE'),
    JSON.stringify({ connections: [connection('second', propertyId), swept] }),
  );
  await expect.poll(() => deliver(url, snapshot), PATIENCE).toMatchObject({ status: 202 });
  expect((await world.client.view({ propertyId, reservationId: 'R-1' })).phase).toBe('expected');
  expect((await deliver(url.replace('second', 'first'), snapshot)).status).toBe(404);
  await expect.poll(scheduleIds, PATIENCE).toContain('sweep/away/lake');

  const properties = fileOf('STAYLINE_PROPERTIES');
  const known = JSON.parse(readFileSync(properties, 'utf8')) as { readonly properties: readonly object[] };
  const lake = { ...known.properties[0], propertyId: 'lake' };
  writeFileSync(properties, JSON.stringify({ properties: [...known.properties, lake] }));
  await expect.poll(scheduleIds, PATIENCE).toContain('audit/lake');
});
