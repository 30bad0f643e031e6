/** Entry of the `stayline` command line: every error becomes sentences on stderr and an exit code. */
import { CommanderError } from 'commander';
import { BadInput, EXIT_CODES, NotWorked, type ExitCode } from './outcome.js';
import { createProgram } from './program.js';
import type { Terminal } from './terminal.js';

/** Runs one command line and returns its exit code; never throws. @param args arguments without the program's name */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const complain = (text: string): void => void terminal.err.write(`stayline: ${text}\n`);
  try {
    await createProgram(terminal).parseAsync([...args], { from: 'user' });
    return EXIT_CODES.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.badInput;
    if (error instanceof BadInput) {
      complain([error.message, ...error.problems.map((problem) => `  ${problem}`)].join('\n'));
      return EXIT_CODES.badInput;
    }
    complain(error instanceof NotWorked ? error.message : String(error instanceof Error ? error.stack : error));
    return EXIT_CODES.notWorked;
  }
}
