/**
 * Stories of stays: random changes, steps that end in any order, taps at any time. A story runs against a simulated hotel, and the judge
 * checks it. The invariants for every step and for every quiet point are at the end of this file.
 */
import fc from 'fast-check';
import { presentKeys } from '../../../../../src/simulator/hotel/lock.js';
import { keysNewestFirst } from '../../../../../src/simulator/hotel/phone.js';
import type { CredentialRecord, DeviceRecord } from '../../../../../src/simulator/hotel/records.js';
import type { Switches } from '../../../../../src/simulator/control/switches.js';
import { instantAt } from '../../../../../src/domain/model/instants.js';
import type { Message } from '../../../../../src/domain/model/message-schema.js';
import type { Key } from '../../../../../src/domain/model/key.js';
import type { KeyStep } from '../../../../../src/domain/model/key-plan.js';
import type { Policy } from '../../../../../src/domain/model/property-schema.js';
import { keysOf } from '../../../../../src/domain/stay/known/keyring.js';
import type { StaySnapshotInput } from '../../../../../src/domain/model/snapshot-schema.js';
import {
  COMMON_DOORS,
  hasPhone,
  isValid,
  LIFT,
  openHouse,
  PROPERTY,
  RESERVATION,
  type House,
  type Luck,
} from './hotel.js';
import { judge, outlook, type Ask, type Fact, type GuestDecision } from './judge.js';

const GUESTS = ['g1', 'g2', 'g3', 'g4'] as const;
const ROOMS = ['101', '102', '103'] as const;
const DOORS = [...ROOMS, ...COMMON_DOORS, LIFT];
const START = '2026-11-23T13:00Z';
const STARTS = ['2026-11-23T14:00Z', '2026-11-23T12:00Z', '2026-11-23T15:00Z', '2026-11-24T09:00Z'] as const;
const ENDS = ['2026-11-25T10:00Z', '2026-11-24T10:00Z', '2026-11-26T10:00Z'] as const;
const LEAD_MINUTES = 120;

/** Channel through which a change arrives. */
type Channel = 'snapshot' | 'signal';

export type Change =
  | { readonly kind: 'add'; readonly guestId: string; readonly rooms?: readonly string[]; readonly by: Channel }
  | { readonly kind: 'remove'; readonly guestId: string; readonly cause: 'left' | 'security'; readonly by: Channel }
  | { readonly kind: 'rooms'; readonly rooms: readonly string[]; readonly by: Channel }
  | { readonly kind: 'own-rooms'; readonly guestId: string; readonly rooms: readonly string[]; readonly by: Channel }
  | { readonly kind: 'later-rooms'; readonly rooms: readonly string[]; readonly from: string }
  | { readonly kind: 'from' | 'to'; readonly at: string; readonly by: Channel }
  | { readonly kind: 'own-window'; readonly guestId: string; readonly from: string; readonly to: string }
  | { readonly kind: 'wants-key'; readonly guestId: string; readonly wantsKey: boolean }
  | { readonly kind: 'status'; readonly status: StaySnapshotInput['status'] }
  | { readonly kind: 'booking-hold'; readonly held: 'held' | 'free' }
  | { readonly kind: 'say'; readonly message: Message }
  | {
      readonly kind: 'lose-phone';
      readonly guestId: string;
      readonly mode: 'secure' | 'convenient';
      readonly named: 'named' | 'unnamed';
    };

export type Turn =
  | Change
  | { readonly kind: 'get-on'; readonly job: number; readonly luck: Luck }
  | { readonly kind: 'provider' }
  | { readonly kind: 'webhooks' }
  | { readonly kind: 'tap'; readonly guestId: string; readonly door: string }
  | { readonly kind: 'enrol'; readonly guestId: string }
  | { readonly kind: 'offline' | 'online'; readonly guestId: string }
  | { readonly kind: 'wait'; readonly minutes: number }
  | { readonly kind: 'quiet' };

export interface StoryStart {
  readonly switches: Pick<
    Switches,
    'newKeyReplacesUsersEarlier' | 'joinersSurviveAnchorDeletion' | 'joinerNeedsSyncedAnchor'
  >;
  readonly issueFrom: Policy['issueFrom'];
  readonly phones: 'at-once' | 'later';
  readonly rooms: readonly string[];
  readonly guests: number;
}

const guest = fc.constantFrom(...GUESTS);
const someRooms = fc.subarray([...ROOMS], { minLength: 1 });
const by = fc.constantFrom<Channel[]>('snapshot', 'signal');

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record(
    { kind: fc.constant('add' as const), guestId: guest, rooms: someRooms, by },
    { requiredKeys: ['kind', 'guestId', 'by'] },
  ),
  fc.record({
    kind: fc.constant('remove' as const),
    guestId: guest,
    cause: fc.constantFrom('left' as const, 'security' as const),
    by,
  }),
  fc.record({ kind: fc.constant('rooms' as const), rooms: fc.subarray([...ROOMS]), by }),
  fc.record({ kind: fc.constant('own-rooms' as const), guestId: guest, rooms: someRooms, by }),
  fc.record({
    kind: fc.constant('later-rooms' as const),
    rooms: someRooms,
    from: fc.constantFrom('2026-11-23T16:00Z', '2026-11-24T08:00Z'),
  }),
  fc.record({ kind: fc.constant('from' as const), at: fc.constantFrom(...STARTS), by }),
  fc.record({ kind: fc.constant('to' as const), at: fc.constantFrom(...ENDS), by }),
  fc.record({
    kind: fc.constant('own-window' as const),
    guestId: guest,
    from: fc.constantFrom(...STARTS),
    to: fc.constantFrom(...ENDS),
  }),
  fc.record({ kind: fc.constant('wants-key' as const), guestId: guest, wantsKey: fc.boolean() }),
  fc.record({
    kind: fc.constant('status' as const),
    status: fc.constantFrom(
      'confirmed' as const,
      'in-house' as const,
      'departed' as const,
      'cancelled' as const,
      'no-show' as const,
    ),
  }),
  fc.record({ kind: fc.constant('booking-hold' as const), held: fc.constantFrom('held' as const, 'free' as const) }),
  fc.record({ kind: fc.constant('say' as const), message: sayable() }),
  fc.record({
    kind: fc.constant('lose-phone' as const),
    guestId: guest,
    mode: fc.constantFrom('secure' as const, 'convenient' as const),
    named: fc.constantFrom('named' as const, 'unnamed' as const),
  }),
);

function sayable(): fc.Arbitrary<Message> {
  const plain = fc.constantFrom('checkIn' as const, 'checkOut' as const, 'cancel' as const, 'retry' as const);
  const staff = fc.constantFrom('hold' as const, 'release' as const, 'force' as const, 'block' as const);
  return fc.oneof(
    plain.map((name) => ({ name, payload: {} })),
    fc.record({ name: staff, guestId: fc.option(guest, { nil: undefined }) }).map(({ name, guestId }) => ({
      name,
      payload: { reason: 'because', ...(guestId === undefined ? {} : { guestId }) },
    })),
  );
}

const step: fc.Arbitrary<Turn> = fc.record({
  kind: fc.constant('get-on' as const),
  job: fc.nat(5),
  luck: fc.oneof(
    { weight: 8, arbitrary: fc.constant<Luck>('good') },
    { weight: 1, arbitrary: fc.constantFrom<Luck[]>('answer-lost', 'outage', 'deaf') },
  ),
});

const happening: fc.Arbitrary<Turn> = fc.oneof(
  fc.constantFrom<Turn[]>({ kind: 'provider' }, { kind: 'webhooks' }),
  fc.record({ kind: fc.constant('tap' as const), guestId: guest, door: fc.constantFrom(...DOORS) }),
  fc.record({ kind: fc.constant('enrol' as const), guestId: guest }),
  fc.record({ kind: fc.constantFrom('offline' as const, 'online' as const), guestId: guest }),
  fc.record({ kind: fc.constant('wait' as const), minutes: fc.constantFrom(10, 60, 240, 1500) }),
);

export const turns: fc.Arbitrary<readonly Turn[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: step },
    { weight: 4, arbitrary: change },
    { weight: 2, arbitrary: happening },
    { weight: 1, arbitrary: fc.constant<Turn>({ kind: 'quiet' }) },
  ),
  { minLength: 1, maxLength: 40, size: 'max' },
);

export const starts: fc.Arbitrary<StoryStart> = fc.record({
  switches: fc.record({
    newKeyReplacesUsersEarlier: fc.boolean(),
    joinersSurviveAnchorDeletion: fc.boolean(),
    joinerNeedsSyncedAnchor: fc.boolean(),
  }),
  issueFrom: fc.constantFrom<Policy['issueFrom'][]>({ kind: 'lead-time', minutes: LEAD_MINUTES }, { kind: 'check-in' }),
  phones: fc.constantFrom('at-once' as const, 'later' as const),
  rooms: fc.subarray([...ROOMS], { minLength: 1, maxLength: 2 }),
  guests: fc.integer({ min: 1, max: 3 }),
});

/** State of a running story: the house, the facts so far, and the reservation as the booking system itself holds it. */
interface Story {
  readonly house: House;
  readonly start: StoryStart;
  readonly facts: Fact[];
  booking: StaySnapshotInput & { readonly rooms: string[] };
  /** Rooms with a lost key or with a holder removed for cause, and their newest generation at that time. */
  readonly unsafe: Map<string, number>;
  /** Guests who lost their phone, or were removed for cause, since the last quiet point. */
  readonly struck: Set<string>;
  /** Guest and room pairs that were desired at every moment since the last quiet point. */
  steady: Set<string>;
  /** Guest and door pairs that were ever desired. */
  readonly everDesired: Set<string>;
  readonly lostDevices: Set<string>;
  /** Phones that the stay has known: the server sends it their events, as long as its search attributes say so, and a while longer. */
  readonly phonesSeen: Set<string>;
  eventsSeen: number;
  readonly told: string[];
}

/** Optional inputs and hooks of a test. */
export interface Listener {
  /** Name and addresses that every guest of the booking has. */
  readonly contact: Pick<StaySnapshotInput['guests'][number], 'name' | 'email' | 'phone'>;
  /** Runs after each turn. */
  look(house: House): void;
}

/** Runs a story to its end. Throws with the story so far, step by step, if an invariant does not hold. */
export function tell(start: StoryStart, plot: readonly Turn[], listener?: Listener): void {
  const story = begin(start, listener?.contact ?? {});
  try {
    for (const turn of plot) {
      take(story, turn);
      listener?.look(story.house);
    }
    for (const guestId of GUESTS) take(story, { kind: 'online', guestId });
    take(story, { kind: 'quiet' });
    take(story, { kind: 'say', message: { name: 'checkOut', payload: {} } });
    take(story, { kind: 'quiet' });
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Error(`${message}\n\nWhat happened:\n${story.told.join('\n')}\n`, { cause: error });
  }
}

function begin(start: StoryStart, contact: Listener['contact']): Story {
  const house = openHouse({
    at: START,
    rooms: ROOMS,
    switches: start.switches,
    policy: { issueFrom: start.issueFrom },
    phones: start.phones,
  });
  const story: Story = {
    house,
    start,
    facts: [],
    booking: {
      propertyId: PROPERTY,
      reservationId: RESERVATION,
      revision: 0,
      status: 'confirmed',
      window: { from: STARTS[0], to: ENDS[0] },
      rooms: [...start.rooms],
      guests: GUESTS.slice(0, start.guests).map((guestId, index) => ({ ...contact, guestId, primary: index === 0 })),
    },
    unsafe: new Map(),
    struck: new Set(),
    steady: new Set(),
    everDesired: new Set(),
    lostDevices: new Set(),
    phonesSeen: new Set(),
    eventsSeen: 0,
    told: [],
  };
  house.onStep = (planned) => {
    story.told.push(`    -> ${planned.do} ${planned.guestId} ${planned.rooms.join('+')}: ${planned.why}`);
    holdOverride(story, planned);
  };
  send(story, {});
  return story;
}

function take(story: Story, turn: Turn): void {
  story.told.push(JSON.stringify(turn));
  const { house } = story;
  notePhones(story);
  switch (turn.kind) {
    case 'get-on': {
      const job = house.jobs[turn.job % Math.max(1, house.jobs.length)];
      if (job === undefined) return;
      story.told.push(`    (${job.what}${job.cancelled ? ', cancelled' : ''})`);
      holdDoors(story, () => house.getOn(job, turn.luck));
      return;
    }
    case 'provider':
      holdDoors(story, () => house.hotel.settle());
      return;
    case 'webhooks':
      deliverEvents(story);
      return;
    case 'tap':
      holdDoors(story, () => tapWith(story, turn.guestId, turn.door));
      return;
    case 'enrol':
      house.enrol(turn.guestId);
      return;
    case 'offline':
    case 'online':
      for (const device of devicesOf(house, turn.guestId))
        house.hotel.phones.change(device.id, { connection: turn.kind });
      return;
    case 'wait': {
      const at = house.hotel.now() + turn.minutes * 60_000;
      noteOver(story, at);
      house.waitUntil(instantAt(at));
      noteDesired(story);
      return;
    }
    case 'quiet':
      for (let round = 0; round < 3; round++) {
        house.settle();
        deliverEvents(story);
      }
      house.settle();
      holdQuiet(story);
      return;
    default:
      apply(story, turn);
      noteDesired(story);
  }
}

function apply(story: Story, turn: Change): void {
  const { booking } = story;
  const edit = (guestId: string, facts: object): void =>
    send(story, { guests: booking.guests.map((one) => (one.guestId === guestId ? { ...one, ...facts } : one)) });
  switch (turn.kind) {
    case 'add': {
      const rooms = turn.rooms?.filter((room) => booking.rooms.includes(room)) ?? [];
      const added = { guestId: turn.guestId, primary: false, ...(rooms.length === 0 ? {} : { rooms }) };
      if (turn.by === 'signal') say(story, { name: 'addGuests', payload: { guests: [{ ...added, wantsKey: true }] } });
      else send(story, { guests: [...booking.guests.filter((one) => one.guestId !== turn.guestId), added] });
      return;
    }
    case 'remove':
      if (turn.by === 'snapshot') {
        send(story, { guests: booking.guests.filter((one) => one.guestId !== turn.guestId) });
        return;
      }
      if (turn.cause === 'security') strike(story, turn.guestId);
      say(story, { name: 'removeGuest', payload: { guestId: turn.guestId, cause: turn.cause } });
      return;
    case 'rooms':
      if (turn.by === 'signal') say(story, { name: 'changeRooms', payload: { rooms: [...turn.rooms] } });
      else send(story, { rooms: [...turn.rooms], guests: booking.guests.map((one) => within(one, turn.rooms)) });
      return;
    case 'own-rooms': {
      const rooms = turn.rooms.filter((room) => booking.rooms.includes(room));
      const { guestId } = turn;
      if (turn.by === 'signal') say(story, { name: 'changeRooms', payload: { rooms: [...turn.rooms], guestId } });
      else if (rooms.length > 0) edit(guestId, { rooms });
      return;
    }
    case 'later-rooms':
      say(story, { name: 'changeRooms', payload: { rooms: [...turn.rooms], from: turn.from } });
      return;
    case 'from':
    case 'to':
      if (turn.by === 'signal') say(story, { name: 'changeDates', payload: { window: { [turn.kind]: turn.at } } });
      else send(story, { window: { ...(booking.window as { from: string; to: string }), [turn.kind]: turn.at } });
      return;
    case 'own-window':
      if (turn.from < turn.to) edit(turn.guestId, { window: { from: turn.from, to: turn.to } });
      return;
    case 'wants-key':
      edit(turn.guestId, { wantsKey: turn.wantsKey });
      return;
    case 'status':
      send(story, { status: turn.status });
      return;
    case 'booking-hold': {
      const { hold: _hold, ...free } = booking;
      story.booking = free;
      send(story, turn.held === 'held' ? { hold: { reason: 'unpaid' } } : {});
      return;
    }
    case 'say':
      say(story, turn.message);
      return;
    case 'lose-phone': {
      const device = devicesOf(story.house, turn.guestId)[0];
      const deviceId = turn.named === 'named' ? device?.id : undefined;
      if (deviceId !== undefined) story.lostDevices.add(deviceId);
      strike(story, turn.guestId, turn.mode);
      const payload = { guestId: turn.guestId, mode: turn.mode, ...(deviceId === undefined ? {} : { deviceId }) };
      say(story, { name: 'replaceKey', payload });
      return;
    }
    default:
      turn satisfies never;
  }
}

function within(one: StaySnapshotInput['guests'][number], rooms: readonly string[]) {
  const { rooms: own, ...rest } = one;
  const left = own?.filter((room) => rooms.includes(room)) ?? [];
  return left.length === 0 ? rest : { ...rest, rooms: left };
}

function strike(story: Story, guestId: string, mode: 'secure' | 'convenient' = 'secure'): void {
  story.struck.add(guestId);
  if (mode === 'convenient') return;
  // A key that died with its anchor may still be on the phone.
  const isGone = (key: Key): boolean => key.state === 'dead' && (key.ended === 'revoked' || key.ended === 'expired');
  const own = story.house.state.keyring.keys.filter((key) => key.guestId === guestId && !isGone(key));
  const { lastGeneration } = story.house.state.keyring;
  for (const room of own.flatMap((key) => key.ask.rooms)) story.unsafe.set(room, lastGeneration);
}

function send(story: Story, fields: Partial<Story['booking']>): void {
  story.booking = { ...story.booking, ...fields, revision: Number(story.booking.revision) + 1 };
  const snapshot = story.house.snapshot(story.booking);
  story.facts.push({ at: story.house.hotel.now(), kind: 'snapshot', snapshot });
  noteDesired(story);
}

function say(story: Story, message: Message): void {
  story.facts.push({ at: story.house.hotel.now(), kind: 'message', message });
  story.house.message(message);
}

function notePhones({ house, phonesSeen }: Story): void {
  for (const { deviceIds } of Object.values(house.state.guests)) deviceIds?.forEach((id) => phonesSeen.add(id));
}

/** Delivers Seam's new webhooks, as far as they are about keys and phones of this stay. */
function deliverEvents(story: Story): void {
  const { house } = story;
  const events = house.hotel.world.events.all();
  for (const event of events.slice(story.eventsSeen)) {
    const deviceId = event['device_id'];
    if (event.event_type === 'phone.deactivated' && typeof deviceId === 'string' && story.phonesSeen.has(deviceId)) {
      const payload = { deviceId, eventType: event.event_type, eventId: event.event_id };
      const ignored = house.state.ignored.length;
      house.message({ name: 'phoneChanged', payload });
      if (house.state.ignored.length > ignored) throw new Error('an event about a phone of the stay is attention');
    }
    const acsCredentialId = event['acs_credential_id'];
    if (typeof acsCredentialId !== 'string') continue;
    if (!house.state.keyring.keys.some((key) => key.acsCredentialId === acsCredentialId)) continue;
    const payload = { acsCredentialId, eventType: event.event_type, eventId: event.event_id };
    house.message({ name: 'credentialChanged', payload });
  }
  story.eventsSeen = events.length;
}

function decisions(story: Story): readonly GuestDecision[] {
  return judge(story.facts, story.house.policy, story.house.hotel.now());
}

function noteDesired(story: Story): void {
  const desired = new Set(decisions(story).flatMap((one) => one.rooms.map((room) => pair(one.guestId, room))));
  for (const one of desired) story.everDesired.add(one);
  story.steady = new Set([...story.steady].filter((one) => desired.has(one)));
}

/** Returns the rooms that the stay has, or is to have; the earlier stretch of a room first. */
function asksOf({ facts, house }: Story): readonly Ask[] {
  return outlook(facts, house.policy, house.hotel.now()).asks;
}

/** Notes rooms whose lease is over at `at`. Another stay may have them from then on, like a room that the stay releases. */
function noteOver(story: Story, at: number): void {
  const { releasedAfter, state } = story.house;
  for (const { room, to } of asksOf(story)) if (to <= at) releasedAfter.set(room, state.keyring.keys.length);
}

function pair(guestId: string, door: string): string {
  return `${guestId} at ${door}`;
}

/** Phones of the guest, except those that they lost. */
function devicesOf(house: House, guestId: string): readonly DeviceRecord[] {
  const userIdentityId = house.state.guests[guestId]?.userIdentityId;
  return userIdentityId === undefined ? [] : house.hotel.phones.list({ owner_user_identity_id: userIdentityId });
}

function tapWith(story: Story, guestId: string, door: string): boolean {
  const { hotel } = story.house;
  return devicesOf(story.house, guestId)
    .map((device) => hotel.tap({ deviceId: device.id }, hotel.door(door).id).opened)
    .includes(true);
}

/** Returns true if the phone would open the door at `at`; no lock changes its state. */
function wouldOpen(house: House, device: DeviceRecord, door: string, at: number): boolean {
  const lock = house.hotel.lock(house.hotel.door(door).id);
  return lock !== undefined && presentKeys(lock, keysNewestFirst(device.phone), at).opened;
}

// Invariants.

/**
 * Rules 2 and 4: no override while a key lives that could be joined. Exceptions: a re-key after a loss or a removal for cause, and a
 * room that the stay released since, because another stay may have had it. A key from before the newest override could not be joined, and
 * neither could one that ends soon because it joined a dead key.
 */
function holdOverride(story: Story, planned: KeyStep): void {
  if (planned.do !== 'override' || planned.keyId !== undefined) return;
  const { hotel, state } = story.house;
  if (planned.rooms.some((room) => isUnsafe(story, room))) return;
  const released = Math.max(0, ...planned.rooms.map((room) => story.house.releasedAfter.get(room) ?? 0));
  const joinable = state.keyring.keys.slice(released).find((key) => {
    const credential = hotel.world.credentials.get(key.acsCredentialId ?? '');
    const lives = credential !== undefined && isValid(credential) && credential.endsAt > hotel.now();
    const inTheWay = story.house.jobs.some((job) => job.key?.keyId === key.keyId && job.key.do === 'revoke');
    const trusted = key.state === 'live' && key.condemned === undefined && !inTheWay;
    const isNewest = planned.rooms.every((room) => key.generation >= newestOverrideOn(story, room));
    if (credential !== undefined && hangsOnDead(story, credential)) return false;
    return lives && trusted && isNewest && planned.rooms.every((room) => key.ask.rooms.includes(room));
  });
  if (joinable !== undefined) {
    throw new Error(`an override on ${planned.rooms.join('+')}, while ${joinable.keyId} lives and could be joined`);
  }
}

/** True where joiners end with their anchor, and the key joined a dead one, directly or through others. */
function hangsOnDead(story: Story, { joinedTo }: CredentialRecord): boolean {
  if (story.start.switches.joinersSurviveAnchorDeletion) return false;
  return joinedTo.some((id) => {
    const anchor = story.house.hotel.world.credentials.get(id);
    return anchor !== undefined && (!isValid(anchor) || hangsOnDead(story, anchor));
  });
}

/** True until an override has been issued since a key to the room was lost. */
function isUnsafe(story: Story, room: string): boolean {
  const since = story.unsafe.get(room);
  return since !== undefined && newestOverrideOn(story, room) <= since;
}

/** Generation of the newest override that was issued for the room; the lock may have seen it, and then refuses earlier keys. */
function newestOverrideOn({ house }: Story, room: string): number {
  const overrides = house.state.keyring.keys.filter(
    ({ ask, issuedAt }) => ask.kind === 'override' && issuedAt !== undefined,
  );
  return Math.max(0, ...overrides.filter(({ ask }) => ask.rooms.includes(room)).map(({ generation }) => generation));
}

/** Rule 3: no guest who should open a door, and does, stops opening it, other than in a re-key, a swap, or after a loss. */
function holdDoors(story: Story, act: () => unknown): void {
  const { house } = story;
  const now = house.hotel.now();
  const asks = asksOf(story);
  const before = decisions(story).flatMap((one) =>
    one.rooms
      .filter((room) => story.steady.has(pair(one.guestId, room)) && !story.struck.has(one.guestId))
      .map((room) => ({ guestId: one.guestId, room, at: Math.max(now, one.from) }))
      .filter(({ at }) => at < endOfLeases(asks, one)),
  );
  const devices = (guestId: string) => devicesOf(house, guestId).filter((one) => one.phone.connection === 'online');
  const couldOpen = before.filter((one) =>
    devices(one.guestId).some((device) => wouldOpen(house, device, one.room, one.at)),
  );
  act();
  for (const { guestId, room, at } of couldOpen) {
    if (devices(guestId).some((device) => wouldOpen(house, device, room, at))) continue;
    const { keys } = house.state.keyring;
    const own = keys.filter((key) => key.guestId === guestId);
    const swaps =
      story.start.switches.newKeyReplacesUsersEarlier &&
      own.some((key) => key.state === 'issuing' || house.jobs.some((job) => job.key?.keyId === key.keyId));
    const newest = Math.max(0, ...own.filter((key) => key.state === 'live').map((key) => key.generation));
    const rekeyed = keys.some(
      (key) => key.ask.kind === 'override' && key.ask.rooms.includes(room) && key.generation > newest,
    );
    const anchorEnded = !story.start.switches.joinersSurviveAnchorDeletion;
    // The guest's next key, with a later start, was confirmed, and this key was ending, before the earlier start was desired again.
    const overtaken = own.some(
      (key) => key.state === 'live' && key.ask.rooms.includes(room) && Date.parse(key.ask.window.from) > at,
    );
    if (!swaps && !rekeyed && !anchorEnded && !overtaken)
      throw new Error(`${guestId} no longer opens ${room}, and should`);
  }
}

/**
 * Checks a quiet point: exactly the desired guests open exactly the desired doors, inside their windows.
 *
 * The end of an anchor may end its joiners, too (not the default answer, but not excluded). A guest may then be without a key for a
 * while, or until a person helps: the state cannot be distinguished from a desk card. What must not open still must not.
 */
function holdQuiet(story: Story): void {
  const { house } = story;
  if (!house.view().settled) throw new Error('the stay is quiet, but does not call itself settled');
  const all = decisions(story);
  holdOneKeyEach(story, all);
  for (const round of [1, 2]) {
    const order = round === 1 ? all : all.toReversed();
    for (const one of order) holdGuest(story, one, all);
  }
  holdLostDevices(story);
  story.struck.clear();
  story.steady = new Set(all.flatMap((one) => one.rooms.map((room) => pair(one.guestId, room))));
}

function holdOneKeyEach({ house, start }: Story, all: readonly GuestDecision[]): void {
  // If the end of an anchor ends its joiners, an earlier key may have to stay beside the one that joined it.
  if (!start.switches.joinersSurviveAnchorDeletion) return;
  const { world } = house.hotel;
  for (const guestId of GUESTS) {
    const acsUserId = house.state.guests[guestId]?.acsUserId;
    const held = [...world.credentials.values()].filter(
      (one) => one.userId === acsUserId && isValid(one) && one.endsAt > world.clock.now(),
    );
    if (acsUserId === undefined || held.length <= 1) continue;
    const decision = all.find((one) => one.guestId === guestId);
    if (decision === undefined || !isEachNeeded(house, decision)) {
      throw new Error(`${guestId} holds ${held.length} live keys`);
    }
  }
}

/**
 * True while a hold forbids the one key to all of the guest's rooms, and each key that they hold opens a desired room that no other
 * does: to end one of them would lock the guest out of a room that they should open.
 */
function isEachNeeded(house: House, { guestId, rooms, granted }: GuestDecision): boolean {
  const keys = keysOf(house.state.keyring, guestId).filter((key) => key.state === 'live');
  const opensAlone = (key: Key, room: string): boolean =>
    key.ask.rooms.includes(room) && !keys.some((other) => other !== key && other.ask.rooms.includes(room));
  return !granted && keys.every((key) => rooms.some((room) => opensAlone(key, room)));
}

function isReady(story: Story, one: GuestDecision): boolean {
  return one.rooms.length > 0 && one.granted && hasPhone(story.house, one.guestId);
}

/** Rule 1: of the guests who share rooms, one must hold all of these rooms; otherwise a person has to decide. */
function canBeServed(story: Story, one: GuestDecision, all: readonly GuestDecision[]): boolean {
  const group = new Set([one]);
  for (const inGroup of group) {
    const others = all.filter((other) => other.rooms.some((room) => inGroup.rooms.includes(room)));
    for (const other of others) if (isReady(story, other) || holdsAKey(story, other)) group.add(other);
  }
  return [...group].some(
    (widest) =>
      isReady(story, widest) && [...group].every((other) => other.rooms.every((room) => widest.rooms.includes(room))),
  );
}

function holdsAKey({ house }: Story, one: GuestDecision): boolean {
  return house.state.keyring.keys.some((key) => key.guestId === one.guestId && key.state !== 'dead');
}

function holdGuest(story: Story, one: GuestDecision, all: readonly GuestDecision[]): void {
  const { house } = story;
  const { guestId } = one;
  const now = house.hotel.now();
  const devices = devicesOf(house, guestId);
  if (devices.some((device) => device.phone.connection === 'offline')) return;
  const open = (door: string, at: number): boolean =>
    devices
      .map((device) => house.hotel.tap({ deviceId: device.id }, house.hotel.door(door).id, at).opened)
      .includes(true);
  if (one.rooms.length === 0) {
    const wrong = DOORS.find((door) => [now, ...instants()].some((at) => at >= now && open(door, at)));
    if (wrong !== undefined) throw new Error(`${guestId} should open nothing, and opens ${wrong}`);
    return;
  }
  if (!isReady(story, one)) {
    const wrong = ROOMS.find((room) => open(room, now) && !story.everDesired.has(pair(guestId, room)));
    if (wrong !== undefined) throw new Error(`${guestId} was never to open ${wrong}, and does`);
    return;
  }
  if (!canBeServed(story, one, all)) return;
  const desired = [...one.rooms, ...COMMON_DOORS, LIFT];
  const to = endOfLeases(asksOf(story), one);
  // The stay leaves these rooms before the guest's window begins: no key to them is due.
  if (to <= one.from) return;
  for (const door of DOORS) {
    const should = desired.includes(door);
    for (const at of [Math.max(now, one.from), to - 1]) {
      if (open(door, at) === should || (should && !story.start.switches.joinersSurviveAnchorDeletion)) continue;
      throw new Error(
        `at ${new Date(at).toISOString()} ${guestId} ${should ? 'should open' : 'should not open'} ${door}`,
      );
    }
    const outside = [one.from - 1, to].find((at) => at >= now && open(door, at));
    // If the end of an anchor ends its joiners, a dead anchor stays on the phone: its removal would end the key that joined it.
    if (outside !== undefined && story.start.switches.joinersSurviveAnchorDeletion)
      throw new Error(`${guestId} opens ${door} outside their window, at ${new Date(outside).toISOString()}`);
  }
}

/** End of a key: that of the first lease among its rooms, when the stay moves out of one of them; 0 if it has moved out before it begins. */
function endOfLeases(asks: readonly Ask[], { rooms, to }: GuestDecision): number {
  return rooms.reduce((first, room) => Math.min(first, asks.find((ask) => ask.room === room)?.to ?? 0), to);
}

function instants(): readonly number[] {
  return [...STARTS, ...ENDS].flatMap((at) => [Date.parse(at), Date.parse(at) - 1]);
}

/** A lost phone that is online opens nothing. */
function holdLostDevices({ house, lostDevices }: Story): void {
  const now = house.hotel.now();
  for (const device of [...lostDevices].flatMap((id) => house.hotel.world.devices.get(id) ?? [])) {
    if (device.phone.connection === 'offline') continue;
    const wrong = DOORS.find((door) =>
      [now, ...instants()].some((at) => at >= now && wouldOpen(house, device, door, at)),
    );
    if (wrong !== undefined) throw new Error(`a lost phone opens ${wrong}`);
  }
}
