/** Ends of phone access: a guest who is to have no key can fetch none from Seam, either. Pure. */
import type { PhoneAccess } from '../../model/phone-access.js';
import { isEnded, member, type StayState } from '../state.js';

/** Most sessions and instant keys of one guest at a time; older ones end. An app may ask for a session at every start. */
const MOST_OF_GUEST = 3;

/** Returns the phone access that has to end at Seam. */
export function phoneAccessToEnd(state: StayState): readonly PhoneAccess[] {
  const { phoneAccess = [] } = state;
  return phoneAccess.filter((one, index) => {
    const newer = phoneAccess.slice(index + 1).filter(({ guestId }) => guestId === one.guestId);
    return one.lost === true || newer.length >= MOST_OF_GUEST || !mayHaveKeys(state, one.guestId);
  });
}

/** Returns the guest's newest phone access that is in force, otherwise the newest that has to end. */
export function phoneAccessOf(
  state: StayState,
  guestId: string,
): (Pick<PhoneAccess, 'kind' | 'madeAt'> & { readonly ending?: true }) | undefined {
  const ending = phoneAccessToEnd(state);
  const own = (state.phoneAccess ?? []).filter((one) => one.guestId === guestId);
  const access = own.findLast((one) => !ending.includes(one)) ?? own.at(-1);
  if (access === undefined) return undefined;
  return { kind: access.kind, madeAt: access.madeAt, ...(ending.includes(access) ? { ending: true } : {}) };
}

function mayHaveKeys(state: StayState, guestId: string): boolean {
  const known = member(state, guestId);
  return !isEnded(state) && known !== undefined && known.removed === undefined && known.blocked === undefined;
}
