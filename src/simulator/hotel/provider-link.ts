/**
 * Link from Seam to the hotel's Visionline server. It delivers work late and in order, and delivers nothing while the
 * bridge is down.
 */

/** `real-time`: work arrives after `latencyMs`. `manual`: work arrives when a test in process calls `settle`. */
export type Pace = { readonly kind: 'real-time'; readonly latencyMs: number } | { readonly kind: 'manual' };

export interface ProviderLink {
  /** Runs `work` at the provider once it arrives there. */
  send(work: () => void): void;
  /** Runs `work` now if the bridge is up, otherwise once it is up again. */
  sendAtOnce(work: () => void): void;
  /** Runs all work in transit, and the work that this sends in turn. Runs nothing while the bridge is down. */
  settle(): void;
  isUp(): boolean;
  takeDown(): void;
  bringUp(): void;
  /** Drops all work in transit. */
  close(): void;
}

/** Returns a link that is up, with nothing in transit. */
export function providerLink(pace: Pace): ProviderLink {
  /** Work in the order sent. `ripe` work has arrived, but waits for the bridge or for earlier work. */
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
