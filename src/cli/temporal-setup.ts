/** Command `stayline temporal setup` (docs/cli.md): gives a Temporal server what stays need, or checks that it has it. */
import type { Connection } from '@temporalio/client';
import type { Command } from 'commander';
import { openPropertyFile, retentionHoursFor } from '../property-file.js';
import type { TemporalTarget } from '../temporal/connection.js';
import { awaitSearchAttributes, registerSearchAttributes } from '../temporal/register-search-attributes.js';
import { checkServer, commandLines, type Finding } from '../temporal/server-check.js';
import { isCloud } from '../temporal/server-repairs.js';
import { asBadInput } from './json-file.js';
import { BadInput } from './outcome.js';
import { print, withJson, type JsonOption } from './shared-options.js';
import { coloursFor, table, type Colours } from './show.js';
import { withConnection } from './temporal.js';
import type { Terminal } from './terminal.js';

interface SetupOptions extends JsonOption {
  readonly check: boolean;
  readonly properties?: string;
}

/** Adds the command `temporal setup`. */
export function addTemporalCommands(program: Command, { env, out }: Terminal): void {
  const group = program.command('temporal').description('Prepares a Temporal server for stays.');
  withJson(group.command('setup'), 'the findings')
    .summary('register the search attributes, and check the server')
    .description(
      'Registers the search attributes of stays, and checks version, namespace, retention and permissions. What it cannot do itself is shown as commands.',
    )
    .option('--check', 'only check; change nothing', false)
    .option('--properties <file>', 'the property file, for the longest closing grace', env['STAYLINE_PROPERTIES'])
    .action(async ({ check, json, properties }: SetupOptions) => {
      const retentionHours = await retentionFor(properties);
      const { findings, target } = await withConnection(env, async (connection, target) => ({
        target,
        findings: await (check ? checkServer : setUp)(connection, target, { retentionHours }),
      }));
      print({ out }, { json }, findings, () => showFindings(target, findings, coloursFor(out)));
      if (findings.some(({ ok }) => !ok)) {
        throw new BadInput(`Temporal at ${target.address}, namespace ${target.namespace}, is not ready for stays`);
      }
    });
}

async function retentionFor(file: string | undefined): Promise<number> {
  if (file === undefined) return retentionHoursFor([]);
  try {
    const { all } = await openPropertyFile(file, { onInvalid: () => undefined });
    return retentionHoursFor(await all());
  } catch (error) {
    throw asBadInput(error);
  }
}

/** Registers the missing search attributes, unless another API manages them, and returns the findings after that. */
async function setUp(
  connection: Connection,
  target: TemporalTarget,
  requirements: { readonly retentionHours: number },
): Promise<readonly Finding[]> {
  const before = await checkServer(connection, target, requirements);
  const attributes = before.find(({ about }) => about === 'search attributes');
  if (attributes === undefined || attributes.ok || isCloud(target)) return before;
  await registerSearchAttributes(connection, target.namespace);
  const after = await checkServer(connection, target, requirements);
  if (after.find(({ about }) => about === 'search attributes')?.ok === true) {
    await awaitSearchAttributes(connection, target.namespace);
  }
  return after;
}

function showFindings({ address, namespace }: TemporalTarget, findings: readonly Finding[], colours: Colours): string {
  const rows = findings.map(({ ok, about, text }) => [
    ok ? colours.green('ok') : colours.red('not ready'),
    about,
    text,
  ]);
  return [colours.bold(`Temporal at ${address}, namespace ${namespace}`), table(rows), ...commandLines(findings)].join(
    '\n\n',
  );
}
