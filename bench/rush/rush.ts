/**
 * A morning rush: hundreds of parties check in at once, at the rate of calls that Seam allows. Beside it stands the time that the rate alone
 * dictates for the calls that are needed. The stays are prepared before: doors, guests and phones are known.
 */
import type { EChartsOption } from 'echarts';
import type { BookedStay } from '../../test/harness/booked-stay.js';
import { inTurns } from '../../test/harness/in-turns.js';
import { openRealWorld, type RealWorld } from '../../test/harness/real-world.js';
import { waitUntil } from '../../test/harness/wait-until.js';
import { everyoneHasKeys, fromTomorrow, partyOf } from '../parties.js';
import type { Section } from '../report/section.js';
import { format, inSeconds, spreadOf, type Spread } from '../report/spread.js';

const CALLS_PER_SECOND = 50;
const GUESTS = 2;
/** Create and confirm the key of each guest. */
const CALLS_NEEDED = 2 * GUESTS;
const MOST_OF_LIMIT = 1.1;
/** Most that a guest of a small property may wait, as a share of the wait at a large one. */
const MOST_OF_LARGE = 1;
/** Stays that this process books or looks at, at a time. */
const LANES = { atOnce: 20 };
const PATIENCE = { timeout: 900_000, interval: 250 };

interface Setting {
  readonly stays: number;
  readonly rounds: number;
}

const FULL: Setting = { stays: 300, rounds: 5 };
const QUICK: Setting = { stays: 100, rounds: 1 };

/** Ten properties: most stays are at the large ones. */
const SMALL = ['small-1', 'small-2', 'small-3', 'small-4', 'small-5'];
const LARGE = ['large-1', 'large-2', 'large-3', 'large-4', 'large-5'];
/** One of so many stays is at a small property. */
const SMALL_ONE_IN = 10;

/** One rush. Times in milliseconds since its first check-in. */
interface Rush {
  readonly calls: number;
  /** Time at which the last guest of all had a key on the phone. */
  readonly overMs: number;
  /** The same for each stay, by its property. */
  readonly stays: readonly { readonly propertyId: string; readonly ms: number }[];
}

/** Measures rushes at one property and at ten, and returns the section of the report. */
export async function measureRush({ quick }: { readonly quick: boolean }): Promise<Section> {
  const { stays, rounds } = quick ? QUICK : FULL;
  const properties = Object.fromEntries([...SMALL, ...LARGE].map((id) => [id, {}]));
  // A room of its own for each stay of both kinds of rush.
  const world = await openRealWorld({ rooms: 2 * stays * rounds, properties, seamTimeoutMs: 10_000 });
  const one: Rush[] = [];
  const ten: Rush[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      one.push(await rush(world, stays, () => world.simulator.property.propertyId));
      ten.push(await rush(world, stays, propertyOf));
      process.stderr.write(`rush: ${[one, ten].map((all) => describeLast(all)).join(', ')}\n`);
    }
  } finally {
    await world.stop();
  }
  return sectionOf(one, ten, stays);
}

function propertyOf(index: number): string {
  const chosen = index % SMALL_ONE_IN === 0 ? SMALL : LARGE;
  return chosen[Math.floor(index / SMALL_ONE_IN) % chosen.length] ?? '';
}

let rushes = 0;

async function rush(world: RealWorld, count: number, propertyAt: (index: number) => string): Promise<Rush> {
  const prefix = `rush-${rushes++}`;
  const stays: BookedStay[] = [];
  await inTurns(Array(count).keys(), LANES, async (index) => {
    const booking = { propertyId: propertyAt(index), ...fromTomorrow(), guests: partyOf(GUESTS) };
    stays[index] = await world.book(`${prefix}-${index}`, booking);
  });
  await inTurns(stays, LANES, (stay) => waitUntil(async () => (await stay.view()).settled, PATIENCE));

  const { hotel } = world.simulator;
  const seen = hotel.journal().length;
  const callsBefore = world.calls();
  const startedAt = hotel.now();
  await inTurns(stays, LANES, (stay) => stay.signal('checkIn', {}));
  const arrived = (): readonly { readonly stay: string; readonly ms: number }[] =>
    hotel
      .journal()
      .slice(seen)
      .flatMap((entry) =>
        entry.what === 'key-on-phone'
          ? [{ stay: stayOf(world, String(entry['device_id'])), ms: Date.parse(entry.at) - startedAt }]
          : [],
      );
  await waitUntil(() => arrived().length >= count * GUESTS, PATIENCE);
  await inTurns(stays, LANES, (stay) => waitUntil(async () => everyoneHasKeys(await stay.view()), PATIENCE));
  const last = new Map(arrived().map(({ stay, ms }) => [stay, ms]));
  return {
    calls: world.calls() - callsBefore,
    overMs: Math.max(...last.values()),
    stays: stays.map(({ name: { propertyId, reservationId } }) => ({
      propertyId,
      ms: last.get(`${propertyId}/${reservationId}`) ?? Number.NaN,
    })),
  };
}

/** Returns the stay of a phone's owner, by the key of their identity: property, reservation and guest. */
function stayOf({ simulator: { hotel } }: RealWorld, deviceId: string): string {
  const identityId = hotel.world.devices.get(deviceId)?.identityId ?? '';
  const key = hotel.world.identities.get(identityId)?.key ?? '';
  return key.split('/').slice(0, 2).join('/');
}

function limitMs(stays: number): number {
  return ((stays * CALLS_NEEDED) / CALLS_PER_SECOND) * 1_000;
}

function ofLimit({ overMs, stays }: Rush): number {
  return overMs / limitMs(stays.length);
}

function describeLast(all: readonly Rush[]): string {
  return `${all.map(ofLimit).at(-1)?.toFixed(2)} of the limit`;
}

/** Returns the time within which 95 of 100 stays at these properties had all their keys. */
function p95({ stays }: Rush, properties: readonly string[]): number {
  const times = stays
    .filter(({ propertyId }) => properties.includes(propertyId))
    .map(({ ms }) => ms)
    .toSorted((a, b) => a - b);
  return times[Math.ceil(times.length * 0.95) - 1] ?? Number.NaN;
}

function sectionOf(one: readonly Rush[], ten: readonly Rush[], stays: number): Section {
  const overLimit = { one: spreadOf(one.map(ofLimit)), ten: spreadOf(ten.map(ofLimit)) };
  const small = spreadOf(ten.map((rush) => p95(rush, SMALL)));
  const large = spreadOf(ten.map((rush) => p95(rush, LARGE)));
  const ofLarge = spreadOf(ten.map((rush) => p95(rush, SMALL) / p95(rush, LARGE)));
  const callsOf = (all: readonly Rush[]): Spread => spreadOf(all.map(({ calls }) => calls / stays));
  const row = (what: string, all: readonly Rush[], share: Spread): string =>
    `| ${what} | ${format(inSeconds(spreadOf(all.map(({ overMs }) => overMs))), 1)} | ${(limitMs(stays) / 1_000).toFixed(1)} | ${format(share)} | ${format(callsOf(all), 1)} |`;
  return {
    name: 'rush',
    title: 'A morning rush',
    text: `${stays} parties of ${GUESTS} guests check in at once. One worker sends at most ${CALLS_PER_SECOND} calls a second to the access system, its
default. The time ends when the last guest has the key on the phone. The limit is what the rate alone dictates for
${CALLS_NEEDED} calls a stay: create and confirm each key.

| | all keys on phones, s | limit, s | multiple of the limit | calls a stay |
| --- | --- | --- | --- | --- |
${row('one property', one, overLimit.one)}
${row('ten properties', ten, overLimit.ten)}

Of the ten properties, which share the access system here, five have one stay in ten. 95 of 100 stays at a small property
had all their keys within ${format(inSeconds(small), 1)} s, at a large one within ${format(inSeconds(large), 1)} s.`,
    goals: [
      { what: 'one property: multiple of the limit', kind: 'at-most', bound: MOST_OF_LIMIT, reached: overLimit.one },
      { what: 'ten properties: multiple of the limit', kind: 'at-most', bound: MOST_OF_LIMIT, reached: overLimit.ten },
      {
        what: 'p95 of a small property, share of a large one',
        kind: 'at-most',
        bound: MOST_OF_LARGE,
        reached: ofLarge,
      },
    ],
    chart: chartOf(one, stays),
  };
}

/** Draws the share of stays that have all their keys, over time, in the last rush at one property. */
function chartOf(one: readonly Rush[], stays: number): EChartsOption {
  const times = (one.at(-1)?.stays ?? []).map(({ ms }) => ms / 1_000).toSorted((a, b) => a - b);
  const limit = limitMs(stays) / 1_000;
  return {
    title: { text: `Stays with all keys on phones, of ${stays}`, left: 'center' },
    legend: { bottom: 0 },
    xAxis: { type: 'value', name: 's', min: 0 },
    yAxis: { type: 'value' },
    series: [
      { type: 'line', name: 'Stayline', showSymbol: false, data: times.map((s, index) => [s, index + 1]) },
      {
        type: 'line',
        name: 'limit',
        showSymbol: false,
        data: [
          [0, 0],
          [limit, stays],
        ],
      },
    ],
  };
}
