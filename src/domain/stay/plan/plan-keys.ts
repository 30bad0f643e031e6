/**
 * The planner: compares desired and observed state and returns the next key operations, with reasons. Pure: no I/O, no
 * clock, no Temporal. It follows the rules of `docs/rules.md`, numbered as in the comments of its parts.
 */
import { defined } from '../../model/defined.js';
import { isBefore, plusMinutes, type Instant } from '../../model/instants.js';
import type { Keyring } from '../../model/key.js';
import { liveKeys, oldestSoundGenerations, sameRooms, sharesRoom } from '../known/keyring.js';
import { isStillAsked } from './anchors.js';
import { byWidth, expectOneOverride, noteJoiners, planGrant } from './grants.js';
import { noteKeys } from './key-notices.js';
import { planOtherRevokes, planUrgentRevokes } from './revokes.js';
import { useAnchor, shouldHoldKey, type Round } from './round.js';
import type { InFlight, KeyPlan, Desired } from '../../model/key-plan.js';
import type { Policy } from '../../model/property-schema.js';

/**
 * Returns the steps to start now, the waiting steps with their gates, steps in flight to cancel, notices for people,
 * and the next wake time. The input is the desired keys, the keyring, the steps in flight, the time and the property's
 * policy.
 */
export function planKeys(
  desired: Desired,
  keyring: Keyring,
  inFlight: readonly InFlight[],
  now: Instant,
  policy: Policy,
): KeyPlan {
  const undesired = inFlight.filter((step) => isUnwanted(step, desired, keyring, now)).map((step) => step.stepId);
  const overtaken = inFlight.filter((step) => isOvertaken(step, keyring)).map((step) => step.stepId);
  const round: Round = {
    desired,
    keyring,
    live: liveKeys(keyring, now),
    oldestSound: oldestSoundGenerations(keyring),
    inFlight,
    now,
    policy,
    ready: [],
    waiting: [],
    attention: [],
    wakes: [],
    busy: new Set(inFlight.map((step) => step.guestId)),
    anchorsInUse: new Map(),
    claimed: new Set(),
  };
  noteInFlight(round, undesired);
  notePending(round);
  planUrgentRevokes(round);
  for (const guest of byWidth(desired.guests)) planGrant(round, guest);
  expectOneOverride(round);
  noteJoiners(round);
  planOtherRevokes(round);
  noteKeys(round);
  const wakeAt = round.wakes.filter((wake) => isBefore(now, wake)).sort()[0];
  return {
    ready: round.ready,
    waiting: round.waiting,
    undesired: [...new Set([...undesired, ...overtaken])],
    attention: round.attention,
    ...defined({ wakeAt }),
  };
}

/**
 * Returns true if a step in flight is no longer of use. A key in issue is of no use once its guest should not have it,
 * or if it opens other doors. A key with other times is still of use.
 */
function isUnwanted(step: InFlight, desired: Desired, keyring: Keyring, now: Instant): boolean {
  const key = keyring.keys.find((candidate) => candidate.keyId === step.keyId);
  if (step.do === 'revoke') return key === undefined || !isBefore(now, key.ask.window.to);
  const guest = desired.guests.find((candidate) => candidate.guestId === step.guestId);
  if (key === undefined || guest === undefined || !shouldHoldKey(guest, now)) return true;
  if (key.condemned !== undefined) return true;
  // If Seam has made the key and it opens one of the guest's rooms, the step completes. A later step replaces the key.
  if (key.acsCredentialId !== undefined && sharesRoom(key.ask.rooms, guest.rooms)) return false;
  return !sameRooms(key.ask.rooms, guest.rooms);
}

/** Time in which a step that waits for a key looks often by itself. */
const LOOKS_OFTEN_MINUTES = 1;

/** Returns true if Seam had news of a key whose step has waited for long: the next step looks at once. */
function isOvertaken(step: InFlight, keyring: Keyring): boolean {
  const newsAt = keyring.keys.find((candidate) => candidate.keyId === step.keyId)?.newsAt;
  return newsAt !== undefined && !isBefore(newsAt, plusMinutes(step.startedAt, LOOKS_OFTEN_MINUTES));
}

function noteInFlight(round: Round, undesired: readonly string[]): void {
  for (const step of round.inFlight) {
    const key = round.keyring.keys.find((candidate) => candidate.keyId === step.keyId);
    if (step.do === 'revoke' || key === undefined) continue;
    if (undesired.includes(step.stepId)) {
      // Until it has ended, a cancelled override may still reach Seam, after any other that began meanwhile.
      if (key.ask.kind === 'override') key.ask.rooms.forEach((room) => round.claimed.add(room));
      continue;
    }
    // A stuck joiner must not delay the others: it no longer counts as on its way.
    const stuck = key.outageSince !== undefined || key.delayedSince !== undefined;
    if (key.ask.kind === 'override' || !stuck) key.ask.rooms.forEach((room) => round.claimed.add(room));
    if (key.ask.joinTo !== undefined) useAnchor(round, key.ask.joinTo, step.startedAt);
  }
}

/**
 * Claims the rooms of overrides that are requested and not confirmed. They continue, whichever guest is planned first,
 * so no other guest starts the lease.
 */
function notePending(round: Round): void {
  for (const key of round.keyring.keys) {
    if (key.state !== 'issuing' || key.ask.kind !== 'override' || !isStillAsked(round, key)) continue;
    const guest = round.desired.guests.find((candidate) => candidate.guestId === key.guestId);
    const goesOn = key.acsCredentialId !== undefined || guest?.gate === undefined;
    if (goesOn) key.ask.rooms.forEach((room) => round.claimed.add(room));
  }
}
