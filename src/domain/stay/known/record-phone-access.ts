/** Records phone access: it was made for a guest, has to end, or has ended. Pure. */
import { later, type Instant } from '../../model/instants.js';
import type { PhoneAccess } from '../../model/phone-access.js';
import { withLine, type StayState } from '../state.js';

/** Most sessions and instant keys that one guest has at a time. */
export const MOST_OF_GUEST = 10;

/** Records phone access that was made; access that is recorded already only expires later. */
export function recordPhoneAccess(state: StayState, made: PhoneAccess): StayState {
  const known = state.phoneAccess ?? [];
  if (known.some((one) => isSame(one, made))) {
    const expiresAt = (one: PhoneAccess): Instant => later(one.expiresAt, made.expiresAt);
    return {
      ...state,
      phoneAccess: known.map((one) => (isSame(one, made) ? { ...one, expiresAt: expiresAt(one) } : one)),
    };
  }
  const isTooMany = inForce(state, made.guestId).length >= MOST_OF_GUEST;
  return { ...state, phoneAccess: [...known, isTooMany ? { ...made, ending: true } : made] };
}

/** Ends the guest's phone access with their lost phone. */
export function losePhoneAccess(state: StayState, guestId: string): StayState {
  return markEnding(state, (one) => one.guestId === guestId);
}

/** Records that phone access has ended at Seam. */
export function recordPhoneAccessEnded(state: StayState, ended: PhoneAccess, now: Instant): StayState {
  const phoneAccess = (state.phoneAccess ?? []).filter((one) => !isSame(one, ended));
  return withLine({ ...state, phoneAccess }, { at: now, what: `${nameOf(ended)} of guest ${ended.guestId} ended` });
}

/** Returns the kind of phone access as a timeline names it. */
export function nameOf({ kind }: Pick<PhoneAccess, 'kind'>): string {
  return kind === 'instant-key' ? 'instant key' : 'client session';
}

/** Returns the guest's phone access that need not end. */
export function inForce({ phoneAccess = [] }: StayState, guestId: string): readonly PhoneAccess[] {
  return phoneAccess.filter((one) => one.guestId === guestId && one.ending !== true);
}

/** Marks the phone access that `isOver` selects as ending. */
export function markEnding(state: StayState, isOver: (one: PhoneAccess) => boolean): StayState {
  if (state.phoneAccess === undefined) return state;
  return { ...state, phoneAccess: state.phoneAccess.map((one) => (isOver(one) ? { ...one, ending: true } : one)) };
}

function isSame(one: PhoneAccess, other: PhoneAccess): boolean {
  return one.clientSessionId === other.clientSessionId;
}
