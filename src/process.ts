/** Life of a process: its configuration, its log and its exit code. */
import { ConfigError } from './config/secret-files.js';
import { createLog, LOG_LEVELS, type Log } from './log.js';
import { NoTemporalServer } from './temporal/connection.js';
import { ServerNotReady } from './temporal/server-check.js';

const FAILED = 1;
const BAD_INPUT = 2;

export interface ProcessOptions<Config> {
  /** Name of the process in its messages, such as `worker`. */
  readonly name: string;
  /** Returns the configuration. @throws ConfigError naming every problem */
  readonly open: (env: NodeJS.ProcessEnv, log: Log) => Promise<Config>;
  /** Runs until the process is to end. */
  readonly run: (config: Config, log: Log) => Promise<void>;
}

/**
 * Runs the process and ends it. Exit codes: 0 once `run` has ended; 1 if it failed; 2 if the environment, a
 * configuration file or the Temporal server lacks something.
 */
export async function runProcess<Config>(options: ProcessOptions<Config>): Promise<never> {
  // Forked (`src/dev/child-process.ts`): when the parent process is gone, this process ends as by SIGTERM.
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // After a worker has bundled workflows, the SDK's threads may keep the process alive for minutes.
  process.exit(await exitCodeOf(options));
}

async function exitCodeOf<Config>({ name, open, run }: ProcessOptions<Config>): Promise<number> {
  // Needed before the configuration is checked; a wrong level is a problem of it.
  const level = LOG_LEVELS.find((known) => known === process.env['STAYLINE_LOG_LEVEL']) ?? 'info';
  const log = createLog(level);
  try {
    await run(await open(process.env, log), log);
    return 0;
  } catch (error) {
    if (error instanceof ConfigError) {
      process.stderr.write(`The ${name}'s configuration cannot be used:\n${error.message}\n`);
      return BAD_INPUT;
    }
    if (error instanceof ServerNotReady) {
      process.stderr.write(`${error.message}\n`);
      return BAD_INPUT;
    }
    if (error instanceof NoTemporalServer) {
      process.stderr.write(`The ${name} cannot start: ${error.message}\n`);
      return FAILED;
    }
    log.error({ error }, `the ${name} failed`);
    return FAILED;
  }
}

/** Resolves when the process is asked to end, by SIGTERM or SIGINT. */
export function endRequested(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
