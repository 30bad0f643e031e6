/** The hotel's time: what locks, credentials and events go by. Provider latency and webhooks go by real time. */

export interface HotelClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Sets the time, in milliseconds since 1970. Absent where the clock follows another one. */
  readonly moveTo?: (at: number) => void;
}

/** Follows real time, from wherever it is set to. */
export function runningClock(): HotelClock {
  let offset = 0;
  return {
    now: () => Date.now() + offset,
    moveTo: (at) => {
      offset = at - Date.now();
    },
  };
}

/** Stands still until it is moved: for tests in process. */
export function standingClock(at: number): HotelClock & { readonly moveTo: (at: number) => void } {
  let now = at;
  return {
    now: () => now,
    moveTo: (next) => {
      now = next;
    },
  };
}
