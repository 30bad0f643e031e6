/**
 * Stays per second in a closed loop: a guest in house is booked, and the next one as soon as the key of the one before is confirmed. Beside
 * it, floor workflows do what the histories of such a stay and its room say, and are asked as often.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { roomWorkflowId } from '../../src/domain/model/ids.js';
import { everyoneHasKeys } from '../parties.js';
import type { Section } from '../report/section.js';
import { format, spreadOf, type Spread } from '../report/spread.js';
import { shareOf, takeTurns } from '../report/turns.js';
import { enrolParty, livesOf, openSides, recorded, startFloor, type Lives, type Sides } from './sides.js';

const LOOK_EVERY_MS = 25;
/** More stays than one machine of today books in a second. */
const MOST_A_SECOND = 12;

interface Setting {
  readonly seconds: number;
  readonly rounds: number;
  readonly atOnce: readonly number[];
}

const FULL: Setting = { seconds: 15, rounds: 5, atOnce: [1, 20] };
const QUICK: Setting = { seconds: 5, rounds: 1, atOnce: [20] };

interface Measured {
  readonly atOnce: number;
  readonly stay: Spread;
  readonly floor: Spread;
  readonly share: Spread;
}

/** Measures both sides in turns, and returns the section of the report. It has no goal: the time of a key is the provider's. */
export async function measureThroughput({ quick }: { readonly quick: boolean }): Promise<Section> {
  const { seconds, rounds, atOnce } = quick ? QUICK : FULL;
  const sides = await openSides(MOST_A_SECOND * seconds * (rounds + 1) * atOnce.length);
  const all: Measured[] = [];
  try {
    const lives = await recordOne(sides);
    for (const lanes of atOnce) {
      const side = {
        ours: () => closedLoop({ lanes, seconds }, () => bookStay(sides)),
        beside: () => closedLoop({ lanes, seconds }, () => followStay(sides, lives)),
      };
      // Both sides are warm before the first round.
      await side.ours();
      await side.beside();
      const rates = await takeTurns(rounds, side);
      const share = shareOf(rates);
      all.push({ atOnce: lanes, stay: spreadOf(rates.ours), floor: spreadOf(rates.beside), share });
      process.stderr.write(`${lanes} stays at once: ${format(share)} of the floor's rate\n`);
    }
  } finally {
    await sides.stop();
  }
  const rows = all.map(
    ({ atOnce: lanes, stay, floor, share }) => `| ${lanes} | ${format(stay)} | ${format(floor)} | ${format(share)} |`,
  );
  return {
    name: 'throughput',
    title: 'Stays per second',
    text: `A guest in house is booked, and the next one as soon as the key of the one before is confirmed. The floor does what the histories
of such a stay and its room say, and decides nothing. Each side is asked every ${LOOK_EVERY_MS} ms whether it is done.

| at once | stays a second | floor | share |
| --- | --- | --- | --- |
${rows.join('\n')}`,
    goals: [],
  };
}

/** Returns how many times a second `act` ends, with so many at a time. */
async function closedLoop(
  { lanes, seconds }: { readonly lanes: number; readonly seconds: number },
  act: () => Promise<unknown>,
): Promise<number> {
  const startedAt = performance.now();
  const until = startedAt + seconds * 1_000;
  let done = 0;
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (performance.now() < until) {
        await act();
        done += 1;
      }
    }),
  );
  return done / ((performance.now() - startedAt) / 1_000);
}

let booked = 0;

/** Books a guest in house, and waits for the key. @returns the ids of the workflows: the stay's first, then its room's */
async function bookStay({ stays: world }: Sides): Promise<readonly string[]> {
  const { propertyId } = world.simulator.property;
  const reservationId = `throughput-${booked++}`;
  enrolParty(world, reservationId, ['g1']);
  const rooms = world.freeRooms(1);
  const stay = await world.book(reservationId, { rooms }, { phones: 'by-hand' });
  await until(async () => {
    const view = await stay.view();
    return view.settled && everyoneHasKeys(view);
  });
  return [stay.workflowId, ...rooms.map((room) => roomWorkflowId({ propertyId, room }))];
}

async function followStay({ floor: world }: Sides, lives: Lives): Promise<void> {
  const [id = ''] = await startFloor(world, `floor-${booked++}`, lives);
  await until(() => world.temporal.workflow.getHandle(id).query<boolean>('floorDone'));
}

async function recordOne(sides: Sides): Promise<Lives> {
  const callsBefore = sides.stays.calls();
  const ids = await bookStay(sides);
  return livesOf(await recorded(sides.stays, ids, sides.stays.calls() - callsBefore));
}

async function until(isDone: () => Promise<boolean>): Promise<void> {
  while (!(await isDone())) await delay(LOOK_EVERY_MS);
}
