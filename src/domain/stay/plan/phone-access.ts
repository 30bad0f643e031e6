/** Phone access in plan, view and attention: what has to end, and whether a guest may get more. Pure. */
import type { Notice } from '../../model/attention.js';
import { isBefore, type Instant } from '../../model/instants.js';
import type { PhoneAccess } from '../../model/phone-access.js';
import type { Preparation } from '../../model/preparation.js';
import type { GuestView } from '../../model/stay-view.js';
import { whyWithout } from '../desired/guest-rooms.js';
import { keysOf, mayLive } from '../known/keyring.js';
import { inForce, markEnding, MOST_OF_GUEST, nameOf } from '../known/record-phone-access.js';
import { isEnded, member, stayWindow, type StayState } from '../state.js';

/** Marks the phone access of guests who are to have no key as ending, and removes what has expired. */
export function endPhoneAccess(state: StayState, now: Instant): StayState {
  if (state.phoneAccess === undefined) return state;
  const phoneAccess = state.phoneAccess.filter(({ expiresAt }) => isBefore(now, expiresAt));
  return markEnding({ ...state, phoneAccess }, ({ guestId }) => !mayHaveKeys(state, guestId, now));
}

/** Returns the ends of phone access that are due. */
export function phoneAccessEnds({ phoneAccess = [] }: StayState): Preparation[] {
  return phoneAccess
    .filter((access) => access.ending === true)
    .map((access) => ({ do: 'end-phone-access', stepId: stepIdOf(access), guestId: access.guestId, access }));
}

/** Returns a notice for each end that Seam does not carry out: somebody may still get the guest's keys by it. */
export function unendedPhoneAccess({ phoneAccess = [], blockers }: StayState): Notice[] {
  return phoneAccess.flatMap((access): Notice[] => {
    const blocker = blockers[stepIdOf(access)];
    if (blocker === undefined) return [];
    const message = `the end of the guest's ${nameOf(access)} is not confirmed: ${blocker.message}`;
    return [{ code: 'revoke-unconfirmed', guestId: access.guestId, message }];
  });
}

/** Returns true for the step id of an end of phone access. */
export function isPhoneAccessStep(stepId: string): boolean {
  return stepId.startsWith(STEP_PREFIX);
}

/** Returns the guest's phone access as the view shows it, and why they may get no more now. */
export function phoneAccessView(
  state: StayState,
  guestId: string,
  now: Instant,
): Pick<GuestView, 'phoneAccess' | 'noPhoneAccess'> {
  const own = (state.phoneAccess ?? []).filter((one) => one.guestId === guestId);
  const newest = own.findLast((one) => one.ending !== true) ?? own.at(-1);
  const why = whyNone(state, guestId, now);
  return {
    ...(newest === undefined ? {} : { phoneAccess: shown(newest) }),
    ...(why === undefined ? {} : { noPhoneAccess: why }),
  };
}

const STEP_PREFIX = 'end-phone-access:';

function stepIdOf({ clientSessionId }: PhoneAccess): string {
  return `${STEP_PREFIX}${clientSessionId}`;
}

function shown({ kind, madeAt, ending }: PhoneAccess): Pick<PhoneAccess, 'kind' | 'madeAt' | 'ending'> {
  return { kind, madeAt, ...(ending === true ? { ending } : {}) };
}

function whyNone(state: StayState, guestId: string, now: Instant): string | undefined {
  if (!mayHaveKeys(state, guestId, now)) return 'the guest is to have no key';
  if (state.guests[guestId] === undefined) return 'the guest is not registered at Seam yet';
  // Seam would return the session that is about to end.
  const isEnding = (state.phoneAccess ?? []).some(
    (one) => one.guestId === guestId && one.ending === true && one.kind === 'client-session',
  );
  if (isEnding) return 'the earlier session of the guest is being ended at Seam';
  if (inForce(state, guestId).length < MOST_OF_GUEST) return undefined;
  return `the guest has ${MOST_OF_GUEST} sessions or instant keys already`;
}

/** Returns true until the guest's own time is over. A key that lives longer, by a grace, counts too. */
function mayHaveKeys(state: StayState, guestId: string, now: Instant): boolean {
  const known = member(state, guestId);
  if (known === undefined || isEnded(state) || whyWithout(state, known) !== undefined) return false;
  const end = known.guest.window?.to ?? stayWindow(state)?.to;
  return end === undefined || isBefore(now, end) || keysOf(state.keyring, guestId).some(mayLive);
}
