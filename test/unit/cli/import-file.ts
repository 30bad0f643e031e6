/** Files to import, and the command that imports them: in this process, or in one that can be killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { packageRoot } from '../../../src/package-root.js';
import { runCli, type CliOptions, type CliRun } from '../../harness/run-cli.js';
import type { StayWorld } from '../../harness/stay-world.js';

export interface CsvOptions {
  /** One reservation in this many is confirmed, the others are tentative; all are confirmed if absent. */
  readonly confirmedIn?: number;
  /** Prefix of the reservation ids. */
  readonly prefix?: string;
}

export function csvOf(count: number, { confirmedIn = 1, prefix = 'R' }: CsvOptions = {}): string {
  const header = 'reservationId,revision,status,from,to,rooms,guestName,guestEmail';
  const lines = Array.from({ length: count }, (_, index) => {
    const day = new Date(Date.UTC(2031, 0, 1 + Math.floor(index / 100)));
    const to = new Date(day.getTime() + 20 * 60 * 60_000);
    const room = 101 + (index % 100);
    const status = (index + 1) % confirmedIn === 0 ? 'confirmed' : 'tentative';
    return `${prefix}-${index},1,${status},${day.toISOString()},${to.toISOString()},${room},Guest ${index},guest${index}@example.com`;
  });
  return `${header}\n${lines.join('\n')}\n`;
}

export function addressOf({ temporal }: StayWorld): string {
  return (temporal.connection as Connection).options.address;
}

/** The whole lines of a file's journal. */
export function journaled(file: string): readonly string[] {
  const journal = `${file}.imported`;
  if (!existsSync(journal)) return [];
  return readFileSync(journal, 'utf8')
    .split('\n')
    .filter((line) => /[0-9a-f]{32}$/.test(line));
}

/** Imports in this process. */
export function importing(address: string, args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  return runCli(address, ['import', ...args], options);
}

/** Imports in a separate process, which is killed as soon as the journal has `at` lines, with no time to clean up. */
export async function killedImport(address: string, args: readonly [string, ...string[]], at: number): Promise<void> {
  const env = { ...process.env, TEMPORAL_PROFILE: undefined, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'default' };
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli.ts', 'import', ...args], {
    cwd: packageRoot(),
    env,
    stdio: 'ignore',
  });
  const exit = once(child, 'exit');
  while (child.exitCode === null && journaled(args[0]).length < at) await setTimeout(5);
  child.kill('SIGKILL');
  const [code, signal] = (await exit) as [number | null, string | null];
  if (signal !== 'SIGKILL') throw new Error(`the import ended before it was killed, with exit code ${code}`);
}
