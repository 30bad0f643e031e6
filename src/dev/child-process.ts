/** A process of ours beside this one, so that it can be killed. It does not outlive us. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { packageRoot } from '../package-root.js';

export interface ChildOptions {
  /** What runs: a TypeScript file of the checkout that sends a message once it is at work. */
  readonly file: string;
  /** Added to our own environment (`src/config.ts`; TEMPORAL_ADDRESS). */
  readonly env: Readonly<Record<string, string>>;
  /** File descriptor that its logs go to: 2 for our own stderr. */
  readonly log: number;
}

export interface Child {
  readonly pid: number;
  /** Resolves when the process has ended, however it ended; then with its exit code, or null after a signal. */
  readonly ended: Promise<number | null>;
  /** SIGTERM drains, SIGKILL does not. Resolves when the process has ended. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/**
 * Starts it, and waits until it is at work.
 * @throws Error if it ends before that; its log says why
 */
export async function startChild({ file, env, log }: ChildOptions): Promise<Child> {
  const child = fork(file, {
    cwd: packageRoot(),
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log, 'ipc'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const isAtWork = await Promise.race([once(child, 'message').then(() => true), ended.then(() => false)]);
  if (!isAtWork || child.pid === undefined) throw new Error(`${file} ended at its start, with ${String(await ended)}`);
  return {
    pid: child.pid,
    ended,
    async end(signal) {
      child.kill(signal);
      await ended;
    },
  };
}
