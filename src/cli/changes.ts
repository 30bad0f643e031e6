/** Commands of `stayline` that send one message to a stay (docs/cli.md). */
import type { Command } from 'commander';
import { stayWorkflowId, type MessageInput, type MessageName, type StayName } from '../client.js';
import { authorOf } from '../domain/model/author.js';
import { defined } from '../domain/model/defined.js';
import { guestToEraseSchema, type GuestToErase } from '../domain/model/erasure-schema.js';
import { messageSchemas } from '../domain/model/message-schema.js';
import { checkInput } from './json-file.js';
import { print, withBy, withJson, type ByOption, type JsonOption } from './shared-options.js';
import { withStays } from './temporal.js';
import type { Terminal } from './terminal.js';

type SentOptions = ByOption & JsonOption;

/** Adds a command for each message that people send to a stay, and `erase-guest`. */
export function addChangeCommands(program: Command, { env, out }: Terminal): void {
  const change = (name: string, summary: string): Command =>
    program
      .command(name)
      .summary(summary)
      .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
      .argument('<propertyId>')
      .argument('<reservationId>');

  /** Adds a command that sends one message. */
  const act = (name: string, summary: string): Command => withJson(withBy(change(name, summary)), 'what was sent');

  async function send<Name extends MessageName>(
    stay: StayName,
    name: Name,
    content: object,
    options: SentOptions,
  ): Promise<void> {
    const payload = { ...defined(content), by: authorOf('cli', options.by) };
    checkInput(payload, messageSchemas[name], 'the input');
    await withStays(env, (stays) => stays.signal(stay, name, payload as MessageInput<Name>));
    const stayId = stayWorkflowId(stay);
    print({ out }, options, { stay: stayId, message: name }, () => `Sent ${name} to ${stayId}`);
  }

  act('add-guest', 'add a guest to the party')
    .argument('<guestId>', "the guest's id, stable for the stay")
    .option('--name <text>')
    .option('--email <address>')
    .option('--phone <number>', 'in E.164, such as +4915112345678')
    .option('--person <personId>', "the booking system's id of the person")
    .option('--rooms <list>', "a subset of the stay's rooms, such as 101,102", roomList)
    .option('--primary', 'the guest is the primary guest')
    .option('--no-key', 'the guest wants no key')
    .action((propertyId: string, reservationId: string, guestId: string, options: GuestOptions) => {
      const { name, email, phone, person, rooms, primary, key } = options;
      const guest = { guestId, personId: person, name, email, phone, rooms, primary, wantsKey: key };
      return send({ propertyId, reservationId }, 'addGuests', { guests: [defined(guest)] }, options);
    });

  act('remove-guest', 'remove a guest from the party')
    .argument('<guestId>')
    .option('--cause <cause>', 'left or security; security replaces all keys of the lease', 'left')
    .action((propertyId: string, reservationId: string, guestId: string, options: RemovalOptions) =>
      send({ propertyId, reservationId }, 'removeGuest', { guestId, cause: options.cause }, options),
    );

  act('same-guest', 'decide that a guest who is no longer listed is the same person as one who is')
    .argument('<guestId>', 'the guest who is no longer listed')
    .argument('<as>', 'the guest who is listed')
    .action((propertyId: string, reservationId: string, guestId: string, as: string, options: SentOptions) =>
      send({ propertyId, reservationId }, 'sameGuest', { guestId, as }, options),
    );

  change('erase-guest', 'erase a guest at Seam and in the histories of the stay, which must have ended')
    .argument('<guestId>')
    .option(
      '--person <personId>',
      "the booking system's id of the person; required once Temporal no longer has the stay",
    )
    .action(async (propertyId: string, reservationId: string, guestId: string, { person }: ErasureOptions) => {
      const guest = {
        propertyId,
        reservationId,
        guestId,
        ...defined({ personId: person }),
      } satisfies GuestToErase;
      checkInput(guest, guestToEraseSchema, 'the input');
      const erasure = await withStays(env, (stays) => stays.eraseGuest(guest));
      out.write(`${JSON.stringify(erasure, undefined, 2)}\n`);
    });

  act('change-rooms', 'move the stay, or one guest, to other rooms')
    .argument('<rooms>', 'such as 101,102', roomList)
    .option('--guest <guestId>', 'only this guest')
    .option('--from <instant>', 'not before this instant, such as 2026-11-23T14:00Z')
    .action((propertyId: string, reservationId: string, rooms: readonly string[], options: MoveOptions) =>
      send(
        { propertyId, reservationId },
        'changeRooms',
        { rooms, guestId: options.guest, from: options.from },
        options,
      ),
    );

  act('change-dates', 'change the start or the end of the stay')
    .option('--from <instant>', 'such as 2026-11-23T14:00Z')
    .option('--to <instant>', 'such as 2026-11-26T10:00Z')
    .action((propertyId: string, reservationId: string, { from, to, ...options }: WindowOptions) =>
      send({ propertyId, reservationId }, 'changeDates', { window: defined({ from, to }) }, options),
    );

  act('replace-key', 'replace the key of a lost phone, or move it to a new phone')
    .argument('<guestId>')
    .requiredOption('--mode <mode>', 'secure: the phone is lost, and every key of the lease is replaced; or convenient')
    .option('--device <deviceId>', "the lost phone, if the guest has several: Seam's id of it")
    .action(
      (propertyId: string, reservationId: string, guestId: string, { mode, device, ...options }: ReplaceOptions) =>
        send({ propertyId, reservationId }, 'replaceKey', { guestId, mode, deviceId: device }, options),
    );

  act('phone-ready', 'report that a phone of the guest can hold a key')
    .argument('<guestId>')
    .action((propertyId: string, reservationId: string, guestId: string, options: SentOptions) =>
      send({ propertyId, reservationId }, 'phoneReady', { guestId }, options),
    );

  act('block', 'block a guest: revoke their key and issue no new one, until release')
    .argument('<guestId>')
    .requiredOption('--reason <text>', 'why, for the timeline')
    .action((propertyId: string, reservationId: string, guestId: string, { reason, ...options }: StaffOptions) =>
      send({ propertyId, reservationId }, 'block', { guestId, reason }, options),
    );

  const staffActs = [
    ['hold', 'issue no new keys for the stay, or one guest, until release'],
    ['release', 'end a hold, a block, a force, or the removal of a guest for cause'],
    ['force', 'issue a key now: before the window, or after somebody else ended the keys'],
  ] as const;
  for (const [name, summary] of staffActs) {
    act(name, summary)
      .option('--guest <guestId>', 'only this guest')
      .requiredOption('--reason <text>', 'why, for the timeline')
      .action((propertyId: string, reservationId: string, { guest, reason, ...options }: StaffOptions) =>
        send({ propertyId, reservationId }, name, { guestId: guest, reason }, options),
      );
  }

  act('join-to', 'join a card that the front desk cut for the same lease')
    .argument('<acsCredentialId>', "Seam's id of the card")
    .option('--guest <guestId>', 'for the rooms of this guest')
    .action((propertyId: string, reservationId: string, acsCredentialId: string, { guest, ...options }: JoinOptions) =>
      send({ propertyId, reservationId }, 'joinTo', { acsCredentialId, guestId: guest }, options),
    );

  const plain = [
    ['retry', 'retry', 'retry refused steps'],
    ['policy-changed', 'policyChanged', 'read the configuration of the property again, and its doors'],
    ['check-in', 'checkIn', 'check in: the guests have arrived'],
    ['check-out', 'checkOut', 'check out: the guests have left, and every key is revoked'],
    ['cancel', 'cancel', 'cancel the reservation: every key is revoked'],
  ] as const;
  for (const [command, message, summary] of plain) {
    act(command, summary).action((propertyId: string, reservationId: string, options: SentOptions) =>
      send({ propertyId, reservationId }, message, {}, options),
    );
  }
}

interface GuestOptions extends SentOptions {
  readonly name?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly person?: string;
  readonly rooms?: readonly string[];
  readonly primary?: true;
  readonly key: boolean;
}

interface RemovalOptions extends SentOptions {
  readonly cause: string;
}

interface MoveOptions extends SentOptions {
  readonly guest?: string;
  readonly from?: string;
}

interface ReplaceOptions extends SentOptions {
  readonly mode: string;
  readonly device?: string;
}

interface StaffOptions extends SentOptions {
  readonly guest?: string;
  readonly reason: string;
}

interface JoinOptions extends SentOptions {
  readonly guest?: string;
}

interface ErasureOptions {
  readonly person?: string;
}

interface WindowOptions extends SentOptions {
  readonly from?: string;
  readonly to?: string;
}

function roomList(text: string): readonly string[] {
  return text === '' ? [] : text.split(',').map((room) => room.trim());
}
