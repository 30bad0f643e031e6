/** The whole matrix of odd answers: each at every endpoint at once, and one of each class at each endpoint alone. */
import { test } from 'vitest';
import { ENDPOINTS, ODDITIES, oddWorld } from './odd-answers.js';

const world = oddWorld();

test.each(ODDITIES)('every endpoint answers with $what for a while, and the stay comes to the right end', (oddity) =>
  world.liveThrough(oddity),
);

const CLASSES = [
  '401 without a body',
  '404 of a proxy',
  '307 to elsewhere',
  '200 of another service',
  '200 with half a body after the request was carried out',
];
const EACH = ENDPOINTS.flatMap((path) =>
  ODDITIES.filter(({ what }) => CLASSES.includes(what)).map((oddity) => ({ ...oddity, paths: [path], path })),
);

test.each(EACH)('only $path answers with $what for a while, and the stay comes to the right end', (oddity) =>
  world.liveThrough(oddity),
);
