/** `stayline temporal setup` as an operator uses it: runs the command, runs the commands that it shows, and runs it again. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { runCli } from '../../src/cli/run.js';
import { requireTool } from '../../src/temporal/binaries.js';
import { collecting } from './collecting.js';
import { waitUntil } from './wait-until.js';

const run = promisify(execFile);

export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `stayline temporal setup`. @param env settings of the connection to Temporal */
export async function temporalSetup(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Answer> {
  const [out, err] = [collecting(), collecting()];
  const code = await runCli(['temporal', 'setup', ...args], { env, out: out.stream, err: err.stream });
  return { code, out: out.text(), err: err.text() };
}

/**
 * Runs the commands that an answer shows, as an operator would copy them. Returns their number.
 * @throws Error with the output of a command that fails
 */
export async function runCommandsOf({ out }: Answer, env: NodeJS.ProcessEnv): Promise<number> {
  const commands = out.split('\n').filter((line) => line.startsWith('  temporal '));
  for (const command of commands) {
    const [, ...args] = command.trim().split(' ');
    await run(requireTool('temporal'), args, { env: { ...process.env, ...env } });
  }
  return commands.length;
}

/**
 * Prepares a server for stays. Resolves when the check passes.
 * @throws Error with the last answer after `timeout` milliseconds
 */
export async function prepareServer(env: NodeJS.ProcessEnv, timeout: number): Promise<void> {
  let problem = '';
  const isReady = async (): Promise<boolean> => {
    const answer = await temporalSetup([], env);
    problem = `${answer.out}\n${answer.err}`;
    // A server that is coming up refuses commands for a while.
    if (answer.code === 2) await runCommandsOf(answer, env).catch((error: unknown) => (problem += String(error)));
    return answer.code === 0;
  };
  await waitUntil(isReady, { timeout, interval: 500 }).catch((error: unknown) => {
    throw new Error(`Temporal does not become ready for stays: ${problem}`, { cause: error });
  });
}
