/**
 * Link from Seam to the hotel's Visionline server. It delivers work late and in order, and delivers nothing while the
 * bridge is down. Work in transit is data, so that it survives a restart.
 */

/** Failure between Seam and the provider, for one request. */
export type Quirk = 'never-synced' | 'discard-undelivered';

/** Work for the provider; `provider-work.ts` carries it out. */
export type ProviderWork =
  | { readonly kind: 'commit' | 'take-over' | 'forget' | 'record-card'; readonly credentialId: string }
  | { readonly kind: 'discard'; readonly credentialId: string; readonly quirks: readonly Quirk[] }
  | { readonly kind: 'outdate'; readonly credentialId: string; readonly doorIds: readonly string[] }
  | { readonly kind: 'copy-keys'; readonly deviceId: string }
  | { readonly kind: 'end-copies'; readonly deviceId: string; readonly quirks: readonly Quirk[] };

/** `real-time`: work arrives after `latencyMs`. `manual`: work arrives when a test in process calls `settle`. */
export type Pace = { readonly kind: 'real-time'; readonly latencyMs: number } | { readonly kind: 'manual' };

export interface ProviderLink {
  /** Carries `work` out at the provider once it arrives there. */
  send(work: ProviderWork): void;
  /** Carries `work` out now if the bridge is up, otherwise once it is up again. */
  sendAtOnce(work: ProviderWork): void;
  /** Carries out all work in transit, and the work that this sends in turn; nothing while the bridge is down. */
  settle(): void;
  /** Returns the work in transit, in the order sent. */
  inTransit(): readonly ProviderWork[];
  isUp(): boolean;
  takeDown(): void;
  bringUp(): void;
  /** Drops all work in transit. */
  close(): void;
}

export interface LinkState {
  readonly bridge: 'up' | 'down';
  /** Work that was in transit when the state was saved. */
  readonly inTransit: readonly ProviderWork[];
}

/** Returns a link at `pace` that continues from `start`. */
export function providerLink(pace: Pace, start: LinkState, carryOut: (work: ProviderWork) => void): ProviderLink {
  /** Work in the order sent. `ripe` work has arrived, but waits for the bridge or for earlier work. */
  let queue: { readonly work: ProviderWork; ripe: boolean }[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let up = start.bridge === 'up';

  function runNext(): void {
    const next = queue.shift();
    if (next !== undefined) carryOut(next.work);
  }

  function runRipe(): void {
    while (up && queue[0]?.ripe === true) runNext();
  }

  function later(ripen: () => void, ms: number): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      ripen();
    }, ms);
    timers.add(timer);
  }

  const link: ProviderLink = {
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
      if (up) carryOut(work);
      else queue.push({ work, ripe: true });
    },
    settle() {
      while (up && queue.length > 0) runNext();
    },
    inTransit: () => queue.map(({ work }) => work),
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
  for (const work of start.inTransit) link.send(work);
  return link;
}
