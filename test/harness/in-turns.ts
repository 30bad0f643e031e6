import PQueue from 'p-queue';

/** Runs `act` for every item, at most so many at a time. @throws the first error of `act` */
export async function inTurns<T>(
  items: Iterable<T>,
  { atOnce }: { readonly atOnce: number },
  act: (item: T) => Promise<unknown>,
): Promise<void> {
  const queue = new PQueue({ concurrency: atOnce });
  await queue.addAll([...items].map((item) => () => act(item)));
}
