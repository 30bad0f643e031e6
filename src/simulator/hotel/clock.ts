/** The hotel's time. Locks, credentials and events use it; provider latency and webhooks use real time. */

export interface HotelClock {
  /** Returns milliseconds since 1970. */
  now(): number;
  /** Sets the time, in milliseconds since 1970. Absent where the clock follows another one. */
  readonly moveTo?: (at: number) => void;
}

/** Clock that can be set. */
type MovableClock = Required<HotelClock>;

/** Returns a clock that runs `aheadMs` ahead of real time. Setting it shifts it; it then runs on from there. */
export function runningClock(aheadMs = 0): MovableClock {
  let offset = aheadMs;
  return {
    now: () => Date.now() + offset,
    moveTo: (at) => {
      offset = at - Date.now();
    },
  };
}

/** Returns a clock that stands still at `at` (milliseconds since 1970) until a test in process moves it. */
export function standingClock(at: number): MovableClock {
  let now = at;
  return {
    now: () => now,
    moveTo: (next) => {
      now = next;
    },
  };
}
