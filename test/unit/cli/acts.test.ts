import { expect, test } from 'vitest';
import { createProgram } from '../../../src/cli/program.js';
import { messageNames } from '../../../src/domain/model/message-schema.js';

/** Messages of Stayline's own programs: Seam's events, decisions of rooms, readings of booking systems, phone access, and audits. */
const INTERNAL = [
  'credentialChanged',
  'phoneAccessMade',
  'driftFound',
  'phoneChanged',
  'leaseChanged',
  'readingRefused',
];

/** Commands with a name that is not simply that of the message. */
const COMMANDS: Readonly<Record<string, string>> = { addGuests: 'add-guest' };

test('every change of a stay has a command', () => {
  const program = createProgram({ env: {}, out: process.stdout, err: process.stderr });
  const commands = program.commands.map((command) => command.name());
  const acts = messageNames.filter((name) => !INTERNAL.includes(name));
  const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  expect(commands).toEqual(expect.arrayContaining(acts.map((name) => COMMANDS[name] ?? kebab(name))));
});
