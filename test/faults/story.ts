/**
 * A stay under faults: guests arrive, more come, rooms change, all leave, while calls to Seam fail and workers are killed. The story is
 * made from a seed, so that a failed one can run again: `STAYLINE_FAULT_SEED=17 npm run test:faults -- --seeds 1`.
 */
import fc from 'fast-check';
import type { Fault } from '../../src/simulator/control/faults.js';
import { untilAtRest, type Desired, type SeamRecords, type StayAtRest } from '../harness/at-rest.js';
import type { BookedStay } from '../harness/booked-stay.js';
import type { Kill, KilledCall } from '../harness/real-world.js';

/** Process that a kill ends; the worker where nothing else is said. */
export type Victim = 'worker' | 'second-worker' | 'server' | 'simulator' | 'temporal' | 'postgres';

export type Trouble =
  | { readonly kind: 'fault'; readonly fault: Fault }
  /** A process is killed at the n-th call of the story. */
  | { readonly kind: 'kill'; readonly atCall: number; readonly call: KilledCall; readonly victim?: Victim };

/** The world in which a story happens. */
export interface StoryWorld {
  readonly simulator: SeamRecords;
  book(
    title: string,
    changes: { readonly rooms: string[]; readonly guests: { readonly guestId: string }[] },
  ): Promise<StayAtRest & Pick<BookedStay, 'signal'>>;
  freeRooms(count: number): string[];
  disturb(fault: Fault): Promise<void>;
  undisturb(): Promise<void>;
  calls(): number;
  lateOnesArrived(): Promise<void>;
  killAtCall(n: number, call: KilledCall, victim?: Victim): Promise<Kill>;
}

export type Change = 'add-guest' | 'change-rooms' | 'check-out';

export interface Story {
  readonly title: string;
  readonly troubles: readonly Trouble[];
  /** Changes after the guests have arrived; `in-a-hurry` does not wait until the stay is at rest. */
  readonly changes: readonly { readonly change: Change; readonly pace: 'at-rest' | 'in-a-hurry' }[];
}

const PATIENCE = { withinMs: 180_000 };
const FIRST_GUESTS = ['g1', 'g2', 'g3'];

/** How a story took place. */
export interface Course {
  readonly calls: number;
  /** Processes that were killed: a story may end before the call of a kill comes. */
  readonly killed: readonly Victim[];
  /** Final state of the stay, without the names of rooms and keys: the same with and without troubles. */
  readonly end: object;
}

/** Runs the story in rooms of its own, and checks that the stay reaches its desired state. */
export async function runStory(world: StoryWorld, story: Story): Promise<Course> {
  const callsBefore = world.calls();
  const kills: { readonly victim: Victim; readonly kill: Kill }[] = [];
  await world.undisturb();
  for (const trouble of story.troubles) {
    if (trouble.kind === 'fault') await world.disturb(trouble.fault);
    else {
      const { victim = 'worker', atCall, call } = trouble;
      kills.push({ victim, kill: await world.killAtCall(atCall, call, victim) });
    }
  }
  let desired: Desired & { formerRooms: readonly string[]; formerGuestIds: readonly string[] } = {
    guestIds: [...FIRST_GUESTS],
    rooms: world.freeRooms(2),
    formerRooms: [],
    formerGuestIds: [],
  };
  const guests = desired.guestIds.map((guestId) => ({ guestId }));
  const stay = await world.book(story.title, { rooms: [...desired.rooms], guests });
  for (const { change, pace } of story.changes) {
    if (pace === 'at-rest') await untilAtRest(world.simulator, stay, desired, PATIENCE);
    switch (change) {
      case 'add-guest': {
        const guestId = `g${desired.guestIds.length + 1}`;
        desired = { ...desired, guestIds: [...desired.guestIds, guestId] };
        await stay.signal('addGuests', { guests: [{ guestId }] });
        break;
      }
      case 'change-rooms': {
        const rooms = world.freeRooms(2);
        desired = { ...desired, rooms, formerRooms: [...desired.formerRooms, ...desired.rooms] };
        await stay.signal('changeRooms', { rooms });
        break;
      }
      case 'check-out':
        desired = {
          guestIds: [],
          rooms: [],
          formerRooms: [...desired.formerRooms, ...desired.rooms],
          formerGuestIds: desired.guestIds,
        };
        await stay.signal('checkOut', {});
        break;
      default:
        change satisfies never;
    }
  }
  await untilAtRest(world.simulator, stay, desired, PATIENCE);
  const killed: Victim[] = [];
  for (const { victim, kill } of kills) if (await kill.over()) killed.push(victim);
  await world.undisturb();
  await world.lateOnesArrived();
  await untilAtRest(world.simulator, stay, desired, PATIENCE);
  const { phase, settled, guests: ended, keys, attention, leases = [] } = await stay.view();
  return {
    calls: world.calls() - callsBefore,
    killed,
    end: {
      phase,
      settled,
      guests: ended.map(({ guestId, keyState, waitingFor }) => ({ guestId, keyState, waitingFor })),
      live: keys
        .filter(({ state }) => state !== 'dead')
        .map(({ guestId, rooms }) => `${guestId}: ${rooms.length} rooms`)
        .toSorted(),
      attention: attention.map(({ code }) => code),
      leases: leases.map(({ state }) => state),
    },
  };
}

/** Returns the story of a seed in which the simulator and Temporal's server are killed too, at calls of their own. */
export function storyOfEveryProcess(seed: number): Story {
  const story = storyOf(seed);
  const random = randomFrom(seed + 1_000_000);
  const kill = (victim: Victim): Trouble => ({
    kind: 'kill',
    victim,
    atCall: 1 + Math.floor(random() * 20),
    call: { kind: random() < 0.5 ? 'request-lost' : 'answer-lost' },
  });
  return { ...story, troubles: [...story.troubles, kill('simulator'), kill('temporal')] };
}

/** Returns the story of a seed; the same seed always gives the same story. */
export function storyOf(seed: number): Story {
  const random = randomFrom(seed);
  const upTo = (most: number): number => 1 + Math.floor(random() * most);
  const oneOf = <T>(...choices: T[]): T => choices[Math.floor(random() * choices.length)] as T;

  const fault = (): Trouble => {
    const when = { after: upTo(60), times: 1 };
    return {
      kind: 'fault',
      fault: oneOf<Fault>(
        { kind: 'drop-after', ...when },
        { kind: 'drop-before', ...when },
        { kind: 'commit-late', ...when, ms: upTo(2_500) },
        { kind: 'commit-late', path: '/acs/credentials/create', after: upTo(4), times: 1, ms: upTo(2_500) },
        { kind: 'status', status: 503, ...when },
        { kind: 'status', status: 429, retry_after: 1, ...when },
        { kind: 'latency', ms: upTo(900), ...when },
      ),
    };
  };
  const kill = (): Trouble => ({
    kind: 'kill',
    atCall: upTo(70),
    call: oneOf<KilledCall>(
      { kind: 'request-lost' },
      { kind: 'answer-lost' },
      { kind: 'commit-late', ms: upTo(2_500) },
    ),
  });
  const changes: readonly Change[] = oneOf<readonly Change[]>(
    ['add-guest', 'change-rooms', 'check-out'],
    ['change-rooms', 'add-guest', 'check-out'],
    ['add-guest', 'change-rooms'],
    ['change-rooms', 'check-out'],
    ['check-out'],
  );
  return {
    title: `seed-${seed}`,
    troubles: [...Array.from({ length: upTo(3) }, fault), kill()],
    changes: changes.map((change) => ({ change, pace: oneOf('at-rest', 'in-a-hurry') })),
  };
}

/** Most numbers that a story draws. */
const DRAWS = 100;

/** Returns a source of numbers from 0 up to 1, the same for the same seed. */
function randomFrom(seed: number): () => number {
  const numbers = fc.sample(fc.noBias(fc.nat({ max: 2 ** 31 - 1 })), { seed, numRuns: DRAWS });
  return () => {
    const next = numbers.shift();
    if (next === undefined) throw new Error('The story draws too many numbers');
    return next / 2 ** 31;
  };
}
