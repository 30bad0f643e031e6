/**
 * A hotel's month on the time-skipping server. The front desk acts hour by hour. Several times a day, guests' phones are held to doors and
 * Seam's records are checked. The hotel's register (`register.ts`) decides what doors should do, not the product.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Temporal } from '@js-temporal/polyfill';
import PQueue from 'p-queue';
import { roomWorkflowId, stayWorkflowId } from '../../../src/client.js';
import { grpcErrorIn } from '../../../src/temporal/grpc-errors.js';
import { openStayWorld, PROPERTY_ID, type StayWorld } from '../../harness/stay-world.js';
import { waitUntil } from '../../harness/wait-until.js';
import { chanceOf } from './chance.js';
import { drawDemand } from './demand.js';
import { openFrontDesk, type HourAtDesk, type LostPhone, type News } from './front-desk.js';
import { inspect, problemsAtTheEnd } from './inspection.js';
import { identityKey, nameOf, snapshotOf, type GuestEntry, type Reservation } from './register.js';

export interface MonthOptions {
  readonly seed: number;
  readonly rooms: number;
  readonly days: number;
}

export interface MonthReport {
  /** Everything that was not as it should be. */
  readonly problems: readonly string[];
  readonly reservations: number;
  /** Actions of the front desk, by kind. */
  readonly desk: Readonly<Record<string, number>>;
  readonly keys: { readonly overrides: number; readonly joiners: number; readonly ended: number };
  /** Number of stays with each kind of attention, among the views that were read. */
  readonly attention: Readonly<Record<string, number>>;
  /** Events in the history of a stay, and of a room. */
  readonly history: Readonly<
    Record<'stay' | 'room', { readonly least: number; readonly median: number; readonly most: number }>
  >;
  readonly taps: number;
  readonly seconds: number;
}

const TIME_ZONE = 'Europe/Berlin';
/**
 * Minutes past the hour at which the front desk acts; by then, the stays' own hourly work is done. This server stands still once an
 * activity is cancelled between two attempts, or at its end.
 */
const PAST_THE_HOUR = 10;
/** Hours at which something may happen at the front desk, or is inspected. Nights are quiet. */
const HOURS = [3, ...Array.from({ length: 16 }, (_, index) => index + 7)];
/** Hours of inspection. At ten, most departing guests have left, and their keys would open for another hour. */
const INSPECTED_AT = [3, 10, 13, 21];
const MINUTE = 60_000;
/** Number of messages that the booking system sends at once. */
const AT_ONCE = 12;
const PATIENCE_MS = 120_000;
/** Time in which something happens at the hotel, or time is skipped. */
const STANDSTILL_MS = 240_000;

export async function runMonth({ seed, rooms, days }: MonthOptions): Promise<MonthReport> {
  const began = performance.now();
  const chance = chanceOf(seed);
  const world = await openStayWorld({ memoryMs: 60_000 });
  try {
    const demand = drawDemand(chance, world.freeRooms(rooms), days);
    const desk = openFrontDesk(chance, demand);
    const first = Temporal.Instant.fromEpochMilliseconds(await world.now())
      .toZonedDateTimeISO(TIME_ZONE)
      .toPlainDate()
      .add({ days: 1 });
    const dateOf = (day: number): string => first.add({ days: day }).toString();
    const timeOf = (day: number, hour: number): number =>
      first.add({ days: day }).toZonedDateTime({ timeZone: TIME_ZONE, plainTime: { hour, minute: PAST_THE_HOUR } })
        .epochMilliseconds;

    const problems: string[] = [];
    const attention = new Map<string, Set<string>>();
    let taps = 0;
    for (let day = 0; demand.reservations.some(isOpen); day += 1) {
      for (const hour of HOURS) {
        await passUntil(world, timeOf(day, hour));
        await carryOut(world, desk.hour(day, hour), dateOf);
        if (!INSPECTED_AT.includes(hour)) continue;
        const found = await inspect({ world, chance, reservations: demand.reservations, day });
        taps += found.taps;
        problems.push(...found.problems.map((problem) => `day ${day}, ${hour} h: ${problem}`));
        for (const { id, code } of found.attention) attention.set(code, (attention.get(code) ?? new Set()).add(id));
      }
    }
    // Covers the last closing grace, and some time to close.
    await pass(world, 30 * 60 * MINUTE);
    problems.push(...(await problemsAtTheEnd(world, demand.reservations)));
    const reported = demand.reservations.filter((one) => one.revision > 0);
    const claimed = [...new Set(reported.filter((one) => one.assigned).map((one) => one.room))];
    return {
      problems,
      reservations: reported.length,
      desk: desk.counts,
      keys: keysOf(world),
      attention: Object.fromEntries([...attention].map(([code, ids]) => [code, ids.size])),
      history: {
        stay: await lengthsOf(
          world,
          reported.map((one) => stayWorkflowId(nameOf(one.id))),
        ),
        room: await lengthsOf(
          world,
          claimed.map((room) => roomWorkflowId({ propertyId: PROPERTY_ID, room })),
        ),
      },
      taps,
      seconds: Math.round((performance.now() - began) / 1_000),
    };
  } finally {
    await world.stop();
  }
}

const isOpen = (one: Reservation): boolean => one.standing === 'booked' || one.standing === 'in-house';

/** Skips time. @throws Error if the server no longer skips time, and nothing happens at the hotel either */
async function pass(world: StayWorld, ms: number): Promise<void> {
  const given = new AbortController();
  const standstill = untilStandstill(world, given.signal);
  try {
    await Promise.race([world.pass(ms), standstill]);
  } finally {
    given.abort();
    await standstill.catch(() => undefined);
  }
}

/** A busy machine makes an hour long, so only a hotel in which nothing happens meanwhile stands still. */
async function untilStandstill({ simulator: { hotel } }: StayWorld, signal: AbortSignal): Promise<never> {
  const progress = (): string => `${hotel.now()} ${hotel.journal().length}`;
  for (let before = ''; ;) {
    const seen = progress();
    if (seen === before) throw new Error(`Time stands still at ${new Date(hotel.now()).toISOString()}`);
    before = seen;
    await delay(STANDSTILL_MS, undefined, { signal });
  }
}

async function passUntil(world: StayWorld, at: number): Promise<void> {
  const left = at - (await world.now());
  if (left > 0) await pass(world, left);
}

/** Sends all messages of an hour, and enrols or replaces the guests' phones. */
async function carryOut(
  world: StayWorld,
  { reported, lostPhones, enrolling }: HourAtDesk,
  dateOf: (day: number) => string,
): Promise<void> {
  for (let left = reported; left.length > 0;) {
    const next = left.filter(
      (news, index) => left.findIndex((other) => other.reservation === news.reservation) === index,
    );
    left = left.filter((news) => !next.includes(news));
    const queue = new PQueue({ concurrency: AT_ONCE });
    await Promise.all(next.map((news) => queue.add(() => runPlot(world, news, dateOf))));
    for (const { reservation } of next.filter((news) => isOpen(news.reservation))) {
      const inTime = reservation.guests.filter((guest) => guest.phone === 'in-time');
      await Promise.all(inTime.map((guest) => enrol(world, reservation, guest)));
    }
    if (left.length > 0) await pass(world, MINUTE);
  }
  for (const lost of lostPhones) await replacePhone(world, lost);
  await pass(world, MINUTE);
  for (const { reservation, guest } of enrolling) await enrol(world, reservation, guest);
  await pass(world, 9 * MINUTE);
}

/** Gives the guest another phone as soon as the lost one is out of service. */
async function replacePhone(world: StayWorld, { reservation, guest, mode }: LostPhone): Promise<void> {
  const { hotel } = world.simulator;
  const { id } = hotel.identities.find({ user_identity_key: identityKey(reservation, guest) });
  const phone = hotel.phones.list({ owner_user_identity_id: id }).at(-1);
  if (phone === undefined) throw new Error(`${reservation.id} ${guest.guestId} has no phone to lose`);
  const named = mode === 'convenient' ? { deviceId: phone.id } : {};
  await world.client.signal(nameOf(reservation.id), 'replaceKey', { guestId: guest.guestId, mode, ...named });
  await soon(`the phone of ${reservation.id} is out of service`, () => phone.presence === 'gone' || undefined);
  guest.enrolled = false;
  await enrol(world, reservation, guest);
}

async function runPlot(
  world: StayWorld,
  { reservation, butStill }: News,
  dateOf: (day: number) => string,
): Promise<void> {
  reservation.revision += 1;
  const snapshot = snapshotOf({ ...reservation, ...butStill }, dateOf);
  await waitUntil(
    async () => {
      try {
        return await world.client.applyReservation(snapshot);
      } catch (error) {
        if (grpcErrorIn(error)?.code !== UNKNOWN) throw error;
        return undefined;
      }
    },
    { timeout: PATIENCE_MS },
  );
}

/** gRPC's code for an exception in the test server: it has one where an update takes longer than ten seconds. */
const UNKNOWN = 2;

/** Gives the guest a phone that can hold a key, as soon as they are registered at Seam. */
async function enrol(world: StayWorld, reservation: Reservation, guest: GuestEntry): Promise<void> {
  if (guest.enrolled || guest.left) return;
  const { hotel } = world.simulator;
  const key = identityKey(reservation, guest);
  hotel.phones.add(await soon(`Seam knows ${key}`, () => hotel.world.identityIdBy.key.get(key)));
  guest.enrolled = true;
}

/** Waits, without time passing in the hotel. @throws Error on a timeout */
async function soon<Found>(what: string, look: () => Found | undefined): Promise<Found> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`It never came that ${what}`);
    await delay(2);
  }
}

function keysOf({ simulator }: StayWorld): MonthReport['keys'] {
  const made = [...simulator.hotel.world.credentials.values()];
  return {
    overrides: made.filter((key) => key.joining === 'override').length,
    joiners: made.filter((key) => key.joining === 'joiner').length,
    ended: made.filter((key) => key.deletingSince !== null).length,
  };
}

async function lengthsOf(
  { temporal }: StayWorld,
  workflowIds: readonly string[],
): Promise<{ readonly least: number; readonly median: number; readonly most: number }> {
  const lengths: number[] = [];
  for (const workflowId of workflowIds) {
    const { historyLength } = await temporal.workflow.getHandle(workflowId).describe();
    lengths.push(historyLength);
  }
  lengths.sort((a, b) => a - b);
  const at = (share: number): number => lengths[Math.floor((lengths.length - 1) * share)] ?? 0;
  return { least: at(0), median: at(0.5), most: at(1) };
}
