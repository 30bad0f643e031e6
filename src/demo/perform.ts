/**
 * Performance of a story on a running stack, beat by beat. It compares the answers of doors and Seam with the story.
 */
import type { KeyView, StayView } from '../client.js';
import type { BookingSystem } from './booking-system.js';
import type { Hotel } from './hotel.js';
import type { Beat, BeatOf, Chapter, Person, Story } from './script.js';
import type { Narrator, WhereToLook } from './narrator.js';
import { until } from './until.js';

export interface Stage {
  readonly cast: readonly Person[];
  readonly booking: BookingSystem;
  readonly hotel: Hotel;
  readonly narrator: Narrator;
  readonly where: WhereToLook;
  /** Sends SIGKILL, and resolves when the worker has ended. */
  readonly killWorker: () => Promise<void>;
  readonly startWorker: () => Promise<void>;
  /** Aborts the story. */
  readonly signal: AbortSignal;
}

/** Numbers of expectations that were met and missed. */
export interface Score {
  readonly met: number;
  readonly missed: number;
}

/** Results of one beat's expectations: true if met. A beat may have several expectations, or none. */
type Judgements = readonly boolean[];

/**
 * Plays the whole story. Missed expectations are printed and counted, and the story continues.
 * @throws NeverCame if a wait of the story times out; the signal's reason if it is aborted
 */
export async function perform(story: Story, stage: Stage): Promise<Score> {
  const judgements: boolean[] = [];
  const liveKeys = new Map<string, readonly KeyView[]>();
  await welcomeGuests(stage);
  for (const [index, chapter] of story.chapters.entries()) {
    stage.narrator.chapter(chapter, index + 1);
    for (const beat of chapter.beats) {
      stage.signal.throwIfAborted();
      judgements.push(...(await play(beat, stage, liveKeys)));
    }
    showLinks(chapter, stage);
  }
  const met = judgements.filter((one) => one).length;
  return { met, missed: judgements.length - met };
}

async function welcomeGuests({ cast, hotel }: Stage): Promise<void> {
  for (const person of cast) {
    await hotel.welcome(person);
    if (person.phone === 'enrolled') await hotel.setPhone(person, 'enrolled');
  }
}

function showLinks({ reservations }: Chapter, { narrator, booking, where }: Stage): void {
  for (const reservation of reservations) narrator.link(booking.stayName(reservation), where);
}

/** Plays one beat. @param liveKeys keys that were printed as live, by reservation; updated here */
async function play(beat: Beat, stage: Stage, liveKeys: Map<string, readonly KeyView[]>): Promise<Judgements> {
  const { booking, hotel, narrator } = stage;
  switch (beat.do) {
    case 'narrate':
      narrator.aside(beat.text);
      return [];
    case 'book':
      narrator.booking(beat.reservation, beat.booking);
      await booking.book(beat.reservation, beat.booking);
      return [];
    case 'signal':
      narrator.signal(beat.reservation, beat.message.name, beat.text);
      await booking.signal(beat.reservation, beat.message);
      return [];
    case 'await-phone':
      await waitForPhone(beat, stage);
      narrator.waitingForPhone(beat.who);
      return [];
    case 'phone':
      narrator.phone(beat.who, beat.becomes);
      await hotel.setPhone(beat.who, beat.becomes);
      return [];
    case 'settle': {
      const begun = performance.now();
      const view = await settled(beat.reservation, stage);
      const before = liveKeys.get(beat.reservation) ?? [];
      narrator.keys({ view, before, tookMs: performance.now() - begun });
      liveKeys.set(
        beat.reservation,
        view.keys.filter((key) => key.state === 'live'),
      );
      return [];
    }
    case 'taps': {
      const judgements: boolean[] = [];
      for (const tap of beat.taps) {
        const reason = await hotel.tap(tap);
        narrator.tap(tap, reason);
        judgements.push(reason === tap.expected);
      }
      return judgements;
    }
    case 'fault':
      narrator.fault(beat.text);
      await hotel.setFault(beat.fault);
      return [];
    case 'kill-worker': {
      const keysMade = await waitForKeysAtSeam(beat, stage);
      await stage.killWorker();
      narrator.workerKilled(keysMade, beat.guests.length);
      return [];
    }
    case 'start-worker': {
      const begun = performance.now();
      await stage.startWorker();
      narrator.workerStarted(performance.now() - begun);
      return [];
    }
    case 'one-key-each': {
      const counts = await hotel.keysAtSeam(beat.guests);
      narrator.keysAtSeam(beat.guests, counts);
      return [counts.every((count) => count === 1)];
    }
    default:
      return beat satisfies never;
  }
}

async function waitForPhone({ reservation, who }: BeatOf<'await-phone'>, { booking, signal }: Stage): Promise<void> {
  const isWaiting = async (): Promise<true | undefined> => {
    const { guests } = await booking.view(reservation);
    const guest = guests.find((one) => one.guestId === who.guestId);
    return guest?.waitingFor === 'phone' ? true : undefined;
  };
  await until(`stay ${reservation} to wait for the phone of ${who.name}`, isWaiting, signal);
}

function waitForKeysAtSeam(beat: BeatOf<'kill-worker'>, { hotel, signal }: Stage): Promise<number> {
  const enough = async (): Promise<number | undefined> => {
    const counts = await hotel.keysAtSeam(beat.guests);
    const keys = counts.reduce((total, one) => total + one, 0);
    return keys >= beat.onceKeysAtSeam ? keys : undefined;
  };
  return until(`Seam to make ${beat.onceKeysAtSeam} keys`, enough, signal);
}

/**
 * Resolves with the view when the stay has nothing left to do and the phones are in sync. Every online phone then holds
 * its guest's live keys, and no dead ones.
 */
async function settled(reservation: string, { cast, booking, hotel, signal }: Stage): Promise<StayView> {
  const whenSettled = async (): Promise<StayView | undefined> => {
    const view = await booking.view(reservation);
    return view.settled ? view : undefined;
  };
  const view = await until(`stay ${reservation} to settle`, whenSettled, signal);
  const whenInStep = (person: Person) => async (): Promise<true | undefined> => {
    const phone = await hotel.phoneOf(person);
    return phone?.online !== true || isInStep(phone.acsCredentialIds, person, view) ? true : undefined;
  };
  for (const person of cast.filter((one) => view.guests.some((guest) => guest.guestId === one.guestId))) {
    await until(`the phone of ${person.name} to sync`, whenInStep(person), signal);
  }
  return view;
}

function isInStep(idsOnPhone: readonly string[], { guestId }: Person, view: StayView): boolean {
  return view.keys
    .filter((key) => key.guestId === guestId)
    .every(({ acsCredentialId = '', state }) => (state === 'live') === idsOnPhone.includes(acsCredentialId));
}
