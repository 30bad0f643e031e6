/**
 * Several real worlds at once, for stories that are mostly waiting: each is told in a world that nobody else uses meanwhile.
 */
import { openRealWorld, type RealWorld, type RealWorldOptions } from './real-world.js';

export interface Lanes {
  /** Waits for a world that is free, and gives it back when the story is over, well or not. */
  use<T>(story: (world: RealWorld) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** @param count how many worlds; each is a Temporal server, a simulator and a worker */
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
