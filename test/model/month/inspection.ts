/** Inspection of the hotel: phones at doors, keys in Seam's records, stays in Temporal. */
import proto from '@temporalio/proto';
import { stayWorkflowId } from '../../../src/client.js';
import type { IdentityRecord } from '../../../src/simulator/hotel/records.js';
import type { TapResult } from '../../../src/simulator/hotel/taps.js';
import type { StayWorld } from '../../harness/stay-world.js';
import type { Chance } from './chance.js';
import { holdersOf, identityKey, nameOf, type GuestEntry, type Reservation } from './register.js';

export interface Round {
  readonly world: StayWorld;
  readonly chance: Chance;
  readonly reservations: readonly Reservation[];
  readonly day: number;
}

export interface Findings {
  readonly problems: readonly string[];
  readonly attention: readonly { readonly id: string; readonly code: string }[];
  readonly taps: number;
}

const ROOMS_TRIED = 40;
const STRANGERS_TRIED = 3;
const VIEWS_READ = 40;

/**
 * Checks a sample of rooms and phones, and the keys. Every guest in house gets in, and no one else's phone opens a room. No two stays hold
 * keys to one room for the same time.
 */
export async function inspect({ world, chance, reservations, day }: Round): Promise<Findings> {
  const inHouse = reservations.filter((one) => one.standing === 'in-house');
  const tried = chance.sample(inHouse, ROOMS_TRIED);
  const problems: string[] = [];
  let taps = 0;
  const now = Math.max(await world.now(), world.simulator.hotel.now());
  const tap = (reservation: Reservation, guest: GuestEntry, door: string): TapResult['reason'] => {
    taps += 1;
    return tapAt(world, now, reservation, guest, door);
  };

  for (const one of tried) {
    for (const guest of holdersOf(one)) {
      for (const door of [one.room, 'Main Entrance']) {
        const reason = tap(one, guest, door);
        if (reason !== 'opened') problems.push(`${one.id} ${guest.guestId} stands before ${door}: ${reason}`);
      }
    }
  }
  for (const one of tried) {
    const isFellow = (other: Reservation): boolean =>
      other.room === one.room &&
      (other.standing === 'in-house' || (other.standing === 'booked' && other.arrival <= day));
    const strangers = reservations
      .filter((other) => other.revision > 0)
      .flatMap((other) => other.guests.map((guest) => ({ other, guest })))
      .filter(({ other, guest }) => guest.left || !isFellow(other));
    const latest = strangers.filter(({ other }) => other.room === one.room).slice(-2);
    for (const { other, guest } of [...latest, ...chance.sample(strangers, STRANGERS_TRIED)]) {
      const reason = tap(other, guest, one.room);
      if (OPENS.has(reason))
        problems.push(`${other.id} ${guest.guestId} opens ${one.room}, the room of ${one.id}: ${reason}`);
    }
  }
  const isGone = (one: Reservation): boolean =>
    one.standing === 'departed' || one.standing === 'cancelled' || one.standing === 'no-show';
  const lately = reservations.filter((one) => one.revision > 0 && one.departure >= day);
  for (const one of chance.sample(
    lately.filter((each) => isGone(each) || each.formerRoom !== undefined),
    ROOMS_TRIED,
  )) {
    const rooms = [...(isGone(one) ? [one.room] : []), ...(one.formerRoom === undefined ? [] : [one.formerRoom])];
    for (const guest of one.guests) {
      for (const room of rooms) {
        const reason = tap(one, guest, room);
        if (OPENS.has(reason))
          problems.push(`${one.id} ${guest.guestId} opens ${room}, where he is no longer: ${reason}`);
      }
    }
  }
  problems.push(...problemsOfKeys(world, reservations));

  const looked = await Promise.all(
    chance.sample(inHouse, VIEWS_READ).map(async ({ id }) => ({ id, view: await world.client.view(nameOf(id)) })),
  );
  const attention = looked.flatMap(({ id, view }) => view.attention.map(({ code }) => ({ id, code })));
  return { problems, attention, taps };
}

const OPENS: ReadonlySet<string> = new Set(['opened', 'phone-offline-key']);

function tapAt(
  world: StayWorld,
  at: number,
  reservation: Reservation,
  guest: GuestEntry,
  door: string,
): TapResult['reason'] {
  const { hotel } = world.simulator;
  const id = hotel.world.identityIdBy.key.get(identityKey(reservation, guest));
  return id === undefined ? 'no-key' : hotel.tap({ userIdentityId: id }, hotel.door(door).id, at).reason;
}

/**
 * Checks Seam's records. No two stays have keys to one room at the same time. Each guest of a stay has one key, and all keys of the stay
 * are of one generation.
 */
function problemsOfKeys({ simulator: { hotel } }: StayWorld, reservations: readonly Reservation[]): string[] {
  const { world } = hotel;
  const stayOf = new Map<string, string>();
  for (const one of reservations) {
    for (const guest of one.guests) stayOf.set(identityKey(one, guest), one.shareGroup ?? one.id);
  }
  const stayOfUser = (userId: string | null): string | undefined => {
    const identityId = userId === null ? undefined : world.users.get(userId)?.identityId;
    const identity: IdentityRecord | undefined = identityId == null ? undefined : world.identities.get(identityId);
    return identity?.key == null ? undefined : stayOf.get(identity.key);
  };
  const problems: string[] = [];
  for (const door of world.doors.values()) {
    if (door.category !== 'guest') continue;
    const keys = [...(world.credentialIdsByDoor.get(door.id) ?? [])]
      .map((id) => world.credentials.get(id))
      .filter((key) => key?.life === 'live' && key.endsAt > hotel.now());
    for (const [index, a] of keys.entries()) {
      for (const b of keys.slice(index + 1)) {
        if (a === undefined || b === undefined || a.startsAt >= b.endsAt || b.startsAt >= a.endsAt) continue;
        const [one, other] = [stayOfUser(a.userId), stayOfUser(b.userId)];
        if (one !== other)
          problems.push(`${one ?? 'no stay'} and ${other ?? 'no stay'} both hold keys to ${door.name}`);
        else if (a.userId === b.userId) problems.push(`a guest of ${one ?? 'no stay'} holds two keys to ${door.name}`);
        else if (a.generation !== b.generation)
          problems.push(`${one ?? 'no stay'} holds keys of two generations to ${door.name}`);
      }
    }
  }
  return [...new Set(problems)];
}

/** Number of last events printed for a stay that has not ended: enough to see its last step. */
const LAST_EVENTS = 15;

function inWords(events: readonly proto.temporal.api.history.v1.IHistoryEvent[]): string {
  return events
    .map(({ eventType, activityTaskScheduledEventAttributes: scheduled }) =>
      [proto.temporal.api.enums.v1.EventType[eventType ?? 0], scheduled?.activityType?.name].filter(Boolean).join(' '),
    )
    .join(', ');
}

/** Checks that every stay has ended, and that no guest holds a key. */
export async function problemsAtTheEnd(world: StayWorld, reservations: readonly Reservation[]): Promise<string[]> {
  const problems: string[] = [];
  for (const one of reservations.filter((each) => each.revision > 0)) {
    const handle = world.temporal.workflow.getHandle(stayWorkflowId(nameOf(one.id)));
    const { status } = await handle.describe();
    if (status.name === 'COMPLETED') continue;
    const { events } = await handle.fetchHistory();
    problems.push(
      `stay ${one.id} (${one.standing}) is ${status.name}, after ${inWords(events?.slice(-LAST_EVENTS) ?? [])}`,
    );
  }
  const { hotel } = world.simulator;
  const living = [...hotel.world.credentials.values()].filter((key) => key.life !== 'gone' && key.endsAt > hotel.now());
  if (living.length > 0) problems.push(`${living.length} keys are alive at Seam`);
  return problems;
}
