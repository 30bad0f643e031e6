/** Grants: applies the table of rules to the guests in grant order, and adds each decision to the round. */
import type { Key } from '../../model/key.js';
import type { DesiredGuest, ReadyGuest } from '../../model/key-plan.js';
import { coversRooms, refusalOf } from '../known/keyring.js';
import { labelProblem } from './capacity.js';
import { BEFORE_GATES, closedGate, REFUSALS, WAYS, type GrantDecision, type Rule } from './grant-rules.js';
import { joinReason, overrideReason } from './reasons.js';
import { liveKeysOn, notice, useAnchor, type Round } from './round.js';

/**
 * Returns the guests in grant order (rule 1): widest set of doors, then the primary guest, then the reservation's
 * order.
 */
export function byWidth(guests: readonly DesiredGuest[]): DesiredGuest[] {
  return guests.toSorted((a, b) => b.rooms.length - a.rooms.length || Number(b.primary) - Number(a.primary));
}

/**
 * Plans the next key of one guest: adds a ready or waiting step, notices and wake times to the round. Adds nothing if
 * the guest should have no key now, or already holds the right one.
 */
export function planGrant(round: Round, guest: DesiredGuest): void {
  noteRetry(round, guest);
  const early = firstOf(BEFORE_GATES, round, guest);
  if (early !== undefined) return addDecision(round, guest, early);
  if (guest.gate !== undefined) return addDecision(round, guest, closedGate(round, guest));
  const refused = firstOf(REFUSALS, round, guest);
  if (refused !== undefined) return addDecision(round, guest, refused);
  noteLabel(round, guest);
  addDecision(round, guest, firstOf(WAYS, round, guest) ?? { do: 'override', acsUserId: guest.acsUserId });
}

/**
 * Turns waiting overrides into joiners where another guest's override would open the lease (rule 1): one in this plan,
 * or the first of those that wait. A guest who waits for a phone or for staff may come last, so the others go first.
 */
export function expectOneOverride(round: Round): void {
  const opening = round.ready.filter((step) => step.do === 'override').map(({ rooms }) => rooms);
  const waiting = round.waiting.filter((step) => step.do === 'override');
  const late = waiting.filter(({ waitsFor }) => waitsFor === 'phone' || waitsFor === 'hold');
  for (const step of [...waiting.filter((one) => !late.includes(one)), ...late]) {
    if (!opening.some((rooms) => coversRooms(rooms, step.rooms))) opening.push(step.rooms);
    else round.waiting[round.waiting.indexOf(step)] = { ...step, do: 'join' };
  }
}

/** Marks the overrides that other guests wait to join: these can be asked for as soon as Seam has made the override. */
export function noteJoiners(round: Round): void {
  const joining = round.waiting.filter(({ do: would, waitsFor }) => would === 'join' && waitsFor === 'lease');
  for (const [index, step] of round.ready.entries()) {
    if (step.do !== 'override' || !joining.some(({ rooms }) => coversRooms(step.rooms, rooms))) continue;
    round.ready[index] = { ...step, joinersWait: true };
  }
}

function firstOf<G extends DesiredGuest>(rules: readonly Rule<G>[], round: Round, guest: G): GrantDecision | undefined {
  for (const rule of rules) {
    const answer = rule(round, guest);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/** Adds a decision to the round. */
function addDecision(round: Round, guest: DesiredGuest, decision: GrantDecision): void {
  const { guestId, rooms, window } = guest;
  switch (decision.do) {
    case 'nothing':
      return;
    case 'resume':
      round.busy.add(guestId);
      resume(round, decision.key);
      return;
    case 'join': {
      const { acsUserId, anchor } = decision;
      const { joinTo, generation } = anchor;
      round.busy.add(guestId);
      // If every anchor is about to be replaced, one guest goes first and the others join that guest's new key. Seam
      // may end a guest's earlier key as soon as they get a new one.
      if (!anchor.stays) claim(round, rooms);
      useAnchor(round, joinTo, round.now);
      const why = joinReason(round, guest, anchor);
      round.ready.push({ do: 'join', guestId, acsUserId, rooms, window, joinTo, generation, why });
      return;
    }
    case 'override': {
      const { acsUserId } = decision;
      round.busy.add(guestId);
      claim(round, rooms);
      const why = overrideReason(round, guest, liveKeysOn(round, rooms));
      round.ready.push({ do: 'override', guestId, acsUserId, rooms, window, why });
      return;
    }
    case 'wait': {
      const { would, waitsFor, why, code, until } = decision;
      if (until !== undefined) round.wakes.push(until);
      if (code !== undefined) notice(round, code, why, guestId);
      round.waiting.push({ do: would, guestId, rooms, window, why, waitsFor });
      return;
    }
    default:
      decision satisfies never;
  }
}

function resume(round: Round, { guestId, acsUserId, keyId, ask, generation, requestedAt, why }: Key): void {
  const { rooms, window } = ask;
  claim(round, rooms);
  const step = { guestId, acsUserId, keyId, rooms, window, why };
  if (ask.kind === 'override') {
    round.ready.push({ do: 'override', ...step });
    return;
  }
  useAnchor(round, ask.joinTo, requestedAt);
  round.ready.push({ do: 'join', ...step, joinTo: ask.joinTo, generation });
}

/** Claims rooms for the rest of the round: their next anchor is on its way. */
function claim(round: Round, rooms: readonly string[]): void {
  for (const room of rooms) round.claimed.add(room);
}

/** Adds the notice of a refused key while its retry is in flight. */
function noteRetry(round: Round, guest: DesiredGuest): void {
  const refusal = refusalOf(round.keyring, guest);
  if (refusal?.code !== 'key-failed') return;
  const isRetried = round.inFlight.some((step) => step.guestId === guest.guestId && step.do === 'issue');
  if (isRetried) notice(round, refusal.code, refusal.message, guest.guestId);
}

/** Adds a notice for a label that cannot be printed. The key works without it. */
function noteLabel(round: Round, guest: ReadyGuest): void {
  const problem = labelProblem(round.policy.label, guest.rooms, round.desired.siteName);
  if (problem !== undefined) notice(round, 'impossible-plan', problem, guest.guestId);
}
