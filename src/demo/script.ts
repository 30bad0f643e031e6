/** What a story for the demo is made of: a cast, chapters, and beats that change something or look at something. */
import type { MessageInput, MessageName } from '../client.js';
import type { Fault } from '../simulator/control/faults.js';
import type { TapResult } from '../simulator/hotel/taps.js';

/** A guest. `guestId` is what Temporal and Seam see; the name stays in the booking system and in this terminal. */
export interface Person {
  readonly name: string;
  readonly guestId: string;
  /** Whether the hotel's app is on the guest's phone when the story begins. */
  readonly phone: 'enrolled' | 'none-yet';
}

/** The booking system knows persons: the same one in two stays is the same user at Seam. */
export function personIdOf(person: Person): string {
  return `person-${person.guestId}`;
}

/** A reservation as the scripted booking system keeps it. */
export interface Booking {
  readonly rooms: readonly string[];
  readonly guests: readonly Person[];
  /** Hours until the window begins; 0 and less: it has begun. */
  readonly startsInHours: number;
  readonly nights: number;
}

export type TapReason = TapResult['reason'];

/** Who holds the phone to which door, and what the lock must answer. */
export interface Tap {
  readonly who: Person;
  readonly door: string;
  readonly expected: TapReason;
}

export type Beat =
  /** A sentence for whoever watches. */
  | { readonly do: 'tell'; readonly text: string }
  /** The booking system sends the whole reservation. */
  | { readonly do: 'book'; readonly reservation: string; readonly booking: Booking }
  /** The booking system sends a change only. */
  | { readonly do: 'signal'; readonly reservation: string; readonly message: OneMessage; readonly text: string }
  /** Waits until this guest's phone is all that keeps his key waiting. */
  | { readonly do: 'await-phone'; readonly reservation: string; readonly who: Person }
  | { readonly do: 'phone'; readonly who: Person; readonly becomes: 'enrolled' | 'offline' }
  /** Waits until the stay has nothing left to do and the phones have synced, then shows who holds what and why. */
  | { readonly do: 'settle'; readonly reservation: string }
  | { readonly do: 'taps'; readonly taps: readonly Tap[] }
  /** Something will go wrong between Stayline and Seam. */
  | { readonly do: 'fault'; readonly fault: Fault; readonly text: string }
  /** SIGKILL for the worker, once Seam has made this many of the stay's keys. */
  | { readonly do: 'kill-worker'; readonly guests: readonly Person[]; readonly onceKeysAtSeam: number }
  | { readonly do: 'start-worker' }
  /** Each of these guests must hold exactly one key at Seam: nothing lost, nothing doubled. */
  | { readonly do: 'one-key-each'; readonly guests: readonly Person[] };

export type BeatOf<Do extends Beat['do']> = Extract<Beat, { readonly do: Do }>;

/** One of the stay's signals. */
export type OneMessage = {
  readonly [Name in MessageName]: { readonly name: Name; readonly payload: MessageInput<Name> };
}[MessageName];

export interface Chapter {
  readonly title: string;
  /** The scenario of Seam's guide that this is, by its heading there. */
  readonly guide?: string;
  readonly about: string;
  /** The stays whose links are shown. */
  readonly reservations: readonly string[];
  readonly beats: readonly Beat[];
}

export interface Story {
  readonly title: string;
  readonly about: string;
  readonly cast: readonly Person[];
  readonly chapters: readonly Chapter[];
}

// The verbs in which a story is written.

export const tell = (text: string): Beat => ({ do: 'tell', text });
export const books = (reservation: string, booking: Booking): Beat => ({ do: 'book', reservation, booking });
export const sends = (reservation: string, message: OneMessage, text: string): Beat => ({
  do: 'signal',
  reservation,
  message,
  text,
});
export const waitsForPhoneOf = (reservation: string, who: Person): Beat => ({ do: 'await-phone', reservation, who });
export const enrolsPhone = (who: Person): Beat => ({ do: 'phone', who, becomes: 'enrolled' });
export const losesNetwork = (who: Person): Beat => ({ do: 'phone', who, becomes: 'offline' });
export const settles = (reservation: string): Beat => ({ do: 'settle', reservation });
export const taps = (...list: readonly (readonly [who: Person, door: string, expected: TapReason])[]): Beat => ({
  do: 'taps',
  taps: list.map(([who, door, expected]) => ({ who, door, expected })),
});
export const goesWrong = (fault: Fault, text: string): Beat => ({ do: 'fault', fault, text });
export const killsWorker = (guests: readonly Person[], onceKeysAtSeam: number): Beat => ({
  do: 'kill-worker',
  guests,
  onceKeysAtSeam,
});
export const startsWorker: Beat = { do: 'start-worker' };
export const oneKeyEach = (...guests: readonly Person[]): Beat => ({ do: 'one-key-each', guests });
