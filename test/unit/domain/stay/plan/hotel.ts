/**
 * One stay in a simulated hotel, in process. The planner decides, and its steps run call by call against Seam's records, locks and
 * phones, as the activities would run them. A test chooses the order in which steps proceed, and what happens in between.
 */
import { standingClock } from '../../../../../src/simulator/hotel/clock.js';
import type { CredentialRecord, Door } from '../../../../../src/simulator/hotel/records.js';
import { SeamError } from '../../../../../src/simulator/api/seam-error.js';
import { createSimulatedHotel, type SimulatedHotel } from '../../../../../src/simulator/hotel/hotel.js';
import type { Switches } from '../../../../../src/simulator/control/switches.js';
import { applyMessage } from '../../../../../src/domain/stay/desired/apply-message.js';
import { applySnapshot, judgeSnapshot } from '../../../../../src/domain/stay/desired/apply-snapshot.js';
import { newStayState, type StayState } from '../../../../../src/domain/stay/state.js';
import { type LeaseStep, LEASE_STEP_ID, type Preparation } from '../../../../../src/domain/model/preparation.js';
import type { Key } from '../../../../../src/domain/model/key.js';
import type { StayView } from '../../../../../src/domain/model/stay-view.js';
import type { LeaseNews } from '../../../../../src/domain/model/lease.js';
import { instantAt, millis, type Instant } from '../../../../../src/domain/model/instants.js';
import { findKey, keysOf, mayLive } from '../../../../../src/domain/stay/known/keyring.js';
import type { Message } from '../../../../../src/domain/model/message-schema.js';
import type { InFlight, KeyStep } from '../../../../../src/domain/model/key-plan.js';
import { planStay, reconcile, type StayPlan } from '../../../../../src/domain/stay/reconcile.js';
import { policySchema, type Policy } from '../../../../../src/domain/model/property-schema.js';
import * as known from '../../../../../src/domain/stay/known/record-preparations.js';
import * as record from '../../../../../src/domain/stay/known/record-keys.js';
import { recordLeases, recordLeaseStep } from '../../../../../src/domain/stay/known/record-leases.js';
import { closedRing, nextOf, outcomeOf } from '../../../../../src/domain/room/ring.js';
import type { Exchange, ExchangeOutcome, Offer, Vote } from '../../../../../src/domain/model/exchange.js';
import { recordVote, recordOutcome as recordExchange } from '../../../../../src/domain/stay/known/record-exchanges.js';
import { offerOf, standingOf } from '../../../../../src/domain/stay/plan/exchange.js';
import { recordWatch } from '../../../../../src/domain/stay/known/record-late-keys.js';
import { recordPhoneAccessEnded } from '../../../../../src/domain/stay/known/record-phone-access.js';
import { recordCheck, recordOtherStayEnded } from '../../../../../src/domain/stay/known/record-losses.js';
import type { CheckKeysOutcome, IssueOutcome, Observed } from '../../../../../src/domain/model/stay-activities.js';
import {
  snapshotSchema,
  type StaySnapshot,
  type StaySnapshotInput,
} from '../../../../../src/domain/model/snapshot-schema.js';
import { viewOf } from '../../../../../src/domain/stay/view.js';
import { openSimulatedRooms, type SimulatedRooms } from '../simulated-rooms.js';

export const PROPERTY = 'seaside';
export const RESERVATION = 'R-1';
export const COMMON_DOORS = ['Main Entrance', 'Gym', 'Parking'];
/** Common door that opens automatically for every guest who holds a room. */
export const LIFT = 'Lift';

export interface HouseOptions {
  readonly at: Instant;
  readonly rooms: readonly string[];
  /** Hotel that this stay shares with others, and whose clock it uses; absent: a hotel of its own, with `rooms`, at `at`. */
  readonly hotel?: SimulatedHotel;
  readonly reservationId?: string;
  /** Rooms that the stay claims from; absent: rooms of its own, which no other stay claims. */
  readonly simulatedRooms?: SimulatedRooms;
  readonly policy?: Partial<Policy>;
  readonly switches?: Partial<Switches>;
  /** Finds another stay of the hotel by its workflow id: a stay that exchanges rooms with this one. */
  readonly peers?: (stayId: string) => House | undefined;
  /** Arrival of the guests' phones: `at-once` (the default) as soon as Seam has the guest, or `later`. */
  readonly phones?: 'at-once' | 'later';
}

/** Outcome of one request of a step. */
export type Luck =
  | 'good'
  /** Seam carries out the request, the answer never arrives, and the activity gives up. */
  | 'answer-lost'
  /** Seam does not answer, and nothing is carried out. */
  | 'outage'
  /** The step ends just before its cancellation arrives. */
  | 'deaf';

type Work = Generator<void, void, Luck>;

export interface Job {
  readonly stepId: string;
  readonly what: string;
  readonly key?: InFlight;
  cancelled: boolean;
  /** True while an exchange of rooms is collecting votes. */
  voting?: boolean;
  readonly work: Work;
}

/** A key step that was started. */
export interface Done {
  readonly do: KeyStep['do'];
  readonly guestId: string;
  readonly rooms: readonly string[];
  readonly why: string;
}

export interface House {
  state: StayState;
  readonly simulatedRooms: SimulatedRooms;
  readonly peers: (stayId: string) => House | undefined;
  /** Number of keys, by room, that the stay had requested when it last released the room. Another stay may have had the room since. */
  readonly releasedAfter: Map<string, number>;
  readonly hotel: SimulatedHotel;
  readonly policy: Policy;
  readonly jobs: Job[];
  readonly done: Done[];
  /** Receives each key step before it starts. */
  onStep?: (step: KeyStep) => void;
  /** Plan of the last turn. */
  plan: StayPlan | undefined;
  now(): Instant;
  snapshot(snapshot: StaySnapshotInput): StaySnapshot;
  message(message: Message): void;
  /** One turn of the workflow's loop. */
  turn(): StayPlan;
  /** Advances one job by one request; returns false if the job cannot proceed (a phone that does not come). */
  getOn(job: Job, luck?: Luck): boolean;
  /** Runs all jobs to their end, in order. */
  settle(): void;
  waitUntil(at: Instant): void;
  enrol(guestId: string): string | undefined;
  vote(exchange: Exchange): Vote;
  settleExchange(id: string, outcome: ExchangeOutcome): void;
  view(): StayView;
}

/** Limit far above the number of requests that any change of a stay needs. */
const MOST_ROUNDS = 400;

export function openHouse(options: HouseOptions): House {
  const hotel =
    options.hotel ??
    createSimulatedHotel({
      clock: standingClock(millis(options.at)),
      rooms: options.rooms,
      ...(options.switches === undefined ? {} : { switches: options.switches }),
    });
  const reservationId = options.reservationId ?? RESERVATION;
  const policy = policySchema.parse(options.policy ?? {});
  const now = (): Instant => instantAt(hotel.now());
  const state = newStayState(
    {
      stayId: `stay/${PROPERTY}/${reservationId}`,
      propertyId: PROPERTY,
      reservationId,
      chain: `chain of ${reservationId}`,
    },
    now(),
  );
  const inFlight = (): readonly InFlight[] => house.jobs.flatMap((job) => job.key ?? []);

  const house: House = {
    state,
    simulatedRooms: options.simulatedRooms ?? openSimulatedRooms(PROPERTY, now),
    peers: options.peers ?? (() => undefined),
    releasedAfter: new Map(),
    hotel,
    policy,
    jobs: [],
    done: [],
    plan: undefined,
    now,
    snapshot(input) {
      const snapshot = snapshotSchema.parse(input);
      const decision = judgeSnapshot(house.state, snapshot, now());
      if (decision.kind === 'new') house.state = applySnapshot(house.state, snapshot, now());
      house.turn();
      return snapshot;
    },
    message(message) {
      house.state = applyMessage(house.state, message, now());
      house.turn();
    },
    turn() {
      const plan = options.simulatedRooms === undefined ? settleLeasesAtOnce(house) : reconciled(house);
      for (const job of house.jobs) {
        const desired =
          job.key === undefined
            ? job.stepId === LEASE_STEP_ID || plan.preparations.some((step) => step.stepId === job.stepId)
            : !plan.keys.undesired.includes(job.stepId);
        if (!desired) job.cancelled = true;
      }
      for (const step of plan.keys.ready) startKeyStep(house, step);
      for (const step of plan.preparations) {
        if (!house.jobs.some((job) => job.stepId === step.stepId)) startPreparation(house, step, options);
      }
      house.plan = plan;
      return plan;
    },
    getOn(job, luck = 'good') {
      if (!canGetOn(house, job)) return false;
      if (job.work.next(luck).done === true) house.jobs.splice(house.jobs.indexOf(job), 1);
      house.turn();
      return true;
    },
    settle() {
      for (let round = 0; round < MOST_ROUNDS; round++) {
        const moved = [...house.jobs].some((job) => house.jobs.includes(job) && house.getOn(job));
        if (!moved) return;
      }
      throw new Error(
        `the stay does not settle: ${house.done.slice(-12).map(inWords).join(' · ')}; ` +
          `at work on ${house.jobs.map((job) => job.what).join(', ')}`,
      );
    },
    waitUntil(at) {
      if (millis(at) > hotel.now()) hotel.moveTo(millis(at));
      house.turn();
    },
    enrol(guestId) {
      const known = house.state.guests[guestId];
      if (known === undefined) return undefined;
      const device = hotel.phones.add(known.userIdentityId);
      hotel.settle();
      return device.id;
    },
    vote(exchange) {
      const { state, vote } = recordVote(house.state, exchange, offerOf(house.state, now()));
      house.state = state;
      house.turn();
      return vote;
    },
    settleExchange(id, outcome) {
      house.state = recordExchange(house.state, id, outcome, now());
      house.turn();
    },
    view: () => viewOf(house.state, planStay(house.state, inFlight(), now()), inFlight(), now()),
  };
  return house;
}

function reconciled(house: House): StayPlan {
  const inFlight = house.jobs.flatMap((job) => job.key ?? []);
  const { state, plan } = reconcile(house.state, inFlight, house.now());
  house.state = state;
  return plan;
}

/** Rooms that no other stay claims answer at once, so that planner tests see only key steps in flight. */
function settleLeasesAtOnce(house: House): StayPlan {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const plan = reconciled(house);
    const step = plan.preparations.find((one) => one.do === 'settle-leases');
    if (step?.do !== 'settle-leases') return plan;
    const work = settlingLeases(house, step.leases);
    while (work.next('good').done !== true);
  }
  throw new Error('the leases of the stay do not settle');
}

export function inWords(done: Done): string {
  return `${done.do} ${done.guestId} ${done.rooms.join('+')}`;
}

function startKeyStep(house: House, step: KeyStep): void {
  house.onStep?.(step);
  const known = house.state.keyring.keys.find((key) => key.keyId === step.keyId);
  // A step that only confirms a key asks for nothing more.
  if (step.do === 'revoke' || known?.acsCredentialId === undefined) {
    house.done.push({ do: step.do, guestId: step.guestId, rooms: step.rooms, why: step.why });
  }
  if (step.do === 'revoke') {
    const { state, key } = record.recordRevoking(house.state, step.keyId, step.why, house.now());
    house.state = state;
    launch(house, `revoke:${key.keyId}`, `revoke ${key.keyId}`, key, 'revoke', (job) => revoking(house, key, job));
  } else {
    const { state, key } = record.recordAsk(house.state, step, house.now());
    house.state = state;
    const firstAsk = step.keyId === undefined || (key.acsCredentialId !== undefined && key.doubt === undefined);
    const what = `${step.do} ${key.keyId}`;
    launch(house, `issue:${key.keyId}`, what, key, 'issue', (job) => issuing(house, key, { firstAsk }, job));
  }
}

function launch(
  house: House,
  stepId: string,
  what: string,
  key: Key,
  does: InFlight['do'],
  work: (job: () => Job) => Work,
): void {
  const { keyId, guestId } = key;
  const job: Job = {
    stepId,
    what,
    key: { stepId, keyId, guestId, do: does, why: key.why, startedAt: house.now() },
    cancelled: false,
    work: work(() => job),
  };
  begin(house, job);
}

/** Runs the job up to where it first waits. */
function begin(house: House, job: Job): void {
  job.work.next('good');
  house.jobs.push(job);
}

function recordOutcome(house: House, key: Key, outcome: IssueOutcome): void {
  house.state = record.recordIssue(house.state, key.keyId, outcome, house.now());
}

function failed(house: House, key: Key, kind: record.StepFailure['kind']): void {
  house.state = record.recordKeyFailure(house.state, key.keyId, { kind, message: `it was ${kind}` }, house.now());
}

/** Mirrors `src/seam/issue.ts`: adopts or creates, confirms, looks for strays and losses. At a `yield`, other things may happen. */
function* issuing(house: House, key: Key, how: { readonly firstAsk: boolean }, job: () => Job): Work {
  const { hotel } = house;
  const siblings = keysOf(house.state.keyring, key.guestId).filter((other) => other.keyId !== key.keyId);
  const own = siblings.filter(mayLive).flatMap((other) => other.acsCredentialId ?? []);
  const claimed = [
    ...(house.state.guests[key.guestId]?.seenCredentialIds ?? []),
    ...house.state.keyring.keys
      .filter((other) => other.keyId !== key.keyId)
      .flatMap((other) => other.acsCredentialId ?? []),
  ];
  let luck = yield;
  if (job().cancelled && luck !== 'deaf') return failed(house, key, 'cancelled');
  if (luck === 'outage') return failed(house, key, 'outage');
  let id = key.acsCredentialId;
  let adopted = false;
  if (id === undefined) {
    const held = keysHeld(hotel, key.acsUserId);
    if (held === 'unknown-user') return failed(house, key, 'refused');
    const ours = how.firstAsk ? [] : held.filter((one) => !claimed.includes(one.id) && isLike(one, key));
    const found = ours.findLast(isValid);
    const foreign = held.filter((one) => isValid(one) && one.endsAt > hotel.now() && !own.includes(one.id));
    const killed = ours.findLast((one) => one.life === 'live');
    if (found !== undefined) {
      id = found.id;
      adopted = true;
    } else if (foreign.length > 0) {
      const until = instantAt(Math.max(...foreign.map((one) => one.endsAt)));
      const acsCredentialIds = foreign.map((one) => one.id);
      return recordOutcome(house, key, { kind: 'other-stay', acsCredentialIds, until });
    } else if (killed !== undefined) {
      const outcome = { kind: 'killed', acsCredentialId: killed.id, ...observed(hotel, own, ours, killed.id) } as const;
      return recordOutcome(house, key, outcome);
    } else {
      const created = create(house, key);
      if (created.kind === 'refused') return failed(house, key, 'refused');
      if (created.kind !== 'created') {
        const acsCredentialId = created.anchor;
        return recordOutcome(house, key, { kind: created.kind, acsCredentialId });
      }
      if (luck === 'answer-lost') return failed(house, key, 'outage');
      id = created.id;
      if (key.joinable === true && how.firstAsk) {
        const nothing = { strayCredentialIds: [], goneCredentialIds: [] };
        return recordOutcome(house, key, { kind: 'made', acsCredentialId: id, ...nothing });
      }
    }
  }
  luck = yield;
  const cancelled = { kind: 'cancelled', acsCredentialId: id, strayCredentialIds: [], goneCredentialIds: [] } as const;
  if (job().cancelled && luck !== 'deaf') return recordOutcome(house, key, cancelled);
  hotel.settle();
  luck = yield;
  if (job().cancelled && luck !== 'deaf') return recordOutcome(house, key, cancelled);
  const credential = hotel.world.credentials.get(id);
  const seen = { ...observed(hotel, own, [], id), ...(how.firstAsk ? {} : { ambiguous: true as const }) };
  if (credential === undefined || !isValid(credential)) {
    return recordOutcome(house, key, { kind: 'killed', acsCredentialId: id, ...seen });
  }
  const issuedAt = instantAt(credential.syncedAt ?? hotel.now());
  const unfetched = credential.issuedAt === null ? { unfetched: true as const } : {};
  const outcome = { kind: 'issued', acsCredentialId: id, issuedAt, adopted, ...unfetched, ...seen } as const;
  recordOutcome(house, key, outcome);
}

type Creation =
  | { readonly kind: 'created'; readonly id: string }
  | { readonly kind: 'refused' }
  | { readonly kind: 'anchor-gone' | 'anchor-unsynced'; readonly anchor: string };

function create({ hotel }: House, key: Key): Creation {
  const { ask, acsUserId } = key;
  try {
    const { id } = hotel.credentials.create({
      acs_user_id: acsUserId,
      credential_manager_acs_system_id: hotel.world.credentialManagerAcsSystemId,
      access_method: 'mobile_key',
      is_multi_phone_sync_credential: true,
      allowed_acs_entrance_ids: [...ask.acsEntranceIds],
      starts_at: ask.window.from.replace('Z', ':00Z'),
      ends_at: ask.window.to.replace('Z', ':00Z'),
      visionline_metadata: {
        card_format: 'rfid48',
        card_function_type: 'guest',
        ...(ask.joinTo === undefined ? { override: true } : { joiner_acs_credential_ids: [ask.joinTo] }),
      },
    });
    return { kind: 'created', id };
  } catch (error) {
    if (!(error instanceof SeamError)) throw error;
    if (ask.joinTo === undefined) return { kind: 'refused' };
    const anchor = hotel.world.credentials.get(ask.joinTo);
    const isGone = anchor === undefined || !isValid(anchor) || anchor.endsAt <= hotel.now();
    if (isGone) return { kind: 'anchor-gone', anchor: ask.joinTo };
    return anchor.validity === null ? { kind: 'anchor-unsynced', anchor: ask.joinTo } : { kind: 'refused' };
  }
}

/** Mirrors `src/seam/revoke.ts`. */
function* revoking(house: House, key: Key, job: () => Job): Work {
  const { hotel } = house;
  const keep = [
    ...house.state.keyring.keys
      .filter((other) => other.keyId !== key.keyId)
      .flatMap((other) => other.acsCredentialId ?? []),
    ...(house.state.guests[key.guestId]?.seenCredentialIds ?? []),
  ];
  const luck = yield;
  if (job().cancelled && luck !== 'deaf') return failed(house, key, 'cancelled');
  if (luck === 'outage') return failed(house, key, 'outage');
  const held = keysHeld(hotel, key.acsUserId);
  const matches = held === 'unknown-user' ? [] : held.filter((one) => !keep.includes(one.id) && isLike(one, key));
  const ids = key.acsCredentialId === undefined ? matches.map((one) => one.id) : [key.acsCredentialId];
  for (const id of ids) {
    if (hotel.world.credentials.get(id)?.life === 'live') hotel.credentials.delete(id);
  }
  if (luck === 'answer-lost') return failed(house, key, 'outage');
  yield;
  hotel.settle();
  house.state = record.recordRevoked(
    house.state,
    key.keyId,
    { revokedCredentialIds: ids, confirmedAt: house.now() },
    house.now(),
  );
}

/** Mobile keys that Seam still lists for the user, oldest first. */
function keysHeld(hotel: SimulatedHotel, acsUserId: string): readonly CredentialRecord[] | 'unknown-user' {
  if (hotel.world.users.get(acsUserId)?.presence !== 'live') return 'unknown-user';
  return hotel.credentials
    .list({ acs_user_id: acsUserId })
    .flatMap((listed) => (listed.kind === 'credential' ? [listed.credential] : []));
}

/** True if Seam would report the key as valid: not being deleted, and not reported as dead. */
export function isValid(credential: CredentialRecord): boolean {
  return credential.life === 'live' && credential.validity !== 'invalid';
}

function isLike(credential: CredentialRecord, key: Key): boolean {
  const doors = [...credential.guestDoorIds, ...credential.commonDoorIds];
  return (
    credential.joinedTo.length > 0 === (key.ask.kind === 'joiner') &&
    instantAt(credential.endsAt) === key.ask.window.to &&
    doors.length === key.ask.acsEntranceIds.length &&
    doors.every((door) => key.ask.acsEntranceIds.includes(door))
  );
}

function observed(
  hotel: SimulatedHotel,
  own: readonly string[],
  ours: readonly CredentialRecord[],
  id: string,
): Observed {
  return {
    strayCredentialIds: ours.filter((one) => one.life === 'live' && one.id !== id).map((one) => one.id),
    ...losses(hotel, own),
  };
}

/** Reports which of these keys are gone, lingering or unfetched. */
function losses(hotel: SimulatedHotel, ids: readonly string[]): CheckKeysOutcome {
  const dead = ids.map((id) => hotel.world.credentials.get(id)).filter((one) => one !== undefined && !isValid(one));
  return {
    goneCredentialIds: dead.flatMap((one) => one?.id ?? []),
    lingeringCredentialIds: dead.filter((one) => one?.life === 'live').flatMap((one) => one?.id ?? []),
    unfetchedCredentialIds: ids.filter((id) => hotel.world.credentials.get(id)?.issuedAt === null),
  };
}

function startPreparation(house: House, step: Preparation, options: HouseOptions): void {
  const job: Job = {
    stepId: step.stepId,
    what: step.do,
    cancelled: false,
    work: preparations(house, step, options, () => job),
  };
  begin(house, job);
}

function* preparations(house: House, step: Preparation, options: HouseOptions, job: () => Job): Work {
  const { hotel } = house;
  const { phones } = options;
  if (step.do === 'settle-leases') return yield* settlingLeases(house, step.leases);
  if (step.do === 'exchange-rooms') return yield* exchangingRooms(house, job);
  const luck = yield;
  if (job().cancelled && luck !== 'deaf') return;
  switch (step.do) {
    case 'resolve-property': {
      const facts = { propertyId: PROPERTY, name: 'Seaside', timeZone: 'Europe/Berlin', policy: house.policy };
      house.state = known.recordProperty(house.state, facts);
      return;
    }
    case 'find-earlier-run':
      return;
    case 'resolve-doors': {
      const doors = step.rooms.flatMap((room) => doorNamed(hotel, room) ?? []);
      const facts = {
        rooms: doors.map((door) => ({ room: door.name, acsEntranceId: door.id, position: door.position })),
        commonDoors: COMMON_DOORS.map((name) => ({ name, acsEntranceId: hotel.door(name).id })),
        unknownRooms: step.rooms.filter((room) => doorNamed(hotel, room) === undefined),
      };
      house.state = known.recordDoors(house.state, facts, house.now());
      return;
    }
    case 'prepare-guest': {
      const registered = house.state.guests[step.guest.guestId];
      if (registered !== undefined) {
        house.state = known.recordGuest(house.state, step.guest, registered, house.now());
        return;
      }
      const identity = hotel.identities.create({ acs_system_ids: [hotel.world.acsSystemId] });
      const user = hotel.users.find({ user_identity_id: identity.id, acs_system_id: hotel.world.acsSystemId });
      const deviceIds = phones === 'later' ? [] : [hotel.phones.add(identity.id).id];
      hotel.settle();
      house.state = known.recordGuest(
        house.state,
        step.guest,
        {
          userIdentityId: identity.id,
          acsUserId: user.id,
          phoneReady: phones !== 'later',
          deviceIds,
          seenCredentialIds: [],
        },
        house.now(),
      );
      return;
    }
    case 'wait-for-phone':
      house.state = known.recordPhone(house.state, step.guestId, {
        deviceIds: hotel.phones.list({ owner_user_identity_id: step.userIdentityId }).map(({ id }) => id),
      });
      return;
    case 'deactivate-phone':
      for (const { id, createdAt } of hotel.phones.list({ owner_user_identity_id: step.userIdentityId })) {
        const isMeant =
          step.deviceId === undefined ? createdAt < millis(step.before ?? house.now()) : step.deviceId === id;
        if (isMeant) hotel.phones.deactivate(id);
      }
      house.state = known.recordDeactivated(house.state, step, house.now());
      return;
    case 'end-phone-access':
      house.state = recordPhoneAccessEnded(house.state, step.access, house.now());
      return;
    case 'check-keys':
      house.state = recordCheck(house.state, step.acsCredentialIds, losses(hotel, step.acsCredentialIds), house.now());
      return;
    case 'wait-for-other-stay': {
      const gone = losses(hotel, step.acsCredentialIds).goneCredentialIds;
      if (step.acsCredentialIds.every((id) => gone.includes(id)))
        house.state = recordOtherStayEnded(house.state, step.guestId);
      return;
    }
    case 'wait-for-key-on-phone': {
      const ids = [step.acsCredentialId];
      house.state = recordCheck(house.state, ids, losses(hotel, ids), house.now());
      return;
    }
    case 'watch-for-strays':
      house.state = recordWatch(house.state, step, lookForStrays(house, step.keyId), house.now());
      return;
    default:
      step satisfies never;
  }
}

/** Mirrors `activities/leases.ts`; if an answer does not arrive, the whole step is sent again. */
function* settlingLeases(house: House, step: LeaseStep): Work {
  const { now, simulatedRooms, releasedAfter } = house;
  const { state, messages: said } = recordLeaseStep(house.state, step, now());
  house.state = state;
  const { stayId, seq, chain } = said;
  const envelope = { stayId, seq, chain };
  const news: LeaseNews[] = [];
  const sayings = [
    ...said.reports.map(
      ({ room, keys }) =>
        () =>
          simulatedRooms.report(room, { ...envelope, keys: [...keys] }),
    ),
    ...said.releases.map(({ room, part, revision, to }) => () => {
      releasedAfter.set(room, house.state.keyring.keys.length);
      simulatedRooms.release(room, { ...envelope, part, revision, ...(to === undefined ? {} : { to: [...to] }) });
    }),
    ...said.claims.map(
      ({ room, claim }) =>
        () =>
          void news.push(simulatedRooms.claim(room, claim)),
    ),
  ];
  for (let next = 0; next < sayings.length;) {
    const luck = yield;
    if (luck !== 'outage') sayings[next]?.();
    const isAnswered = luck === 'good' || luck === 'deaf';
    if (!isAnswered) news.length = 0;
    next = isAnswered ? next + 1 : 0;
  }
  // The answers are in transit, and messages that rooms send on their own may overtake them.
  yield;
  house.state = recordLeases(house.state, said, { news }, now());
}

/** Mirrors `activities/exchanges.ts`. A request without an answer begins the attempt again. */
function* exchangingRooms(house: House, job: () => Job): Work {
  for (;;) {
    let luck = yield;
    if (job().cancelled) return;
    const exchange = findExchange(house);
    if (exchange === undefined) continue;
    job().voting = true;
    const votes: Vote[] = [];
    const isLost = (): boolean => luck === 'outage' || luck === 'answer-lost';
    for (const { stayId } of exchange.members) {
      luck = yield;
      if (luck !== 'outage') votes.push(house.peers(stayId)?.vote(exchange) ?? { kind: 'settled', outcome: 'aborted' });
      if (isLost() || votes.at(-1)?.kind === 'settled') break;
    }
    const ends = isLost()
      ? []
      : exchange.members.toSorted(
          (a, b) => Number(a.stayId === house.state.stayId) - Number(b.stayId === house.state.stayId),
        );
    const outcome = outcomeOf(votes);
    for (const { stayId } of ends) {
      luck = yield;
      if (luck !== 'outage') house.peers(stayId)?.settleExchange(exchange.id, outcome);
      if (isLost()) break;
    }
    job().voting = false;
    if (!isLost() && outcome === 'committed') return;
  }
}

/** Returns the exchange that the stay has agreed to, or the closed ring that it is part of. */
function findExchange({ state, peers, now }: House): Exchange | undefined {
  const own = standingOf(state, now());
  if (own.promised !== undefined) return own.promised;
  if (own.offer === undefined) return undefined;
  const offers = new Map<string, Offer>([[state.stayId, own.offer]]);
  for (const offer of offers.values()) {
    for (const next of nextOf(offer)) {
      const peer = peers(next);
      const { offer: offered, promised } = peer === undefined ? {} : standingOf(peer.state, now());
      if (promised?.members.some(({ stayId }) => stayId === state.stayId) === true) return promised;
      if (offered === undefined) return undefined;
      offers.set(next, offered);
    }
  }
  const members = closedRing(state.stayId, offers);
  return members === undefined ? undefined : { id: JSON.stringify(members), members };
}

/** Mirrors `src/seam/strays.ts`. */
function lookForStrays({ state, hotel }: House, keyId: string): Observed {
  const key = findKey(state.keyring, keyId);
  const claimed = state.keyring.keys.flatMap((other) => other.acsCredentialId ?? []);
  const held = keysHeld(hotel, key.acsUserId);
  const matches = held === 'unknown-user' ? [] : held.filter((one) => !claimed.includes(one.id) && isLike(one, key));
  const own = key.state === 'live' && key.acsCredentialId !== undefined ? [key.acsCredentialId] : [];
  return observed(hotel, own, matches.filter(isValid).toReversed(), '');
}

function doorNamed(hotel: SimulatedHotel, name: string): Door | undefined {
  return [...hotel.world.doors.values()].find((door) => door.name === name);
}

/** False while the job waits for a closed ring of stays, for a phone that does not come, or does not fetch its key. */
export function canGetOn(house: House, job: Job): boolean {
  if (job.what === 'wait-for-key-on-phone' && !job.cancelled) {
    const { acsCredentialId = '' } = findKey(house.state.keyring, job.stepId.slice('on-phone:'.length));
    return house.hotel.world.credentials.get(acsCredentialId)?.issuedAt !== null;
  }
  if (job.what === 'wait-for-other-stay' && !job.cancelled) {
    const { acsCredentialIds = [] } = house.state.keyring.refusals[job.stepId.slice('other-stay:'.length)] ?? {};
    return acsCredentialIds.every((id) => losses(house.hotel, acsCredentialIds).goneCredentialIds.includes(id));
  }
  if (job.what === 'exchange-rooms' && !job.cancelled) {
    return job.voting === true || findExchange(house) !== undefined;
  }
  const guestId = job.stepId.slice('phone:'.length);
  return job.what !== 'wait-for-phone' || job.cancelled || hasPhone(house, guestId);
}

/** True if one of the guest's enrolled phones can hold a key. */
export function hasPhone({ state, hotel }: House, guestId: string): boolean {
  const known = state.guests[guestId];
  if (known === undefined) return false;
  return hotel.phones.list({ owner_user_identity_id: known.userIdentityId }).some((one) => one.endpoint === 'active');
}
