/** Life of a process: its configuration, its log and its exit code. */
import { ConfigFileError } from './config-file.js';
import { ConfigError } from './secret-files.js';
import { createLog, type Log, type LogLevel } from './log.js';
import { NoTemporalServer } from './temporal/connection.js';

const FAILED = 1;
const BAD_INPUT = 2;

export interface ProcessOptions<Config extends { readonly logLevel: LogLevel }> {
  /** Name of the process in its messages, such as `worker`. */
  readonly name: string;
  /** Returns the configuration. @throws ConfigError */
  readonly configOf: (env: NodeJS.ProcessEnv) => Config;
  /** Runs until the process is to end. */
  readonly run: (config: Config, log: Log) => Promise<void>;
}

/**
 * Runs the process and ends it. Exit codes: 0 once `run` has ended; 1 if it failed; 2 if the environment or a
 * configuration file is wrong.
 */
export async function runProcess<Config extends { readonly logLevel: LogLevel }>(
  options: ProcessOptions<Config>,
): Promise<never> {
  // Forked (`src/dev/child-process.ts`): when the parent process is gone, this process ends as by SIGTERM.
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // After a worker has bundled workflows, the SDK's threads may keep the process alive for minutes.
  process.exit(await exitCodeOf(options));
}

async function exitCodeOf<Config extends { readonly logLevel: LogLevel }>({
  name,
  configOf,
  run,
}: ProcessOptions<Config>): Promise<number> {
  let config: Config;
  try {
    config = configOf(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`The ${name}'s environment variables are wrong:\n${error.message}\n`);
    return BAD_INPUT;
  }
  const log = createLog(config.logLevel);
  try {
    await run(config, log);
    return 0;
  } catch (error) {
    if (error instanceof ConfigFileError || error instanceof ConfigError) {
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
