/** Log of every change, in order. Contains ids only: no name, e-mail address or phone number of a guest. */
import type { HotelClock } from './clock.js';

export interface JournalEntry {
  readonly number: number;
  /** The hotel's time, ISO 8601 in UTC. */
  readonly at: string;
  readonly what: string;
  readonly [detail: string]: unknown;
}

export interface Journal {
  write(what: string, details?: Readonly<Record<string, unknown>>): void;
  entries(): readonly JournalEntry[];
  /** Calls `listener` after every entry, and so after every change. */
  onEntry(listener: () => void): void;
}

/** Returns a journal that continues `earlier` entries. It numbers its entries from 1 and dates them by `clock`. */
export function createJournal(clock: HotelClock, earlier: readonly JournalEntry[] = []): Journal {
  const entries: JournalEntry[] = [...earlier];
  const listeners: (() => void)[] = [];
  return {
    write(what, details = {}) {
      entries.push({ number: entries.length + 1, at: new Date(clock.now()).toISOString(), what, ...details });
      for (const listener of listeners) listener();
    },
    entries: () => entries,
    onEntry(listener) {
      listeners.push(listener);
    },
  };
}
