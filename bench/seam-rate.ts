/**
 * Calls of 1 and of 6 worker processes to a Seam that accepts 20 a second (`npm run bench:rate`): part of the rate that is used, part of the
 * calls that are refused, and waits of revocations beside those of other calls. Seam counts the calls; the workers know only their own.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { z } from 'zod';
import { packageRoot } from '../src/package-root.js';
import { startSimulator } from '../src/simulator/server.js';

const CALLS_PER_SECOND = 20;

const { seconds, warmUp } = new Command('bench:rate')
  .description('Rates of calls to a Seam that accepts 20 calls a second.')
  .option('--seconds <number>', 'time that is measured', Number, 120)
  .option('--warm-up <number>', 'time before that', Number, 60)
  .parse()
  .opts<{ readonly seconds: number; readonly warmUp: number }>();

const callsSchema = z.array(
  z.object({ priority: z.enum(['urgent', 'normal']), status: z.string(), waitMs: z.number() }),
);

async function measure(workers: number): Promise<void> {
  const simulator = await startSimulator({ port: 0, rooms: 2, callsPerSecond: CALLS_PER_SECOND });
  const env = {
    ...process.env,
    SEAM_ENDPOINT: simulator.url,
    SEAM_API_KEY: simulator.apiKey,
    SYSTEM: simulator.acsSystemId,
  };
  const children = Array.from({ length: workers }, () =>
    fork('bench/seam-rate-worker.ts', { cwd: packageRoot(), env, execArgv: ['--import', 'tsx'] }),
  );
  await sleep(warmUp * 1_000);
  for (const child of children) child.send('measure');
  await sleep(seconds * 1_000);
  const seen = await Promise.all(children.map(callsSeenBy));
  await simulator.close();
  const calls = seen.flat();
  const refused = calls.filter(({ status }) => status === '429').length;
  const median = (kind: 'urgent' | 'normal'): number =>
    middleOf(calls.flatMap(({ priority, waitMs }) => (priority === kind ? [waitMs] : [])));
  process.stdout.write(
    `${workers} workers: ${((calls.length - refused) / seconds / CALLS_PER_SECOND).toFixed(3)} of the rate used, ` +
      `${((100 * refused) / calls.length).toFixed(2)} % of ${calls.length} calls refused, ` +
      `median wait ${median('urgent').toFixed(0)} ms of revocations, ${median('normal').toFixed(0)} ms of other calls\n`,
  );
}

async function callsSeenBy(child: ChildProcess): Promise<z.infer<typeof callsSchema>> {
  const answer = once(child, 'message');
  child.send('end');
  const [message] = (await answer) as [unknown];
  child.kill('SIGTERM');
  return callsSchema.parse(message);
}

function middleOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

for (const workers of [1, 6]) await measure(workers);
