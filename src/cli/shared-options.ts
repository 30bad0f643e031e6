/** Options that several commands share, and the output that they decide on. */
import type { Command } from 'commander';
import type { Terminal } from './terminal.js';

/** Option `--by`. */
export interface ByOption {
  /** Id of the person for whom the command is run. */
  readonly by?: string;
}

/** Option `--json`. */
export interface JsonOption {
  readonly json: boolean;
}

/** Adds the option `--by` to a command that changes something. Returns the command. */
export function withBy(command: Command): Command {
  return command.option('--by <id>', 'the person who makes the change, for the timeline: an id, not a name');
}

/** Adds the option `--json` to a command. Returns the command. @param what the JSON that it prints, for the help */
export function withJson(command: Command, what: string): Command {
  return command.option('--json', `${what} as JSON`, false);
}

/** Prints a value, as JSON or as text. @param text returns the text for a person */
export function print({ out }: Pick<Terminal, 'out'>, { json }: JsonOption, value: unknown, text: () => string): void {
  out.write(`${json ? JSON.stringify(value, null, 2) : text()}\n`);
}
