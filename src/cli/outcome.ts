/** Exit codes and errors of the CLI. */

export const EXIT_CODES = { done: 0, notWorked: 1, badInput: 2 } as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** Error for invalid input: nothing is sent. It has one line per problem. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
  constructor(
    message: string,
    readonly problems: readonly string[] = [],
  ) {
    super(message);
  }
}

/** Error for a failed command whose input is valid. The message is a sentence for a person. */
export class NotWorked extends Error {
  override readonly name = 'NotWorked';
}
