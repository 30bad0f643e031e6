/** Rooms that the booking and staff give to each guest, before any gate. */
import type { PartyMember, StayState } from '../state.js';

/**
 * Returns the rooms that a guest should open, before any gate: all rooms of the stay, or the guest's own among them.
 */
export function roomsFor(state: StayState, one: PartyMember): readonly string[] {
  const { rooms } = one.guest;
  const own = rooms === undefined ? state.desired.rooms : rooms.filter((room) => state.desired.rooms.includes(room));
  return whyWithout(state, one) === undefined ? own : [];
}

/** Returns why a guest should hold no key whatever the rooms; undefined if they should hold one. */
export function whyWithout(state: StayState, one: PartyMember): string | undefined {
  if (state.desired.status === 'cancelled') return 'the stay was cancelled';
  if (state.desired.status === 'departed') return 'checked out';
  if (state.desired.status === 'no-show') return 'the guests did not arrive';
  if (state.desired.status === 'tentative') return 'the booking is tentative';
  if (one.removed !== undefined) return 'the guest is no longer in the party';
  if (one.blocked !== undefined) return 'the guest is blocked by staff';
  return one.guest.wantsKey ? undefined : 'the guest wants no key';
}
