/** Commands of `stayline` (docs/cli.md). */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import {
  stayWorkflowId,
  type DraftAnswers,
  type DraftRun,
  type DryRun,
  type MessageInput,
  type MessageName,
  type PlannedChange,
  type StayName,
} from '../client.js';
import { authorOf } from '../domain/model/author.js';
import { defined } from '../domain/model/defined.js';
import { instantAt } from '../domain/model/instants.js';
import { messageNames, messageSchemas } from '../domain/model/message-schema.js';
import { guestToEraseSchema, type GuestToErase } from '../domain/model/erasure-schema.js';
import { packageRoot } from '../package-root.js';
import { snapshotSchema } from '../domain/model/snapshot-schema.js';
import { addImport } from './import/command.js';
import { addAuditCommand } from './audit.js';
import { addListCommand } from './list.js';
import { addApiKeyCommands } from './api-key.js';
import { checkInput, jsonIn, readJsonFile } from './json-file.js';
import { BadInput } from './outcome.js';
import { dryRunNew, inInstants, rulesOf } from './plan.js';
import { addRoomCommands } from './room.js';
import { coloursFor, showDryRun, showLastKnown, showView } from './show.js';
import { NoWorkerAnswers, viewOf, withStays } from './temporal.js';
import { addEncryptionKeyCommands } from './encryption-key.js';
import { addTemporalCommands } from './temporal-setup.js';
import { addTrailCommand } from './trail.js';
import type { Terminal } from './terminal.js';

const packageSchema = z.object({ version: z.string() });

/**
 * Returns the program with all its commands. Every command throws `BadInput`, `NotWorked`, or commander's own error.
 */
export function createProgram(terminal: Terminal): Command {
  const program = new Command('stayline')
    .description('Starts, changes and shows stays. TEMPORAL_ADDRESS or a profile names the Temporal server.')
    .version(versionOfPackage(), '-V, --version', 'show the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: (text) => terminal.err.write(text),
    });
  addSnapshotCommands(program, terminal);
  addImport(program, terminal);
  addChangeCommands(program, terminal);
  addShow(program, terminal);
  addListCommand(program, terminal);
  addRoomCommands(program, terminal);
  addAuditCommand(program, terminal);
  addTrailCommand(program, terminal);
  addApiKeyCommands(program, terminal);
  addTemporalCommands(program, terminal);
  addEncryptionKeyCommands(program, terminal);
  return program;
}

function versionOfPackage(): string {
  const text = readFileSync(path.join(packageRoot(), 'package.json'), 'utf8');
  return packageSchema.parse(JSON.parse(text)).version;
}

function addSnapshotCommands(program: Command, { env, out }: Terminal): void {
  const colours = coloursFor(out);
  program
    .command('apply')
    .summary('send a whole reservation')
    .description('Sends a snapshot: starts the stay or amends it, and shows it as recorded. Keys follow.')
    .argument('<file>', 'the snapshot as JSON; - reads the standard input')
    .action(async (file: string) => {
      const snapshot = readJsonFile(file, snapshotSchema);
      const view = await withStays(env, (stays) =>
        stays.applyReservation({ ...snapshot, by: authorOf('cli', snapshot.by) }),
      );
      out.write(`${showView(view, colours)}\n`);
    });

  program
    .command('plan')
    .summary('dry-run a snapshot or a change: show the steps and reasons')
    .usage('<file> [options]\n       stayline plan <propertyId> <reservationId> --change <message> [--payload <json>]')
    .description('Shows the steps of a snapshot, or of a change of a stay, with reasons. Changes nothing.')
    .argument('<file or propertyId>', 'a snapshot as JSON (- reads the standard input), or the property of a stay')
    .argument('[reservationId]', 'the reservation of a stay')
    .option('--change <message>', `the change to dry-run: ${messageNames.join(', ')}`)
    .option('--payload <json>', 'the payload of the message', '{}')
    .option('--properties <file>', 'the property file, for its policy and time zone', env['STAYLINE_PROPERTIES'])
    .option('--new', 'plan the snapshot as if the stay did not exist; needs no Temporal server', false)
    .action(async (first: string, reservationId: string | undefined, options: PlanOptions) => {
      const planned =
        reservationId === undefined
          ? await planFile(first, options, env)
          : await planChange({ propertyId: first, reservationId }, options, env);
      out.write(`${showDryRun(planned, colours)}\n`);
    });
}

interface PlanOptions {
  readonly change?: string;
  readonly payload: string;
  readonly properties?: string;
  readonly new: boolean;
}

async function planFile(file: string, options: PlanOptions, env: NodeJS.ProcessEnv): Promise<DryRun> {
  if (options.change !== undefined) {
    throw new BadInput('--change needs a stay: stayline plan <propertyId> <reservationId> --change <message>');
  }
  const snapshot = readJsonFile(file, snapshotSchema);
  const rules = await rulesOf(snapshot.propertyId, options.properties);
  const inTime = inInstants(snapshot, rules);
  const planNew = (answers: DraftAnswers): DraftRun => dryRunNew(inTime, rules, instantAt(Date.now()), answers);
  return options.new ? planNew({}) : withStays(env, (stays) => stays.planSnapshot({ snapshot, inTime, planNew }));
}

async function planChange(stay: StayName, options: PlanOptions, env: NodeJS.ProcessEnv): Promise<DryRun> {
  const message = messageNames.find((name) => name === options.change);
  if (message === undefined) {
    throw new BadInput('the change is not a known message', [`--change must be one of ${messageNames.join(', ')}`]);
  }
  const payload = jsonIn(options.payload, '--payload');
  checkInput(payload, messageSchemas[message], '--payload');
  return withStays(env, (stays) => stays.planFor(stay, { message, payload } as PlannedChange));
}

function addChangeCommands(program: Command, { env, out }: Terminal): void {
  const change = (name: string, summary: string): Command =>
    program
      .command(name)
      .summary(summary)
      .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
      .argument('<propertyId>')
      .argument('<reservationId>');

  async function send<Name extends MessageName>(stay: StayName, name: Name, content: object): Promise<void> {
    const payload = { ...defined(content), by: 'cli' };
    checkInput(payload, messageSchemas[name], 'the input');
    await withStays(env, (stays) => stays.signal(stay, name, payload as MessageInput<Name>));
    out.write(`Sent ${name} to ${stayWorkflowId(stay)}\n`);
  }

  change('add-guest', 'add a guest to the party')
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
      return send({ propertyId, reservationId }, 'addGuests', { guests: [defined(guest)] });
    });

  change('remove-guest', 'remove a guest from the party')
    .argument('<guestId>')
    .option('--cause <cause>', 'left or security; security replaces all keys of the lease', 'left')
    .action((propertyId: string, reservationId: string, guestId: string, { cause }: { readonly cause: string }) =>
      send({ propertyId, reservationId }, 'removeGuest', { guestId, cause }),
    );

  change('same-guest', 'decide that a guest who is no longer listed is the same person as one who is')
    .argument('<guestId>', 'the guest who is no longer listed')
    .argument('<as>', 'the guest who is listed')
    .action((propertyId: string, reservationId: string, guestId: string, as: string) =>
      send({ propertyId, reservationId }, 'sameGuest', { guestId, as }),
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

  change('change-rooms', 'move the stay, or one guest, to other rooms')
    .argument('<rooms>', 'such as 101,102', roomList)
    .option('--guest <guestId>', 'only this guest')
    .option('--from <instant>', 'not before this instant, such as 2026-11-23T14:00Z')
    .action((propertyId: string, reservationId: string, rooms: readonly string[], options: MoveOptions) =>
      send({ propertyId, reservationId }, 'changeRooms', { rooms, guestId: options.guest, from: options.from }),
    );

  change('change-dates', 'change the start or the end of the stay')
    .option('--from <instant>', 'such as 2026-11-23T14:00Z')
    .option('--to <instant>', 'such as 2026-11-26T10:00Z')
    .action((propertyId: string, reservationId: string, { from, to }: WindowOptions) =>
      send({ propertyId, reservationId }, 'changeDates', { window: defined({ from, to }) }),
    );

  change('replace-key', 'replace the key of a lost phone, or move it to a new phone')
    .argument('<guestId>')
    .requiredOption('--mode <mode>', 'secure: the phone is lost, and every key of the lease is replaced; or convenient')
    .option('--device <deviceId>', "the lost phone, if the guest has several: Seam's id of it")
    .action((propertyId: string, reservationId: string, guestId: string, { mode, device }: ReplaceOptions) =>
      send({ propertyId, reservationId }, 'replaceKey', { guestId, mode, deviceId: device }),
    );

  change('phone-ready', 'report that a phone of the guest can hold a key')
    .argument('<guestId>')
    .action((propertyId: string, reservationId: string, guestId: string) =>
      send({ propertyId, reservationId }, 'phoneReady', { guestId }),
    );

  change('block', 'block a guest: revoke their key and issue no new one, until release')
    .argument('<guestId>')
    .requiredOption('--reason <text>', 'why, for the timeline')
    .action((propertyId: string, reservationId: string, guestId: string, { reason }: StaffOptions) =>
      send({ propertyId, reservationId }, 'block', { guestId, reason }),
    );

  const staffActs = [
    ['hold', 'issue no new keys for the stay, or one guest, until release'],
    ['release', 'end a hold, a block, a force, or the removal of a guest for cause'],
    ['force', 'issue a key now: before the window, or after somebody else ended the keys'],
  ] as const;
  for (const [act, summary] of staffActs) {
    change(act, summary)
      .option('--guest <guestId>', 'only this guest')
      .requiredOption('--reason <text>', 'why, for the timeline')
      .action((propertyId: string, reservationId: string, { guest, reason }: StaffOptions) =>
        send({ propertyId, reservationId }, act, { guestId: guest, reason }),
      );
  }

  change('join-to', 'join a card that the front desk cut for the same lease')
    .argument('<acsCredentialId>', "Seam's id of the card")
    .option('--guest <guestId>', 'for the rooms of this guest')
    .action((propertyId: string, reservationId: string, acsCredentialId: string, { guest }: JoinOptions) =>
      send({ propertyId, reservationId }, 'joinTo', { acsCredentialId, guestId: guest }),
    );

  const plain = [
    ['retry', 'retry', 'retry refused steps'],
    ['policy-changed', 'policyChanged', 'read the configuration of the property again, and its doors'],
    ['check-in', 'checkIn', 'check in: the guests have arrived'],
    ['check-out', 'checkOut', 'check out: the guests have left, and every key is revoked'],
    ['cancel', 'cancel', 'cancel the reservation: every key is revoked'],
  ] as const;
  for (const [command, message, summary] of plain) {
    change(command, summary).action((propertyId: string, reservationId: string) =>
      send({ propertyId, reservationId }, message, {}),
    );
  }
}

interface GuestOptions {
  readonly name?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly person?: string;
  readonly rooms?: readonly string[];
  readonly primary?: true;
  readonly key: boolean;
}

interface MoveOptions {
  readonly guest?: string;
  readonly from?: string;
}

interface ReplaceOptions {
  readonly mode: string;
  readonly device?: string;
}

interface StaffOptions {
  readonly guest?: string;
  readonly reason: string;
}

interface JoinOptions {
  readonly guest?: string;
}

interface ErasureOptions {
  readonly person?: string;
}

interface WindowOptions {
  readonly from?: string;
  readonly to?: string;
}

function addShow(program: Command, { env, out }: Terminal): void {
  const colours = coloursFor(out);
  program
    .command('show')
    .summary('show a stay: guests, keys with reasons, next steps and attention')
    .description('Shows a stay: guests, keys with reasons, next steps, attention and the timeline.')
    .argument('<propertyId>')
    .argument('<reservationId>')
    .option('--json', 'the view as JSON (docs/messages.md)', false)
    .action(async (propertyId: string, reservationId: string, { json }: { readonly json: boolean }) => {
      try {
        const view = await viewOf(env, { propertyId, reservationId });
        out.write(`${json ? JSON.stringify(view, null, 2) : showView(view, colours)}\n`);
      } catch (error) {
        if (error instanceof NoWorkerAnswers && !json) out.write(`${showLastKnown(error.lastKnown, colours)}\n`);
        throw error;
      }
    });
}

function roomList(text: string): readonly string[] {
  return text === '' ? [] : text.split(',').map((room) => room.trim());
}
