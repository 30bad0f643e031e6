/** How webhooks come in real life: at once, late, in another order, more than once, or never. */

export interface Deliveries<Event> {
  /** Something has happened: posted at once, unless deliveries are held back or lost. Resolves when it has been answered. */
  tell(event: Event): Promise<void>;
  /** From now on deliveries wait. */
  hold(): void;
  /** Posts what waited, each so many times, in the order that is asked for; from now on deliveries come at once again. */
  release(how?: Release): Promise<void>;
  /** From now on deliveries are lost, as when a subscription lies idle; `release` ends it. */
  lose(): void;
  /** The status of every answer so far. */
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
