/** How the CLI ends, and what it says then. */

export const EXIT_CODES = { done: 0, notWorked: 1, badInput: 2 } as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** What was given is wrong: nothing was sent. One line per problem. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
  constructor(
    message: string,
    readonly problems: readonly string[] = [],
  ) {
    super(message);
  }
}

/** It did not work, for a reason outside of what was given; the message is a sentence for a person. */
export class NotWorked extends Error {
  override readonly name = 'NotWorked';
}
