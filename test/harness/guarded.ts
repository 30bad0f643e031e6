/** Programs that cannot outlive this process: a guard (`scripts/guard.mjs`) stops each, even if this process is killed. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { packageRoot } from '../../src/package-root.js';

export interface Guarded {
  /** Resolves when the program has ended for any reason. */
  readonly ended: Promise<void>;
  /** Sends SIGKILL to the program itself if it still runs, and resolves when it has ended. */
  kill(): Promise<void>;
  /** Sends SIGTERM, after some seconds SIGKILL, and resolves when it has ended. */
  stop(): Promise<void>;
}

/** Program under a supervisor. */
export interface Supervised {
  /** Sends SIGKILL to the program itself, and resolves when it has been started again. */
  kill(): Promise<void>;
  /** Stops the program, and resolves when it has ended. */
  stop(): Promise<void>;
}

const startedSchema = z.object({ pid: z.int() });

/**
 * Starts a program.
 * @param log file descriptor of its output
 * @throws Error if it cannot be started
 */
export async function startGuarded([program, ...args]: readonly string[], log: number | 'ignore'): Promise<Guarded> {
  const guard = fork(path.join(packageRoot(), 'scripts/guard.mjs'), [program ?? '', ...args], {
    stdio: ['ignore', log, log, 'ipc'],
    execArgv: [],
  });
  const ended = once(guard, 'exit').then(() => undefined);
  const message: unknown = await Promise.race([once(guard, 'message').then(([first]: unknown[]) => first), ended]);
  if (message === undefined) throw new Error(`${String(program)} could not be started`);
  const { pid } = startedSchema.parse(message);
  return {
    ended,
    async kill() {
      if (guard.exitCode === null) process.kill(pid, 'SIGKILL');
      await ended;
    },
    async stop() {
      guard.kill('SIGTERM');
      await ended;
    },
  };
}

const PAUSE_MS = 200;

/** Starts a program like `startGuarded`, and starts it again whenever it ends, until it is stopped. */
export async function startSupervised(line: readonly string[], log: number): Promise<Supervised> {
  let current = await startGuarded(line, log);
  let isStopping = false;
  const supervise = async (): Promise<void> => {
    for (;;) {
      await current.ended;
      if (!isStopping) await delay(PAUSE_MS);
      if (isStopping) return;
      current = await startGuarded(line, log);
      if (isStopping) await current.stop();
    }
  };
  const supervised = supervise();
  return {
    async kill() {
      const killed = current;
      await killed.kill();
      while (current === killed) await delay(PAUSE_MS);
    },
    async stop() {
      isStopping = true;
      await current.stop();
      await supervised;
    },
  };
}
