/** Every scenario, by chapter and in the order of its number. */
import { arrival } from './arrival.js';
import { clocks } from './clocks.js';
import { dates } from './dates.js';
import { desk } from './desk.js';
import { neighbours } from './neighbours.js';
import { guests } from './party.js';
import { rooms } from './rooms.js';
import type { Scenario } from './scenario.js';

/** Section of `docs/scenarios.md`; its scenarios are in the order of their numbers. */
export interface Chapter {
  readonly title: string;
  readonly scenarios: readonly Scenario[];
}

export const chapters: readonly Chapter[] = [
  { title: 'Arrival', scenarios: arrival },
  { title: 'Rooms and moves', scenarios: rooms },
  { title: 'One stay after another', scenarios: neighbours },
  { title: 'Dates, check-out and cancellation', scenarios: dates },
  { title: 'Guests, phones and groups', scenarios: guests },
  { title: 'Front desk and equipment', scenarios: desk },
  { title: 'Clocks and time zones', scenarios: clocks },
];

export const scenarios: readonly Scenario[] = chapters
  .flatMap((chapter) => chapter.scenarios)
  .toSorted((a, b) => a.number - b.number);
