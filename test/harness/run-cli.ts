/** Commands of `stayline`, carried out in this process against a server of the tests. */
import { Writable } from 'node:stream';
import { createProgram } from '../../src/cli/program.js';
import { BadInput, NotWorked } from '../../src/cli/outcome.js';

export interface CliRun {
  /** Exit code that the program would have. */
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface CliOptions {
  /** Target of problems and progress. */
  readonly err?: 'a file' | 'a terminal';
  readonly namespace?: string;
}

/** Runs one command, with its arguments. */
export async function runCli(
  address: string,
  args: readonly string[],
  { err: kind = 'a file', namespace = 'default' }: CliOptions = {},
): Promise<CliRun> {
  const [out, err] = [collector(), collector()];
  if (kind === 'a terminal') Object.assign(err.stream, { isTTY: true, columns: 80 });
  const env = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
  const program = createProgram({ env, out: out.stream, err: err.stream });
  const ended = (code: number, said = ''): CliRun => ({ code, out: out.text(), err: `${err.text()}${said}` });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return ended(0);
  } catch (error) {
    if (error instanceof NotWorked) return ended(1, error.message);
    if (error instanceof BadInput) return ended(2, error.message);
    throw error;
  }
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
