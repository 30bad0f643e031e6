/** Reproducible randomness: the same seed gives the same month. */

export interface Chance {
  /** Returns a number from 0 up to, not including, 1. */
  next(): number;
  /** Returns true in so many of a hundred cases. */
  percent(share: number): boolean;
  /** Returns a whole number from `least` to `most`. */
  between(least: number, most: number): number;
  pick<Item>(items: readonly Item[]): Item | undefined;
  /** Returns one of the items, each as likely as its weight. */
  weighted<Item>(items: readonly (readonly [Item, number])[]): Item;
  /** Returns some of the items, none twice. */
  sample<Item>(items: readonly Item[], count: number): Item[];
}

/** The generator is mulberry32 (public domain, by Tommy Ettinger). */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const chance: Chance = {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
    percent: (share) => chance.next() * 100 < share,
    between: (least, most) => least + Math.floor(chance.next() * (most - least + 1)),
    pick: (items) => items[Math.floor(chance.next() * items.length)],
    weighted(items) {
      let left = chance.next() * items.reduce((sum, [, weight]) => sum + weight, 0);
      const found = items.find(([, weight]) => (left -= weight) < 0) ?? items.at(-1);
      if (found === undefined) throw new Error('There is nothing to choose from');
      return found[0];
    },
    sample(items, count) {
      const rest = [...items];
      return Array.from({ length: Math.min(count, rest.length) }, () => {
        const [taken] = rest.splice(Math.floor(chance.next() * rest.length), 1);
        return taken as (typeof rest)[number];
      });
    },
  };
  return chance;
}
