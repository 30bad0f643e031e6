/** One part of the report of `npm run bench`: a page, its goals, and its picture. */
import type { EChartsOption } from 'echarts';
import type { Spread } from './spread.js';

/** Figure that must not be missed. */
export interface Goal {
  readonly what: string;
  readonly kind: 'at-most' | 'at-least';
  readonly bound: number;
  readonly reached: Spread;
}

export interface Section {
  /** Name of the page and the picture. */
  readonly name: string;
  readonly title: string;
  /** Markdown of the page, without title, goals and machine. */
  readonly text: string;
  readonly goals: readonly Goal[];
  readonly chart?: EChartsOption;
  /** Height of the picture in pixels; 380 by default. */
  readonly chartHeight?: number;
}

/** Returns true if the median reaches the goal. */
export function isMet({ kind, bound, reached }: Goal): boolean {
  return kind === 'at-most' ? reached.median <= bound : reached.median >= bound;
}

/** Returns true if no measurement at all reaches the goal: it is missed by more than the spread. */
export function isMissed({ kind, bound, reached }: Goal): boolean {
  return kind === 'at-most' ? reached.least > bound : reached.most < bound;
}
