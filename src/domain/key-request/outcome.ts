/** Progress of a key request, read from the stay's view. Pure. */
import type { AttentionCode } from '../model/attention.js';
import type { StayView } from '../model/stay-view.js';
import type { KeyRequest } from '../model/key-request-schema.js';

export type KeyOutcome =
  /** Keys are issued, or will be without a person's help; `text` is the answer to the caller. */
  | { readonly kind: 'done'; readonly text: string }
  /** A person must fix something first. */
  | { readonly kind: 'refused'; readonly text: string }
  /** The request continues without help, but is not done yet. */
  | { readonly kind: 'pending'; readonly text: string };

/** Attention codes that a retry cannot resolve. */
const HOPELESS: readonly AttentionCode[] = ['key-failed', 'impossible-plan', 'zone-mismatch'];

/** Phases in which no key is issued; only a change of the reservation can end them. */
const ENDED: Readonly<Partial<Record<StayView['phase'], string>>> = {
  leaving: 'The stay has ended; set a later departure first.',
  over: 'The stay has ended; set a later departure first.',
  cancelled: 'The reservation is cancelled.',
  'no-show': 'The reservation is a no-show.',
};

/**
 * Returns the progress of a key request with a text for the caller.
 * @param view undefined if there is no stay
 */
export function outcomeOf({ kind, rooms }: Pick<KeyRequest, 'kind' | 'rooms'>, view: StayView | undefined): KeyOutcome {
  if (view === undefined) return { kind: 'done', text: 'There is no stay, so there is no key.' };
  if (kind === 'remove') {
    // A stay that has moved holds keys for other rooms.
    const isMeant = (key: StayView['keys'][number]): boolean =>
      rooms.length === 0 || key.rooms.some((room) => rooms.includes(room));
    const left = view.keys.filter((key) => key.state !== 'dead' && isMeant(key)).length;
    return left === 0
      ? { kind: 'done', text: 'All keys are removed.' }
      : { kind: 'pending', text: `${left} keys are still being removed. Stayline continues automatically.` };
  }
  const ended = ENDED[view.phase];
  if (ended !== undefined) return { kind: 'refused', text: ended };
  if (view.settled && view.guests.every(({ keyState }) => keyState === 'gone')) {
    return { kind: 'refused', text: 'No guest of the reservation wants a key; add a guest first.' };
  }
  const hopeless = view.attention.find(({ code }) => HOPELESS.includes(code));
  if (hopeless !== undefined) return { kind: 'refused', text: hopeless.message };
  const waiting = view.guests.filter(({ keyState }) => keyState !== 'issued' && keyState !== 'gone');
  if (!view.settled) return { kind: 'pending', text: 'The keys are being made. Stayline continues automatically.' };
  if (waiting.length === 0) return { kind: 'done', text: 'The keys are on their way to the phones.' };
  if (waiting.every(({ waitingFor }) => waitingFor === 'phone')) {
    return { kind: 'done', text: "The key is made as soon as the guest's phone is set up." };
  }
  if (waiting.every(({ keyState, waitingFor }) => keyState === 'not-due' || waitingFor === 'window')) {
    return { kind: 'done', text: 'The key is made in time for the arrival.' };
  }
  const [blocker] = view.attention;
  return { kind: 'pending', text: blocker?.message ?? 'The key cannot be made yet. Stayline retries automatically.' };
}
