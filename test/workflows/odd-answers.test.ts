/** Odd answers of Seam are doubt: a stay goes on by itself once Seam answers properly again. */
import { test } from 'vitest';
import { ODDITIES, oddWorld } from './odd-answers.js';

const world = oddWorld();

/** One of each class; `odd-answers.ci.test.ts` and `odd-answers.full.test.ts` have the rest. */
const SOME = ['401 of Seam itself', '200 with half a body after the request was carried out'];

test.each(ODDITIES.filter(({ what }) => SOME.includes(what)))(
  'a stay comes to the right end by itself after every endpoint has answered with $what',
  (oddity) => world.liveThrough(oddity),
);
