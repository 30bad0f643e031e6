/** Several measurements of one thing. */
import { medianOf } from '../../test/harness/median.js';

export interface Spread {
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

/** Returns the median and the ends of these values. */
export function spreadOf(values: readonly number[]): Spread {
  return { least: Math.min(...values), median: medianOf(values), most: Math.max(...values) };
}

/** Formats a spread with so many digits after the point: the median, then both ends. */
export function format({ least, median, most }: Spread, digits = 2): string {
  const [low, middle, high] = [least, median, most].map((value) => value.toFixed(digits));
  return `${middle} (${low}–${high})`;
}

/** Returns the spread of the same values in seconds. */
export function inSeconds({ least, median, most }: Spread): Spread {
  return { least: least / 1_000, median: median / 1_000, most: most / 1_000 };
}
