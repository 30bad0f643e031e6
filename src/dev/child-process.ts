/** Child process that can be killed on its own. It does not outlive this process. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { packageRoot } from '../package-root.js';

export interface ChildOptions {
  /** TypeScript file of the checkout to run; it sends a message once it is running. */
  readonly file: string;
  /** Variables added to the environment of this process (`src/config/process-variables.ts`; TEMPORAL_ADDRESS). */
  readonly env: Readonly<Record<string, string>>;
  /** File descriptor of its logs: 2 for the stderr of this process. */
  readonly log: number;
  /** Options of Node, such as those that profile. */
  readonly nodeOptions?: readonly string[];
}

export interface Child {
  readonly pid: number;
  /** Resolves when the process has ended for any reason, with its exit code, or null after a signal. */
  readonly ended: Promise<number | null>;
  /** Sends the signal, and resolves when the process has ended. SIGTERM drains, SIGKILL does not. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/**
 * Starts a child process, and resolves when it is running.
 * @throws Error if it ends before that; its log has the reason
 */
export async function startChild({ file, env, log, nodeOptions = [] }: ChildOptions): Promise<Child> {
  const child = fork(file, {
    cwd: packageRoot(),
    // A build needs no loader, and a production install has none.
    execArgv: [...(file.endsWith('.ts') ? ['--import', 'tsx'] : []), ...nodeOptions],
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log, 'ipc'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const isAtWork = await Promise.race([once(child, 'message').then(() => true), ended.then(() => false)]);
  if (!isAtWork || child.pid === undefined)
    throw new Error(`${file} ended during its start, with ${String(await ended)}`);
  return {
    pid: child.pid,
    ended,
    async end(signal) {
      child.kill(signal);
      await ended;
    },
  };
}
