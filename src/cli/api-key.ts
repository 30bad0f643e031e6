/**
 * Command `stayline api-key`: makes, lists and revokes keys of the HTTP API in the server's file (docs/http-api.md).
 */
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { ACCESS, apiKeyFileSchema, makeApiKey, readApiKeyFile, type ApiKeyFile } from '../booking/http/api-keys.js';
import { defined } from '../domain/model/defined.js';
import { asBadInput, checkInput } from './json-file.js';
import { BadInput } from './outcome.js';
import type { Terminal } from './terminal.js';

/** Mode of the file: only the server's user may read it. */
const FILE_MODE = 0o600;

interface FileOption {
  readonly file: string;
}

interface CreateOptions extends FileOption {
  readonly property?: readonly string[];
  readonly allProperties?: true;
  readonly access: (typeof ACCESS)[number];
  readonly expires?: string;
}

/** Adds the commands `api-key create`, `api-key list` and `api-key revoke`. */
export function addApiKeyCommands(program: Command, { env, out, err }: Terminal): void {
  const keys = program.command('api-key').description('Creates, lists and revokes keys of the HTTP API.');

  const command = (usage: string, summary: string): Command =>
    keys
      .command(usage)
      .summary(summary)
      .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
      .addOption(
        new Option('--file <path>', 'the file of keys').default(env['STAYLINE_API_KEYS']).makeOptionMandatory(),
      );

  command('create', 'create a key; it is shown once, the file holds only its hash')
    .argument('<name>', 'lowercase letters, digits and hyphens; shown in timelines')
    .option('--property <id>', 'a property that the key is for; repeat it for more', (id, ids: string[] = []) => [
      ...ids,
      id,
    ])
    .option('--all-properties', 'the key is for every property')
    .addOption(new Option('--access <access>', 'what the key may do').choices(ACCESS).default('read'))
    .option('--expires <instant>', 'when the key expires, such as 2027-11-23T00:00Z')
    .action(async (keyId: string, { file, property, allProperties, access, expires }: CreateOptions) => {
      if ((property === undefined) === (allProperties === undefined)) {
        throw new BadInput('give either --property, once for each, or --all-properties');
      }
      const { key, record } = makeApiKey({
        keyId,
        properties: property === undefined ? 'all' : [...property],
        access,
        ...defined({ expiresAt: expires }),
      });
      const before = existsSync(file) ? await read(file) : { keys: [] };
      const after = { keys: [...before.keys, record] };
      checkInput(after, apiKeyFileSchema, 'the input');
      write(file, after);
      err.write(`Created the key ${keyId} in ${file}. Keep it: it cannot be shown again.\n`);
      out.write(`${key}\n`);
    });

  command('list', 'list the keys of the file').action(async ({ file }: FileOption) => {
    for (const { keyId, properties, access, expiresAt } of (await read(file)).keys) {
      const where = properties === 'all' ? 'all properties' : properties.join(', ');
      out.write(`${keyId}  ${access}  ${where}${expiresAt === undefined ? '' : `  until ${expiresAt}`}\n`);
    }
  });

  command('revoke', 'revoke a key: within a second, every server refuses it')
    .argument('<name>')
    .action(async (keyId: string, { file }: FileOption) => {
      const before = await read(file);
      const after = before.keys.filter((record) => record.keyId !== keyId);
      if (after.length === before.keys.length)
        throw new BadInput(`there is no key ${JSON.stringify(keyId)} in ${file}`);
      write(file, { keys: after });
      out.write(`Revoked the key ${keyId}\n`);
    });
}

async function read(file: string): Promise<ApiKeyFile> {
  try {
    return await readApiKeyFile(file);
  } catch (error) {
    throw asBadInput(error);
  }
}

/** Replaces the file in one step, so that no server reads half a file. */
function write(file: string, content: ApiKeyFile): void {
  const draft = `${file}.${String(process.pid)}`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: FILE_MODE });
  renameSync(draft, file);
}
