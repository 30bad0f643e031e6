/** Runs the real program, as a process of its own. */
import { execFile } from 'node:child_process';
import { packageRoot } from '../../../src/package-root.js';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Address of Temporal; by default, one where no server listens. */
  readonly address?: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A port on which only root may listen, and no server does. */
const NOWHERE = '127.0.0.1:1';

export function stayline(args: readonly string[], { address = NOWHERE, stdin, env }: RunOptions = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      ['--import', 'tsx', 'src/cli.ts', ...args],
      {
        cwd: packageRoot(),
        env: { ...process.env, FORCE_COLOR: undefined, TEMPORAL_PROFILE: undefined, TEMPORAL_ADDRESS: address, ...env },
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === 'number') resolve({ code, stdout, stderr });
        else reject(error ?? new Error('ended by a signal'));
      },
    );
    child.stdin?.end(stdin ?? '');
  });
}
