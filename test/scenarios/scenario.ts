/**
 * The form of a scenario: numbered, told in sentences, each sentence with the code that makes it so or checks it. The sentences are
 * `docs/scenarios.md`; where a step fails, its sentence is part of the failure.
 */
import type { SwitchChange } from '../../src/simulator/control/switches.js';
import type { TemporalKind } from '../harness/temporal.js';
import type { Hotel } from './hotel.js';

export interface Step {
  readonly kind: 'given' | 'when' | 'then';
  readonly sentence: string;
}

/** What a scenario is run under; of several, it must hold under each. */
export interface Circumstance {
  readonly sentence: string;
  /** Answers to what Seam's documents leave open. */
  readonly switches: SwitchChange;
  readonly server: TemporalKind;
}

declare module 'vitest' {
  interface TaskMeta {
    /** Marks a test as a run of this scenario. */
    scenario?: Pick<Scenario, 'number' | 'title'>;
  }
}

export interface Scenario {
  readonly number: number;
  readonly title: string;
  readonly steps: readonly Step[];
  /** At least one; the scenario is run once in each. */
  readonly circumstances: readonly Circumstance[];
  run(hotel: Hotel): Promise<void>;
}

/** A scenario that goes on: `Scene` is what its first step has set up. */
export interface Story<Scene> extends Scenario {
  when(sentence: string, act: Act<Scene>): Story<Scene>;
  /** Then. (An object with a method of that name would be taken for a promise.) */
  holds(sentence: string, check: Act<Scene>): Story<Scene>;
}

export interface Opening {
  given<Scene>(sentence: string, setUp: (hotel: Hotel) => Promise<Scene>): Story<Scene>;
}

/** Awaited, if it is a promise. */
type Act<Scene> = (scene: Scene, hotel: Hotel) => unknown;

interface Acted<Scene> extends Step {
  readonly act: Act<Scene>;
}

const USUAL: Circumstance = { sentence: '', switches: {}, server: 'time-skipping' };

/** On the real server, in real time: for changes that come while steps are being cancelled, which the time-skipping one cannot do. */
export const IN_REAL_TIME: readonly Circumstance[] = [{ ...USUAL, server: 'dev' }];

/** Seam lets a guest's earlier keys be: when they end is up to us. */
export const EARLIER_KEYS_LIVE_ON: readonly Circumstance[] = [
  { ...USUAL, sentence: 'a person may hold several keys at Seam', switches: { newKeyReplacesUsersEarlier: false } },
];

/** What Seam does with a guest's earlier key when he gets a new one is an open question; each is tried where it matters. */
export const EITHER_WAY_WITH_EARLIER_KEYS: readonly Circumstance[] = [
  {
    ...USUAL,
    sentence: "a new key ends the person's earlier keys at Seam",
    switches: { newKeyReplacesUsersEarlier: true },
  },
  ...EARLIER_KEYS_LIVE_ON,
];

/**
 * Opens a scenario. `number`: as in the list of fifty that the product is built to; circumstances: skipped
 * time, and the simulator's cautious answers, if absent.
 */
export function scenario(number: number, title: string, circumstances: readonly Circumstance[] = [USUAL]): Opening {
  return {
    given(sentence, setUp) {
      return story({ number, title, circumstances }, { kind: 'given', sentence }, setUp, []);
    },
  };
}

function story<Scene>(
  head: Pick<Scenario, 'number' | 'title' | 'circumstances'>,
  opening: Step,
  setUp: (hotel: Hotel) => Promise<Scene>,
  acted: readonly Acted<Scene>[],
): Story<Scene> {
  const and = (step: Acted<Scene>): Story<Scene> => story(head, opening, setUp, [...acted, step]);
  return {
    ...head,
    steps: [opening, ...acted],
    when: (sentence, act) => and({ kind: 'when', sentence, act }),
    holds: (sentence, act) => and({ kind: 'then', sentence, act }),
    async run(hotel) {
      const scene = await telling(opening, () => setUp(hotel));
      for (const step of acted) await telling(step, () => step.act(scene, hotel));
    },
  };
}

/** Real time for one step, in milliseconds. */
const STEP_MS = 40_000;

/** Lets a failure say at which sentence it happened. */
async function telling<Result>(step: Step, act: () => Result): Promise<Awaited<Result>> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`This did not come within ${STEP_MS / 1000} s`)), STEP_MS);
  });
  try {
    return await Promise.race([act(), tooLong]);
  } catch (error) {
    if (error instanceof Error) error.message = `${sentenceOf(step)}\n${error.message}`;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** The step as a sentence of its own. */
export function sentenceOf({ kind, sentence }: Step): string {
  const word = { given: 'Given', when: 'When', then: 'Then' }[kind];
  return `${word} ${sentence}.`;
}
