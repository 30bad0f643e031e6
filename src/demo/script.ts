/** Parts of a story for the demo: a cast, chapters, and beats that change or check something. */
import type { MessageInput, MessageName } from '../client.js';
import type { Fault } from '../simulator/control/faults.js';
import type { TapResult } from '../simulator/hotel/taps.js';

/**
 * Guest of the story. Temporal and Seam receive the `guestId`; the name stays in the booking system and this terminal.
 */
export interface Person {
  readonly name: string;
  readonly guestId: string;
  /** State of the guest's phone when the story begins: `enrolled` if it has the hotel's app. */
  readonly phone: 'enrolled' | 'none-yet';
}

/** Returns the booking system's id of a person: the same person in two stays is the same user at Seam. */
export function personIdOf(person: Person): string {
  return `person-${person.guestId}`;
}

/** Reservation in the scripted booking system. */
export interface Booking {
  readonly rooms: readonly string[];
  readonly guests: readonly Person[];
  /** Hours until the window begins; 0 or less: it has begun. */
  readonly startsInHours: number;
  readonly nights: number;
}

export type TapReason = TapResult['reason'];

/** Tap of a guest's phone at a door, and the answer that the lock must give. */
export interface Tap {
  readonly who: Person;
  readonly door: string;
  readonly expected: TapReason;
}

export type Beat =
  /** Sentence for the audience. */
  | { readonly do: 'narrate'; readonly text: string }
  /** The booking system sends the whole reservation. */
  | { readonly do: 'book'; readonly reservation: string; readonly booking: Booking }
  /** The booking system sends a change only. */
  | { readonly do: 'signal'; readonly reservation: string; readonly message: OneMessage; readonly text: string }
  /** Waits until the guest's key waits only for their phone. */
  | { readonly do: 'await-phone'; readonly reservation: string; readonly who: Person }
  | { readonly do: 'phone'; readonly who: Person; readonly becomes: 'enrolled' | 'offline' }
  /** Waits until the stay has nothing left to do and the phones are in sync, then shows who holds which key and why. */
  | { readonly do: 'settle'; readonly reservation: string }
  | { readonly do: 'taps'; readonly taps: readonly Tap[] }
  /** Sets a fault between Stayline and Seam. */
  | { readonly do: 'fault'; readonly fault: Fault; readonly text: string }
  /** Sends SIGKILL to the worker once Seam has made this many of the stay's keys. */
  | { readonly do: 'kill-worker'; readonly guests: readonly Person[]; readonly onceKeysAtSeam: number }
  | { readonly do: 'start-worker' }
  /** Checks that each of these guests holds exactly one key at Seam: no key lost, no key doubled. */
  | { readonly do: 'one-key-each'; readonly guests: readonly Person[] };

export type BeatOf<Do extends Beat['do']> = Extract<Beat, { readonly do: Do }>;

/** Signal of a stay, with its payload. */
export type OneMessage = {
  readonly [Name in MessageName]: { readonly name: Name; readonly payload: MessageInput<Name> };
}[MessageName];

export interface Chapter {
  readonly title: string;
  /** Heading of this scenario in Seam's guide. */
  readonly guide?: string;
  readonly about: string;
  /** Reservations whose stays are linked. */
  readonly reservations: readonly string[];
  readonly beats: readonly Beat[];
}

export interface Story {
  readonly title: string;
  readonly about: string;
  readonly cast: readonly Person[];
  readonly chapters: readonly Chapter[];
}

// Builders of beats: the verbs of a story.

/** Returns a beat that prints a sentence. */
export const narrate = (text: string): Beat => ({ do: 'narrate', text });
/** Returns a beat that sends a whole reservation. */
export const books = (reservation: string, booking: Booking): Beat => ({ do: 'book', reservation, booking });
/** Returns a beat that sends one signal to a stay. */
export const sends = (reservation: string, message: OneMessage, text: string): Beat => ({
  do: 'signal',
  reservation,
  message,
  text,
});
/** Returns a beat that waits until a stay waits for the guest's phone. */
export const waitsForPhoneOf = (reservation: string, who: Person): Beat => ({ do: 'await-phone', reservation, who });
/** Returns a beat that enrols the guest's phone. */
export const enrolsPhone = (who: Person): Beat => ({ do: 'phone', who, becomes: 'enrolled' });
/** Returns a beat that takes the guest's phone offline. */
export const losesNetwork = (who: Person): Beat => ({ do: 'phone', who, becomes: 'offline' });
/** Returns a beat that waits until the stay settles, and shows its keys. */
export const settles = (reservation: string): Beat => ({ do: 'settle', reservation });
/** Returns a beat that checks taps at doors. */
export const taps = (...list: readonly (readonly [who: Person, door: string, expected: TapReason])[]): Beat => ({
  do: 'taps',
  taps: list.map(([who, door, expected]) => ({ who, door, expected })),
});
/** Returns a beat that sets a fault. */
export const goesWrong = (fault: Fault, text: string): Beat => ({ do: 'fault', fault, text });
/** Returns a beat that kills the worker once Seam has made this many keys. */
export const killsWorker = (guests: readonly Person[], onceKeysAtSeam: number): Beat => ({
  do: 'kill-worker',
  guests,
  onceKeysAtSeam,
});
export const startsWorker: Beat = { do: 'start-worker' };
/** Returns a beat that checks for exactly one key per guest at Seam. */
export const oneKeyEach = (...guests: readonly Person[]): Beat => ({ do: 'one-key-each', guests });
