/** Costs of the code itself, without Seam: the planner for parties of any size, the replay of a history, the start of a worker. */
import path from 'node:path';
import { Worker } from '@temporalio/worker';
import { cachedBundle } from '../../src/dev/bundle-cache.js';
import { MOST_GUESTS } from '../../src/domain/model/party-size.js';
import { planStay } from '../../src/domain/stay/reconcile.js';
import { packageRoot } from '../../src/package-root.js';
import { loadHistory } from '../../test/replay/saved-history.js';
import { aStay, type StayBuilder } from '../../test/unit/domain/a-stay.js';
import type { House } from '../../test/unit/domain/stay/plan/hotel.js';
import { onStack } from '../on-stack.js';
import type { Goal, Section } from '../report/section.js';
import { format, spreadOf, type Spread } from '../report/spread.js';

const PARTIES = [1, 16, 64, MOST_GUESTS];
/** The longest of the saved histories: a party of three changes rooms. */
const HISTORY = 'test/replay/histories/stays-0.1.0/room-changed.sdk-1.24.0.json';
/** Most that a plan for 16 guests may take, in milliseconds. */
const PLAN_OF_16_MS = 1;
/** Growth of n log n from 16 guests to the largest party. */
const N_LOG_N = (MOST_GUESTS * Math.log2(MOST_GUESTS)) / (16 * Math.log2(16));

interface Setting {
  readonly plans: number;
  readonly replays: number;
  readonly starts: number;
}

const FULL: Setting = { plans: 300, replays: 30, starts: 5 };
const QUICK: Setting = { plans: 100, replays: 5, starts: 2 };

interface Plans {
  readonly guests: number;
  readonly issuing: Spread;
  readonly settled: Spread;
}

/** Measures all three, and returns the section of the report. */
export async function measureCode({ quick }: { readonly quick: boolean }): Promise<Section> {
  const setting = quick ? QUICK : FULL;
  const plans = PARTIES.map((guests) => measurePlans(guests, setting.plans));
  const replay = await measureReplay(setting.replays);
  const start = await measureStart(setting.starts);
  const rows = plans.map(({ guests, issuing, settled }) => `| ${guests} | ${format(issuing)} | ${format(settled)} |`);
  return {
    name: 'code',
    title: 'Planner, replay and start',
    text: `The planner is pure: it is called here without Temporal, for a party whose keys are all to be issued, and for one whose keys
are all issued. A stay plans at each change, and while it shows itself.

| guests | all keys to issue, ms | all issued, ms |
| --- | --- | --- |
${rows.join('\n')}

| what | milliseconds |
| --- | --- |
| replay of a history of ${replay.events} events | ${format(replay.ms, 0)} |
| start of a worker until it polls, with a workflow bundle | ${format(start, 0)} |`,
    goals: goalsOf(plans),
  };
}

function goalsOf(plans: readonly Plans[]): Goal[] {
  const of = (guests: number): Spread => plans.find((one) => one.guests === guests)?.issuing ?? spreadOf([Number.NaN]);
  const [small, large] = [of(16), of(MOST_GUESTS)];
  const growth = [large.least / small.most, large.median / small.median, large.most / small.least];
  return [
    { what: 'plan for 16 guests, ms', kind: 'at-most', bound: PLAN_OF_16_MS, reached: small },
    {
      what: `plan for ${MOST_GUESTS} guests, multiple of 16`,
      kind: 'at-most',
      bound: Number(N_LOG_N.toFixed(1)),
      reached: spreadOf(growth),
    },
  ];
}

function measurePlans(guests: number, count: number): Plans {
  const party = aStay().withGuests(guests);
  const house = settled(party.withPolicy({ issueFrom: { kind: 'check-in' } }));
  house.state = { ...house.state, desired: { ...house.state.desired, status: 'in-house' } };
  return { guests, issuing: measurePlan(house, count), settled: measurePlan(settled(party), count) };
}

function settled(stay: StayBuilder): House {
  const house = stay.opened();
  while (house.jobs.some((job) => house.getOn(job)));
  return house;
}

function measurePlan({ state, now }: House, count: number): Spread {
  const at = now();
  const times = Array.from({ length: 2 * count }, () => {
    const startedAt = performance.now();
    planStay(state, [], at);
    return performance.now() - startedAt;
  });
  // The first half lets the compiler optimize.
  return spreadOf(times.slice(count));
}

async function measureReplay(count: number): Promise<{ readonly events: number; readonly ms: Spread }> {
  const { history, workflowId } = loadHistory(path.join(packageRoot(), HISTORY));
  const workflowBundle = { codePath: await cachedBundle() };
  const histories = Array.from({ length: count + 1 }, () => ({ workflowId, history }));
  const times: number[] = [];
  let startedAt = performance.now();
  for await (const { error } of Worker.runReplayHistories({ workflowBundle }, histories)) {
    if (error !== undefined) throw error;
    times.push(performance.now() - startedAt);
    startedAt = performance.now();
  }
  // The first one loads the bundle.
  return { events: history.events?.length ?? 0, ms: spreadOf(times.slice(1)) };
}

function measureStart(count: number): Promise<Spread> {
  return onStack({}, async (stack) => {
    const times: number[] = [];
    for (let round = 0; round < count; round++) {
      await stack.worker().end('SIGTERM');
      const startedAt = performance.now();
      await stack.startWorker();
      times.push(performance.now() - startedAt);
    }
    return spreadOf(times);
  });
}
