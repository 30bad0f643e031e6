/**
 * Dry run: what would be done, in order, and why, if every step went well. Used by the query `planFor`, the CLI's
 * `plan` and tests. Works on a copy; nothing is asked of anybody.
 */
import type { StayBook } from './state.js';
import { endKey, findKey, withKey } from './known/keyring.js';
import { plusMinutes, type Instant } from '../model/instants.js';
import type { LeaseNews } from '../model/lease.js';
import type { LeaseStep, GroundStep } from '../model/preparation.js';
import type { PlanLine } from '../model/stay-view.js';
import { isPatient } from './plan/preparations.js';
import type { KeyStep } from '../model/key-plan.js';
import { planStay } from './reconcile.js';
import { recordDeactivated, recordGuest } from './known/record-preparations.js';
import { recordAsk, recordIssue, recordRevoking } from './known/record-keys.js';
import { recordLeases, recordLeaseStep } from './known/record-leases.js';
import { isOf } from './known/lease-decisions.js';
import { lineOf } from './view.js';
import { wantedOf } from './desired/desired-keys.js';

/** Longest chain of plans that is followed: far beyond what any stay needs. */
const MOST_ROUNDS = 1000;

export interface Foresight {
  readonly steps: readonly PlanLine[];
  readonly attention: readonly { readonly code: string; readonly message: string; readonly guestId?: string }[];
}

/**
 * Takes a book (left as it is) and the time; goes on to when keys may be issued. Doors, guests and phones that are not known yet are assumed to be there;
 * of a property that has not been read yet nothing is foreseen.
 */
export function foresee(book: StayBook, now: Instant): Foresight {
  const copy = JSON.parse(JSON.stringify(book)) as StayBook;
  const steps: PlanLine[] = [];
  let at = now;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const plan = planStay(copy, [], at);
    const ground = plan.groundwork.filter((step) => !isPatient(step));
    if (ground.length === 0 && plan.keys.ready.length === 0) {
      const opensAt = nextOpening(copy, at);
      if (opensAt === undefined) return { steps: [...steps, ...plan.keys.waiting], attention: plan.attention };
      at = opensAt;
    }
    for (const step of ground) assumeGroundwork(copy, step, at);
    for (const step of plan.keys.ready) {
      steps.push({ ...lineOf(step), ...(at === now ? {} : { at }) });
      assumeKeyStep(copy, step, at);
    }
  }
  throw new Error(`the plan of ${book.stayId} does not come to an end`);
}

/** When the next gate opens by time alone. */
function nextOpening(book: StayBook, at: Instant): Instant | undefined {
  return wantedOf(book, at)
    .guests.flatMap((guest) => (guest.gate === 'window' && guest.rooms.length > 0 ? (guest.opensAt ?? []) : []))
    .sort()[0];
}

/** The key step goes well at once. */
function assumeKeyStep(book: StayBook, step: KeyStep, now: Instant): void {
  if (step.do === 'revoke') {
    recordRevoking(book, step.keyId, step.why, now);
    book.keyring = withKey(book.keyring, endKey(findKey(book.keyring, step.keyId), 'revoked', now));
    return;
  }
  const key = recordAsk(book, step, now);
  const acsCredentialId = key.acsCredentialId ?? `foreseen:${key.keyId}`;
  recordIssue(
    book,
    key.keyId,
    { kind: 'issued', acsCredentialId, issuedAt: now, adopted: false, strayCredentialIds: [], goneCredentialIds: [] },
    now,
  );
}

/** Rooms give what they are asked for, unless they have said otherwise. */
function assumeLeases(book: StayBook, step: LeaseStep, now: Instant): void {
  if (book.leases === undefined) return;
  const said = recordLeaseStep(book, book.leases, step, now);
  const news = said.claims.flatMap(({ room, claim }): LeaseNews[] => {
    const held = book.leases?.claims.find((one) => isOf(one, { room, part: claim.part ?? 0 }));
    if (held?.verdict?.kind === 'waiting') return [];
    const { graceMinutes = 0, part = 0, window } = claim;
    const until = plusMinutes(window.to, graceMinutes);
    const before = held?.verdict?.kind === 'granted' ? held.verdict : { opener: true, anchors: [] };
    const verdict = { ...before, kind: 'granted', until } as const;
    return [{ room, part, version: held?.version ?? 0, verdict }];
  });
  recordLeases(book, said, { news }, now);
}

function assumeGroundwork(book: StayBook, step: GroundStep, now: Instant): void {
  switch (step.do) {
    case 'resolve-property':
      book.propertyDue = false;
      return;
    case 'resolve-doors': {
      const known = book.doors.rooms.length;
      const doors = step.rooms.map((room, index) => ({ room, acsEntranceId: `door:${room}`, position: known + index }));
      book.doors = { ...book.doors, rooms: [...book.doors.rooms, ...doors] };
      return;
    }
    case 'settle-leases':
      assumeLeases(book, step.leases, now);
      return;
    case 'prepare-guest': {
      const { guest } = step;
      recordGuest(book, guest, {
        userIdentityId: `identity:${guest.guestId}`,
        acsUserId: `user:${guest.guestId}`,
        phoneReady: true,
        seenCredentialIds: [],
      });
      return;
    }
    case 'deactivate-phone':
      recordDeactivated(book, step, now);
      return;
    case 'check-keys':
      book.credentialsToCheck = [];
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
