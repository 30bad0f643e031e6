/** Every sixth odd answer, at every endpoint at once; `odd-answers.full.test.ts` has all of them. */
import { test } from 'vitest';
import { ODDITIES, oddWorld } from './odd-answers.js';

const world = oddWorld();

test.each(ODDITIES.filter((_, index) => index % 6 === 4))(
  'a stay comes to the right end by itself while every endpoint answers with $what for a while',
  (oddity) => world.liveThrough(oddity),
);
