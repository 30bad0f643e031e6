/**
 * Form of a scenario: numbered, written in sentences, each with the code that performs or checks it. The sentences make up
 * `docs/scenarios.md`. Where a step fails, its sentence is part of the failure.
 */
import type { SwitchChange } from '../../src/simulator/control/switches.js';
import type { TemporalKind } from '../harness/temporal.js';
import type { Hotel } from './hotel.js';

export interface Step {
  readonly kind: 'given' | 'when' | 'then';
  readonly sentence: string;
}

/** Circumstance of a run; a scenario with several must hold under each. */
export interface Circumstance {
  readonly sentence: string;
  /** Simulated answers to questions that Seam's documentation leaves open. */
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

/** A scenario that can be extended: `Scene` is what its first step has set up. */
export interface Story<Scene> extends Scenario {
  when(sentence: string, act: Act<Scene>): Story<Scene>;
  /** Adds a "then" step. (A method named `then` would turn the object into a promise.) */
  holds(sentence: string, check: Act<Scene>): Story<Scene>;
}

export interface Opening {
  given<Scene>(sentence: string, setUp: (hotel: Hotel) => Promise<Scene>): Story<Scene>;
}

/** Function of a step; its result is awaited if it is a promise. */
type Act<Scene> = (scene: Scene, hotel: Hotel) => unknown;

interface Acted<Scene> extends Step {
  readonly act: Act<Scene>;
}

const USUAL: Circumstance = { sentence: '', switches: {}, server: 'time-skipping' };

/** The real server, in real time, for changes that come while steps are being cancelled. The time-skipping server cannot do that. */
export const IN_REAL_TIME: readonly Circumstance[] = [{ ...USUAL, server: 'dev' }];

/** Seam keeps a guest's earlier keys, and Stayline decides when they end. */
export const EARLIER_KEYS_LIVE_ON: readonly Circumstance[] = [
  { ...USUAL, sentence: 'Seam lets a guest keep several keys', switches: { newKeyReplacesUsersEarlier: false } },
];

/** The answers of Seam on which the number of keys depends that the scenario counts. */
export const KEYS_ARE_COUNTED: readonly Circumstance[] = [
  { ...USUAL, switches: { joinersSurviveAnchorDeletion: true, deactivationEnds: 'copy' } },
];

/** Both answers to an open question: does Seam end a guest's earlier key when they get a new one? Each is tested where it matters. */
export const EITHER_WAY_WITH_EARLIER_KEYS: readonly Circumstance[] = [
  {
    ...USUAL,
    sentence: "a new key ends a guest's earlier keys at Seam",
    switches: { newKeyReplacesUsersEarlier: true },
  },
  ...EARLIER_KEYS_LIVE_ON,
];

/**
 * Opens a scenario. `number`: as in the list of fifty scenarios that the product is built to. Circumstances by default: skipped time, and
 * the defaults of the simulator.
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
      const scene = await withSentence(opening, () => setUp(hotel));
      for (const step of acted) await withSentence(step, () => step.act(scene, hotel));
    },
  };
}

/** Time limit of one step in real time, in milliseconds. */
const STEP_MS = 240_000;

/** Adds the sentence of the failing step to a failure. */
async function withSentence<Result>(step: Step, act: () => Result): Promise<Awaited<Result>> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`This step did not end within ${STEP_MS / 1000} s`)), STEP_MS);
  });
  try {
    return await Promise.race([act(), tooLong]);
  } catch (error) {
    if (error instanceof Error) error.message = `${wordOf(step)} ${step.sentence}.\n${error.message}`;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

export function wordOf({ kind }: Step): 'Given' | 'When' | 'Then' {
  return ({ given: 'Given', when: 'When', then: 'Then' } as const)[kind];
}
