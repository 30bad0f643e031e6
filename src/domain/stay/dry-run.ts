/**
 * Dry run: the steps of a change in order, with reasons, as if every step succeeds. The query `planFor`, the CLI's
 * `plan` and tests use it. It works on a copy and sends no requests.
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

/** Maximum number of consecutive plans: far more than any stay needs. */
const MOST_ROUNDS = 1000;

export interface DryRun {
  readonly steps: readonly PlanLine[];
  readonly attention: readonly { readonly code: string; readonly message: string; readonly guestId?: string }[];
}

/**
 * Returns the steps for a state, which stays unchanged, and continues to the time when keys may be issued. It assumes
 * that doors, guests and phones that are not found yet exist. Without a property that has been read, it plans nothing.
 * @throws Error if the plan does not end.
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
  throw new Error(`the plan of ${state.stayId} does not terminate`);
}

/** Returns the instant at which the next gate opens by time alone. */
function nextOpening(state: StayState, at: Instant): Instant | undefined {
  return desiredKeys(state, at)
    .guests.flatMap((guest) => (guest.gate === 'window' && guest.rooms.length > 0 ? (guest.opensAt ?? []) : []))
    .sort()[0];
}

/** Records the key step as an immediate success. */
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

/** Records every claim as granted, unless the room has already answered that it must wait. */
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
