/**
 * Several real worlds at once, for stories that mostly wait: each story has a world to itself while it runs.
 */
import { openRealWorld, type RealWorld, type RealWorldOptions } from './real-world.js';

export interface Lanes {
  /** Waits for a free world, and releases it when the story ends, with or without an error. */
  use<T>(story: (world: RealWorld) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** @param count number of worlds; each is a Temporal server, a simulator and a worker */
export async function openLanes(count: number, options: RealWorldOptions = {}): Promise<Lanes> {
  const worlds = await Promise.all(Array.from({ length: count }, () => openRealWorld(options)));
  const free = [...worlds];
  const waiting: ((world: RealWorld) => void)[] = [];
  const giveBack = (world: RealWorld): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(world);
    else next(world);
  };
  return {
    async use(story) {
      const world = free.pop() ?? (await new Promise<RealWorld>((resolve) => waiting.push(resolve)));
      try {
        return await story(world);
      } finally {
        giveBack(world);
      }
    },
    async stop() {
      await Promise.all(worlds.map((world) => world.stop()));
    },
  };
}
