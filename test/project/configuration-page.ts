/** `docs/configuration.md`, made of the schemas that check the environment. */
import type { z } from 'zod';
import { codecVariables, SECRETS, serverVariables, workerVariables } from '../../src/config/process-variables.js';
import { TEMPORAL_SECRETS, temporalVariables } from '../../src/temporal/variables.js';

type Variables = Readonly<Record<string, z.ZodType>>;

const INTRODUCTION = `# Configuration

Every process reads its environment once, when it starts. It names all problems at once, by variable, and ends with
exit code 2. Values never appear in these messages.

A secret may be in a file, as containers receive it: the variable with \`_FILE\` at the end names the file. These
variables are ${[...SECRETS, ...TEMPORAL_SECRETS].map((name) => `\`${name}\``).join(', ')}.

The files that variables name are checked at the start too. A changed property file or file of API keys is read
again. A changed file that cannot be used is logged, and the previous content stays in force.

This page is made of the schemas that check the environment
(\`CONFIGURATION_PAGE=write npx vitest run test/project/configuration-doc\`).`;

const TEMPORAL = `Worker, server and the command line \`stayline\` connect alike. A variable wins over the profile of Temporal's
configuration file, which wins over the default. Variables \`TEMPORAL_GRPC_META_<NAME>\` add gRPC headers.

At the start, worker and server check that the Temporal server has what stays need: its version, the namespace, the
retention, the search attributes, and permissions. A worker waits for a server that is coming up. A server process
listens meanwhile, and its \`/readyz\` says that it is not ready. If something is missing, both end with exit code 2
and the commands that add it. [\`stayline temporal setup\`](cli.md#temporal-setup) adds and checks the same.`;

/** Returns the page. */
export function configurationPage(): string {
  return `${[
    INTRODUCTION,
    '## Worker',
    table(workerVariables.shape),
    '## Server',
    table(serverVariables.shape),
    '## Codec server',
    table(codecVariables.shape),
    '## Temporal',
    TEMPORAL,
    table(temporalVariables.shape),
  ].join('\n\n')}\n`;
}

function table(variables: Variables): string {
  const rows = Object.entries(variables).map(([name, schema]) => [
    `\`${name}\``,
    defaultOf(schema),
    schema.description ?? '',
  ]);
  return aligned([['variable', 'default', 'meaning'], ...rows]);
}

function defaultOf(schema: z.ZodType): string {
  const parsed = schema.safeParse(undefined);
  if (!parsed.success) return 'needed';
  return parsed.data === undefined ? '' : `\`${JSON.stringify(parsed.data).replaceAll('"', '')}\``;
}

function aligned([header = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => [...(row[column] ?? '')].length)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
