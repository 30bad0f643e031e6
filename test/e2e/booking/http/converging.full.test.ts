import { afterAll, beforeAll, test } from 'vitest';
import { openApiWorld, type ApiWorld } from './api-world.js';
import { converges } from './converging.js';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.stop());

test('snapshots of three hundred reservations, repeated and reordered, lead to the same stays as sent once in order', () =>
  converges(world, 300, Number(process.env.STAYLINE_SEED ?? Date.now() % 1_000_000)));
