/** Commands of `stayline` (docs/cli.md). */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import type { DraftAnswers, DraftRun, DryRun, PlannedChange, StayName } from '../client.js';
import { authorOf } from '../domain/model/author.js';
import { instantAt } from '../domain/model/instants.js';
import { messageNames, messageSchemas } from '../domain/model/message-schema.js';
import { packageRoot } from '../package-root.js';
import { snapshotSchema } from '../domain/model/snapshot-schema.js';
import { addImport } from './import/command.js';
import { addAuditCommand } from './audit.js';
import { addListCommand } from './list.js';
import { addApiKeyCommands } from './api-key.js';
import { addChangeCommands } from './changes.js';
import { checkInput, jsonIn, readJsonFile } from './json-file.js';
import { BadInput } from './outcome.js';
import { dryRunNew, inInstants, rulesOf } from './plan.js';
import { addRoomCommands } from './room.js';
import { print, withBy, withJson, type ByOption, type JsonOption } from './shared-options.js';
import { coloursFor, showDryRun, showLastKnown, showView } from './show.js';
import { addSimCommands } from './sim.js';
import { NoWorkerAnswers, viewOf, withStays } from './temporal.js';
import { addEncryptionKeyCommands } from './encryption-key.js';
import { addTemporalCommands } from './temporal-setup.js';
import { addTrailCommand } from './trail.js';
import { addWatchCommand } from './watch.js';
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
  addWatchCommand(program, terminal);
  addListCommand(program, terminal);
  addRoomCommands(program, terminal);
  addAuditCommand(program, terminal);
  addTrailCommand(program, terminal);
  addApiKeyCommands(program, terminal);
  addTemporalCommands(program, terminal);
  addEncryptionKeyCommands(program, terminal);
  addSimCommands(program, terminal);
  return program;
}

function versionOfPackage(): string {
  const text = readFileSync(path.join(packageRoot(), 'package.json'), 'utf8');
  return packageSchema.parse(JSON.parse(text)).version;
}

function addSnapshotCommands(program: Command, { env, out }: Terminal): void {
  const colours = coloursFor(out);
  withJson(withBy(program.command('apply')), 'the view (docs/messages.md)')
    .summary('send a whole reservation')
    .description('Sends a snapshot: starts the stay or amends it, and shows it as recorded. Keys follow.')
    .argument('<file>', 'the snapshot as JSON; - reads the standard input')
    .action(async (file: string, { by, json }: ByOption & JsonOption) => {
      const snapshot = readJsonFile(file, snapshotSchema);
      const view = await withStays(env, (stays) =>
        stays.applyReservation({ ...snapshot, by: authorOf('cli', by ?? snapshot.by) }),
      );
      print({ out }, { json }, view, () => showView(view, colours));
    });

  withJson(program.command('plan'), 'the steps')
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
      print({ out }, options, planned, () => showDryRun(planned, colours));
    });
}

interface PlanOptions extends JsonOption {
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

function addShow(program: Command, { env, out }: Terminal): void {
  const colours = coloursFor(out);
  withJson(program.command('show'), 'the view (docs/messages.md)')
    .summary('show a stay: guests, keys with reasons, next steps and attention')
    .description('Shows a stay: guests, keys with reasons, next steps, attention and the timeline.')
    .argument('<propertyId>')
    .argument('<reservationId>')
    .action(async (propertyId: string, reservationId: string, { json }: JsonOption) => {
      try {
        const view = await viewOf(env, { propertyId, reservationId });
        print({ out }, { json }, view, () => showView(view, colours));
      } catch (error) {
        if (error instanceof NoWorkerAnswers && !json) out.write(`${showLastKnown(error.lastKnown, colours)}\n`);
        throw error;
      }
    });
}
