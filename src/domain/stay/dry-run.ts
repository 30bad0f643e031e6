/**
 * Dry run: what would be done, in order, and why, if every step went well. Used by the query `planFor`, the CLI's
 * `plan` and tests. Works on a copy; nothing is asked of anybody.
 */
import type { StayState } from './state.js';
import { endKey, findKey, withKey } from './known/keyring.js';
import { plusMinutes, type Instant } from '../model/instants.js';
import type { LeaseNews } from '../model/lease.js';
import type { LeaseStep, Preparation } from '../model/preparation.js';
import type { PlanLine } from '../model/stay-view.js';
import { isPatient } from './plan/preparations.js';
import type { KeyStep } from '../model/key-plan.js';
import { planStay } from './reconcile.js';
import { recordDeactivated, recordGuest } from './known/record-preparations.js';
import { recordAsk, recordIssue, recordRevoking } from './known/record-keys.js';
import { recordLeases, recordLeaseStep } from './known/record-leases.js';
import { isOf } from './known/lease-decisions.js';
import { lineOf } from './view.js';
import { desiredKeys } from './desired/desired-keys.js';

/** Longest chain of plans that is followed: far beyond what any stay needs. */
const MOST_ROUNDS = 1000;

export interface DryRun {
  readonly steps: readonly PlanLine[];
  readonly attention: readonly { readonly code: string; readonly message: string; readonly guestId?: string }[];
}

/**
 * Takes a state (left as it is) and the time; goes on to when keys may be issued. Doors, guests and phones that are not known yet are assumed to be there;
 * of a property that has not been read yet nothing is planned.
 */
export function dryRun(state: StayState, now: Instant): DryRun {
  const copy = JSON.parse(JSON.stringify(state)) as StayState;
  const steps: PlanLine[] = [];
  let at = now;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const plan = planStay(copy, [], at);
    const ground = plan.preparations.filter((step) => !isPatient(step));
    if (ground.length === 0 && plan.keys.ready.length === 0) {
      const opensAt = nextOpening(copy, at);
      if (opensAt === undefined) return { steps: [...steps, ...plan.keys.waiting], attention: plan.attention };
      at = opensAt;
    }
    for (const step of ground) assumePreparation(copy, step, at);
    for (const step of plan.keys.ready) {
      steps.push({ ...lineOf(step), ...(at === now ? {} : { at }) });
      assumeKeyStep(copy, step, at);
    }
  }
  throw new Error(`the plan of ${state.stayId} does not come to an end`);
}

/** When the next gate opens by time alone. */
function nextOpening(state: StayState, at: Instant): Instant | undefined {
  return desiredKeys(state, at)
    .guests.flatMap((guest) => (guest.gate === 'window' && guest.rooms.length > 0 ? (guest.opensAt ?? []) : []))
    .sort()[0];
}

/** The key step goes well at once. */
function assumeKeyStep(state: StayState, step: KeyStep, now: Instant): void {
  if (step.do === 'revoke') {
    recordRevoking(state, step.keyId, step.why, now);
    state.keyring = withKey(state.keyring, endKey(findKey(state.keyring, step.keyId), 'revoked', now));
    return;
  }
  const key = recordAsk(state, step, now);
  const acsCredentialId = key.acsCredentialId ?? `planned:${key.keyId}`;
  recordIssue(
    state,
    key.keyId,
    { kind: 'issued', acsCredentialId, issuedAt: now, adopted: false, strayCredentialIds: [], goneCredentialIds: [] },
    now,
  );
}

/** Rooms give what they are asked for, unless they have said otherwise. */
function assumeLeases(state: StayState, step: LeaseStep, now: Instant): void {
  const said = recordLeaseStep(state, state.leases, step, now);
  const news = said.claims.flatMap(({ room, claim }): LeaseNews[] => {
    const held = state.leases.claims.find((one) => isOf(one, { room, part: claim.part ?? 0 }));
    if (held?.decision?.kind === 'waiting') return [];
    const { graceMinutes = 0, part = 0, window } = claim;
    const until = plusMinutes(window.to, graceMinutes);
    const before = held?.decision?.kind === 'granted' ? held.decision : { opener: true, anchors: [] };
    const decision = { ...before, kind: 'granted', until } as const;
    return [{ room, part, version: held?.version ?? 0, decision }];
  });
  recordLeases(state, said, { news }, now);
}

function assumePreparation(state: StayState, step: Preparation, now: Instant): void {
  switch (step.do) {
    case 'resolve-property':
      state.propertyDue = false;
      return;
    case 'resolve-doors': {
      const known = state.doors.rooms.length;
      const doors = step.rooms.map((room, index) => ({ room, acsEntranceId: `door:${room}`, position: known + index }));
      state.doors = { ...state.doors, rooms: [...state.doors.rooms, ...doors] };
      return;
    }
    case 'settle-leases':
      assumeLeases(state, step.leases, now);
      return;
    case 'prepare-guest': {
      const { guest } = step;
      recordGuest(state, guest, {
        userIdentityId: `identity:${guest.guestId}`,
        acsUserId: `user:${guest.guestId}`,
        phoneReady: true,
        seenCredentialIds: [],
      });
      return;
    }
    case 'deactivate-phone':
      recordDeactivated(state, step, now);
      return;
    case 'check-keys':
      state.credentialsToCheck = [];
      return;
    case 'wait-for-phone':
    case 'wait-for-other-stay':
    case 'wait-for-key-on-phone':
    case 'watch-for-strays':
      return;
    default:
      step satisfies never;
  }
}
