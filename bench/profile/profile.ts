/**
 * Where the CPU time of a worker goes: profiles of V8 of both its threads while stays are booked and get their keys. It has no goal and
 * compares nothing; it says where to look.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startChild } from '../../src/dev/child-process.js';
import { inTurns } from '../../test/harness/in-turns.js';
import { openRealWorld } from '../../test/harness/real-world.js';
import { everyoneHasKeys } from '../parties.js';
import type { Section } from '../report/section.js';
import { cpuProfileSchema, flameGraph, heightOf, timeByArea, type CpuProfile } from './flame-graph.js';

const STAYS = { full: 200, quick: 40 };
const LANES = { atOnce: 10 };
const STDERR = 2;
/** Areas that the page names. */
const MOST_AREAS = 12;

/** Profiles a worker, and returns the section of the report. */
export async function measureProfile({ quick }: { readonly quick: boolean }): Promise<Section> {
  const count = quick ? STAYS.quick : STAYS.full;
  const folder = mkdtempSync(path.join(tmpdir(), 'stayline-profile-'));
  try {
    await profileWorker(folder, count);
    const [busiest, ...others] = readdirSync(folder)
      .map((file) => cpuProfileSchema.parse(JSON.parse(readFileSync(path.join(folder, file), 'utf8'))))
      .toSorted((a, b) => busyMs(b) - busyMs(a));
    if (busiest === undefined) throw new Error('The worker has written no profile');
    return sectionOf(busiest, others, count);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs stays from booking to check-out on a worker that writes a profile for each thread into the folder. */
async function profileWorker(folder: string, count: number): Promise<void> {
  const world = await openRealWorld();
  try {
    await world.stack.worker().end('SIGTERM');
    const nodeOptions = ['--cpu-prof', `--cpu-prof-dir=${folder}`];
    const env = world.stack.workerEnvironment;
    const worker = await startChild({ file: 'src/worker.ts', env, log: STDERR, nodeOptions });
    await inTurns(Array(count).keys(), LANES, async (index) => {
      const stay = await world.book(`profile-${index}`, {});
      await stay.until((view) => view.settled && everyoneHasKeys(view));
      await stay.signal('checkOut', {});
      await stay.until(({ settled, keys }) => settled && keys.every(({ state }) => state === 'dead'));
    });
    await worker.end('SIGTERM');
  } finally {
    await world.stop();
  }
}

function busyMs(profile: CpuProfile): number {
  return timeByArea(profile).reduce((sum, [, ms]) => sum + ms, 0);
}

function sectionOf(busiest: CpuProfile, others: readonly CpuProfile[], count: number): Section {
  const tables = [busiest, ...others].map((profile, index) => {
    const whole = busyMs(profile);
    const rows = timeByArea(profile)
      .slice(0, MOST_AREAS)
      .map(([area, ms]) => `| ${area} | ${(ms / count).toFixed(1)} | ${((100 * ms) / whole).toFixed(0)} % |`);
    return `Thread ${index + 1}, ${(whole / count).toFixed(0)} ms a stay:

| area | ms a stay | share |
| --- | --- | --- |
${rows.join('\n')}`;
  });
  return {
    name: 'profile',
    title: 'Where the time of a worker goes',
    text: `${count} stays from booking to check-out, each with one guest, ${LANES.atOnce} at a time, with the start of the worker. Time in which a thread
was busy, by package or folder; native code of the SDK runs in threads of its own and is not counted. The picture shows
the busiest thread.

${tables.join('\n\n')}`,
    goals: [],
    chart: flameGraph(busiest, 'Busiest thread of the worker'),
    chartHeight: heightOf(busiest),
  };
}
