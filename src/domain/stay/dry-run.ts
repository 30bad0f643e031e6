/**
 * Dry run: the steps of a change in order, with reasons, as if every step succeeds. The query `planFor`, the CLI's
 * `plan` and tests use it. It sends no requests.
 */
import type { Notice } from '../model/attention.js';
import type { StayState } from './state.js';
import { settleDoubts } from './desired/guest-doubts.js';
import { endKey, putKey } from './known/keyring.js';
import type { DoorFacts } from '../model/doors.js';
import { plusMinutes, type Instant } from '../model/instants.js';
import type { Claim, LeaseNews } from '../model/lease.js';
import type { LeaseStep, Preparation } from '../model/preparation.js';
import type { PlanLine } from '../model/stay-view.js';
import { isOpenEnded } from './plan/preparations.js';
import type { Desired, KeyStep } from '../model/key-plan.js';
import { planStay } from './reconcile.js';
import { recordPhoneAccessEnded } from './known/record-phone-access.js';
import { recordEarlierRun } from './known/record-earlier-run.js';
import { recordDeactivated, recordDoors, recordGuest } from './known/record-preparations.js';
import { recordAsk, recordIssue, recordRevoking } from './known/record-keys.js';
import { recordLeases, recordLeaseStep } from './known/record-leases.js';
import { isOf } from './known/lease-decisions.js';
import { lineOf } from './view.js';

/** Maximum number of consecutive plans: far more than any stay needs. */
const MOST_ROUNDS = 1000;

export interface DryRun {
  readonly steps: readonly PlanLine[];
  readonly attention: readonly Notice[];
}

/** Dry run as if each claim without an answer were granted; with the answers it may turn out otherwise. */
export interface DraftRun extends DryRun {
  readonly claims: readonly { readonly room: string; readonly claim: Claim }[];
  /** Rooms that it takes for rooms with a door, as one look for doors would ask for them. */
  readonly doors: readonly (readonly string[])[];
}

/** Answers of rooms and of Seam; a claim without an answer is granted, and a room without one has a door. */
export interface DraftAnswers {
  readonly answers?: readonly LeaseNews[];
  readonly doors?: readonly DoorFacts[];
}

/**
 * Returns the steps for a state, which stays unchanged, and continues to the time when keys may be issued. It assumes
 * that guests and phones that are not found yet exist. Without a property that has been read, it plans nothing.
 *
 * @param given what rooms would answer to claims, and which rooms have doors
 * @throws Error if the plan does not end.
 */
export function dryRun(state: StayState, now: Instant, given: DraftAnswers = {}): DraftRun {
  const { answers = [], doors: found = [] } = given;
  const steps: PlanLine[] = [];
  const doors: (readonly string[])[] = [];
  const claims: { readonly room: string; readonly claim: Claim }[] = [];
  let assumed = state;
  let at = now;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    assumed = settleDoubts(assumed, at);
    const plan = planStay(assumed, [], at);
    const preparations = plan.preparations.filter((step) => !isOpenEnded(step));
    if (preparations.length === 0 && plan.keys.ready.length === 0) {
      const opensAt = nextOpening(plan.desired);
      if (opensAt === undefined)
        return { steps: [...steps, ...plan.keys.waiting], attention: plan.attention, claims, doors };
      at = opensAt;
    }
    for (const step of preparations) {
      if (step.do === 'settle-leases') {
        const asked = assumeLeases(assumed, step.leases, answers, at);
        claims.push(...asked.unanswered);
        assumed = asked.state;
      } else if (step.do === 'resolve-doors') {
        const facts = found.find((one) => isAbout(one, step.rooms));
        if (facts === undefined) doors.push(step.rooms);
        assumed = recordDoors(assumed, facts ?? assumedDoors(assumed, step.rooms), at);
      } else assumed = assumePreparation(assumed, step, at);
    }
    for (const step of plan.keys.ready) {
      steps.push({ ...lineOf(step), ...(at === now ? {} : { at }) });
      assumed = assumeKeyStep(assumed, step, at);
    }
  }
  throw new Error(`the plan of ${state.stayId} does not terminate`);
}

/** Returns the instant at which the next gate opens by time alone. */
function nextOpening({ guests }: Desired): Instant | undefined {
  return guests
    .flatMap((guest) => (guest.gate === 'window' && guest.rooms.length > 0 ? (guest.opensAt ?? []) : []))
    .sort()[0];
}

/** Returns the state after the key step, which succeeds at once. */
function assumeKeyStep(state: StayState, step: KeyStep, now: Instant): StayState {
  if (step.do === 'revoke') {
    const started = recordRevoking(state, step.keyId, step.why, now);
    return putKey(started.state, endKey(started.key, 'revoked', now));
  }
  const { state: asked, key } = recordAsk(state, step, now);
  const acsCredentialId = key.acsCredentialId ?? `planned:${key.keyId}`;
  const observed = { strayCredentialIds: [], goneCredentialIds: [] };
  const issued = { kind: 'issued', acsCredentialId, issuedAt: now, adopted: false, ...observed } as const;
  return recordIssue(asked, key.keyId, issued, now);
}

/** Returns the state with the rooms' answers. A claim that no room has answered is granted, unless it waits already. */
function assumeLeases(
  state: StayState,
  step: LeaseStep,
  answers: readonly LeaseNews[],
  now: Instant,
): { readonly state: StayState; readonly unanswered: DraftRun['claims'] } {
  const sent = recordLeaseStep(state, step, now);
  const answerTo = (room: string, { part = 0 }: Claim): LeaseNews | undefined =>
    answers.find((answer) => isOf(answer, { room, part }));
  const news = sent.messages.claims.flatMap(({ room, claim }): LeaseNews[] => {
    const held = sent.state.leases.claims.find((one) => isOf(one, { room, part: claim.part ?? 0 }));
    const answer = answerTo(room, claim);
    if (answer !== undefined) return [answer];
    if (held?.decision?.kind === 'waiting') return [];
    const { graceMinutes = 0, part = 0, window } = claim;
    const until = plusMinutes(window.to, graceMinutes);
    const before = held?.decision?.kind === 'granted' ? held.decision : { opener: true, anchors: [] };
    const decision = { ...before, kind: 'granted', until } as const;
    return [{ room, part, version: held?.version ?? 0, decision }];
  });
  return {
    state: recordLeases(sent.state, sent.messages, { news }, now),
    unanswered: sent.messages.claims.filter(({ room, claim }) => answerTo(room, claim) === undefined),
  };
}

/** Returns true if the answer is one to a look for the doors of these rooms. */
function isAbout({ rooms, unknownRooms }: DoorFacts, asked: readonly string[]): boolean {
  const answered = [...rooms.map(({ room }) => room), ...unknownRooms];
  return asked.every((room) => answered.includes(room));
}

/** Returns the doors of the stay, with one for each of these rooms. */
function assumedDoors({ doors }: StayState, rooms: readonly string[]): DoorFacts {
  const known = doors.rooms.length;
  const assumed = rooms.map((room, index) => ({ room, acsEntranceId: `door:${room}`, position: known + index }));
  return { ...doors, rooms: assumed, unknownRooms: [] };
}

function assumePreparation(
  state: StayState,
  step: Exclude<Preparation, { do: 'settle-leases' | 'resolve-doors' }>,
  now: Instant,
): StayState {
  switch (step.do) {
    case 'resolve-property':
      return { ...state, propertyDue: false };
    case 'find-earlier-run':
      return recordEarlierRun(state, { lookedAtSeam: true, keys: [], claims: [] }, { revision: 0 }, now);
    case 'prepare-guest': {
      const { guest } = step;
      const registered = state.guests[guest.guestId] ?? {
        userIdentityId: `identity:${guest.guestId}`,
        acsUserId: `user:${guest.guestId}`,
        phoneReady: true,
        seenCredentialIds: [],
      };
      return recordGuest(state, guest, registered, now);
    }
    case 'deactivate-phone':
      return recordDeactivated(state, step, now);
    case 'end-phone-access':
      return recordPhoneAccessEnded(state, step.access, now);
    case 'check-keys':
      return { ...state, credentialsToCheck: [] };
    case 'exchange-rooms':
    case 'wait-for-phone':
    case 'wait-for-other-stay':
    case 'wait-for-key-on-phone':
    case 'watch-for-strays':
      return state;
    default:
      step satisfies never;
      return state;
  }
}
