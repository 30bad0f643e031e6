/**
 * A stay under faults: guests arrive, more come, rooms change, all leave, while calls to Seam fail and workers are killed. The story is
 * made from a seed, so that a failed one can run again: `STAYLINE_FAULT_SEED=17 npm run test:faults -- --seeds 1`.
 */
import type { Fault } from '../../src/simulator/control/faults.js';
import { untilAtRest, type Desired } from '../harness/at-rest.js';
import type { Kill, KilledCall, RealWorld } from '../harness/real-world.js';

export type Trouble =
  | { readonly kind: 'fault'; readonly fault: Fault }
  /** The worker is killed at the n-th call of the story. */
  | { readonly kind: 'kill'; readonly atCall: number; readonly call: KilledCall };

export type Change = 'add-guest' | 'change-rooms' | 'check-out';

export interface Story {
  readonly title: string;
  readonly troubles: readonly Trouble[];
  /** Changes after the guests have arrived; `in-a-hurry` does not wait until the stay is at rest. */
  readonly changes: readonly { readonly change: Change; readonly pace: 'at-rest' | 'in-a-hurry' }[];
}

const PATIENCE = { withinMs: 90_000 };
const FIRST_GUESTS = ['g1', 'g2', 'g3'];

/** Runs the story in rooms of its own, and checks that the stay reaches its desired state. Returns how many calls it took. */
export async function runStory(world: RealWorld, story: Story): Promise<number> {
  const callsBefore = world.calls();
  const kills: Kill[] = [];
  await world.undisturb();
  for (const trouble of story.troubles) {
    if (trouble.kind === 'fault') await world.disturb(trouble.fault);
    else kills.push(await world.killAtCall(trouble.atCall, trouble.call));
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
  for (const kill of kills) await kill.over();
  await world.undisturb();
  await world.lateOnesArrived();
  await untilAtRest(world.simulator, stay, desired, PATIENCE);
  return world.calls() - callsBefore;
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

/** Numbers from 0 up to 1, the same for the same seed (a linear congruential generator, Numerical Recipes' constants). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
