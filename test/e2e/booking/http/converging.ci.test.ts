import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApiWorld, type ApiWorld } from './api-world.js';
import { converges } from './converging.js';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.stop());

test('snapshots repeated, reordered, sent in parallel or after a timeout lead to the same stay as sent once in order', () =>
  converges(world, 12, 5));

test('a change repeated after its answer was lost is carried out once', async () => {
  const path = '/v1/properties/seaside/reservations/R-again';
  const { propertyId: _p, reservationId: _r, ...snapshot } = await world.hotel.snapshotOf('unused', {});
  await world.call('PUT', path, snapshot);
  const headers = { 'idempotency-key': 'lost-phone' };
  const replace = `${path}/guests/g1/replace-key`;
  await Promise.all([1, 2, 3].map(() => world.call('POST', replace, { mode: 'secure' }, { headers })));
  const lines = async (): Promise<number> => {
    const { body } = await world.call('GET', path);
    return body.timeline.filter(({ what }: { what: string }) => what.startsWith('key replacement')).length;
  };
  await expect.poll(lines, { timeout: 120_000 }).toBe(1);
});
