/** Webhook deliveries as in production: at once, late, in another order, more than once, or never. */

export interface Deliveries<Event> {
  /** Posts an event at once, unless deliveries are held or lost. Resolves when it has been answered. */
  tell(event: Event): Promise<void>;
  /** Holds all further deliveries back. */
  hold(): void;
  /** Posts the held deliveries in the given order, each the given number of times. Later deliveries are sent at once again. */
  release(how?: Release): Promise<void>;
  /** Loses all further deliveries, as with an idle subscription; `release` ends it. */
  lose(): void;
  /** Status of every answer so far. */
  readonly answers: readonly number[];
}

export interface Release {
  readonly order?: 'as-told' | 'reversed';
  readonly copies?: number;
}

export function openDeliveries<Event>(post: (event: Event) => Promise<number>): Deliveries<Event> {
  const answers: number[] = [];
  let mode: 'at-once' | 'held' | 'lost' = 'at-once';
  let waiting: Event[] = [];

  async function deliver(event: Event): Promise<void> {
    answers.push(await post(event));
  }

  return {
    answers,
    async tell(event) {
      if (mode === 'at-once') await deliver(event);
      if (mode === 'held') waiting.push(event);
    },
    hold() {
      mode = 'held';
    },
    lose() {
      mode = 'lost';
    },
    async release({ order = 'as-told', copies = 1 } = {}) {
      mode = 'at-once';
      const held = order === 'reversed' ? waiting.toReversed() : waiting;
      waiting = [];
      for (const event of held) {
        for (let copy = 0; copy < copies; copy += 1) await deliver(event);
      }
    },
  };
}
