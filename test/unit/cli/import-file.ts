/** Files to import, and the command that imports them: in this process, or in one that can be killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { createProgram } from '../../../src/cli/program.js';
import { BadInput, NotWorked } from '../../../src/cli/outcome.js';
import { packageRoot } from '../../../src/package-root.js';
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

export interface Imported {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface ImportingOptions {
  /** Target of problems and progress. */
  readonly err?: 'a file' | 'a terminal';
  readonly namespace?: string;
}

export async function importing(
  address: string,
  args: readonly string[],
  { err: kind = 'a file', namespace = 'default' }: ImportingOptions = {},
): Promise<Imported> {
  const [out, err] = [collector(), collector()];
  if (kind === 'a terminal') Object.assign(err.stream, { isTTY: true, columns: 80 });
  const env = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
  const program = createProgram({ env, out: out.stream, err: err.stream });
  const ended = (code: number, said = ''): Imported => ({ code, out: out.text(), err: `${err.text()}${said}` });
  try {
    await program.parseAsync(['import', ...args], { from: 'user' });
    return ended(0);
  } catch (error) {
    if (error instanceof NotWorked) return ended(1, error.message);
    if (error instanceof BadInput) return ended(2, error.message);
    throw error;
  }
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

function collector(): { readonly stream: NodeJS.WritableStream; text(): string } {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { stream, text: () => text };
}
