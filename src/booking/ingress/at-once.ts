/** Work on many items, a few at a time. */
import PQueue from 'p-queue';

/**
 * Runs `work` for every item, at most `most` at a time.
 * @throws the first error, after all items have been tried
 */
export async function tryAll<Item>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = new PQueue({ concurrency: most });
  const endings = await Promise.allSettled(items.map((item) => queue.add(() => work(item))));
  const failed = endings.find((ending) => ending.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Returns the items in order, in lists of at most `most`. */
export function chunksOf<Item>(items: readonly Item[], most: number): readonly (readonly Item[])[] {
  const count = Math.ceil(items.length / most);
  return Array.from({ length: count }, (_, index) => items.slice(index * most, (index + 1) * most));
}
