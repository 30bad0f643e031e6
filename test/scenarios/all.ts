/** Every scenario, in the order of its number. */
import { arrival } from './arrival.js';
import { clocks } from './clocks.js';
import { dates } from './dates.js';
import { desk } from './desk.js';
import { neighbours } from './neighbours.js';
import { guests } from './party.js';
import { rooms } from './rooms.js';
import type { Scenario } from './scenario.js';

export const scenarios: readonly Scenario[] = [
  ...arrival,
  ...rooms,
  ...neighbours,
  ...dates,
  ...guests,
  ...desk,
  ...clocks,
].toSorted((a, b) => a.number - b.number);
