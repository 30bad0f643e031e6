/** Records phone access: it was made for a guest, is lost with a phone, or has ended. Pure. */
import type { PhoneAccess } from '../../model/phone-access.js';
import type { Instant } from '../../model/instants.js';
import { withLine, type StayState } from '../state.js';

/** Records phone access that was made; what is known already changes nothing. */
export function recordPhoneAccess(state: StayState, made: PhoneAccess): StayState {
  const known = state.phoneAccess ?? [];
  const isKnown = known.some(({ clientSessionId }) => clientSessionId === made.clientSessionId);
  return isKnown ? state : { ...state, phoneAccess: [...known, made] };
}

/** Marks the guest's phone access as lost with their phone. */
export function losePhoneAccess(state: StayState, guestId: string): StayState {
  if (state.phoneAccess === undefined) return state;
  const marked = state.phoneAccess.map((one): PhoneAccess => (one.guestId === guestId ? { ...one, lost: true } : one));
  return { ...state, phoneAccess: marked };
}

/** Records that phone access has ended at Seam. */
export function recordPhoneAccessEnded(state: StayState, ended: PhoneAccess, now: Instant): StayState {
  const phoneAccess = (state.phoneAccess ?? []).filter(
    ({ clientSessionId }) => clientSessionId !== ended.clientSessionId,
  );
  return withLine({ ...state, phoneAccess }, { at: now, what: `${nameOf(ended)} of guest ${ended.guestId} ended` });
}

/** Returns the kind of phone access as a timeline names it. */
export function nameOf({ kind }: Pick<PhoneAccess, 'kind'>): string {
  return kind === 'instant-key' ? 'instant key' : 'client session';
}
