/**
 * The way from Seam to the hotel's Visionline server: it takes a while, in order, and nothing passes while the bridge
 * is down.
 */

/** `real-time`: work arrives after `latencyMs`; `manual`: when `settle` is called, for tests in process. */
export type Pace = { readonly kind: 'real-time'; readonly latencyMs: number } | { readonly kind: 'manual' };

export interface ProviderLink {
  /** Runs `work` at the provider once it has got there. */
  send(work: () => void): void;
  /** Runs `work` now if the bridge is up, else when it is up again. */
  sendAtOnce(work: () => void): void;
  /** Runs everything that is on its way, and what that sends in turn; nothing while the bridge is down. */
  settle(): void;
  isUp(): boolean;
  takeDown(): void;
  bringUp(): void;
  /** Forgets whatever is on its way. */
  close(): void;
}

export function providerLink(pace: Pace): ProviderLink {
  /** In the order in which it was sent; `ripe` work has arrived, but waits for the bridge or for earlier work. */
  let queue: { readonly work: () => void; ripe: boolean }[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let up = true;

  function runRipe(): void {
    while (up && queue[0]?.ripe === true) queue.shift()?.work();
  }

  function later(ripen: () => void, ms: number): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      ripen();
    }, ms);
    timers.add(timer);
  }

  return {
    send(work) {
      const entry = { work, ripe: false };
      queue.push(entry);
      if (pace.kind === 'manual') return;
      later(() => {
        entry.ripe = true;
        runRipe();
      }, pace.latencyMs);
    },
    sendAtOnce(work) {
      if (up) work();
      else queue.push({ work, ripe: true });
    },
    settle() {
      while (up && queue.length > 0) queue.shift()?.work();
    },
    isUp: () => up,
    takeDown() {
      up = false;
    },
    bringUp() {
      up = true;
      runRipe();
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      queue = [];
    },
  };
}
