/** Command `stayline encryption-key create` (docs/encryption.md). It needs no Temporal server. */
import type { Command } from 'commander';
import { KEY_ID, newKeyEntry } from '../temporal/encryption/index.js';
import { BadInput, NotWorked } from './outcome.js';
import type { Terminal } from './terminal.js';

interface CreateOptions {
  readonly id: string;
  readonly awsKms?: string;
}

/** Adds the command `encryption-key create`. */
export function addEncryptionKeyCommands(program: Command, { out }: Terminal): void {
  program
    .command('encryption-key')
    .description('Makes keys for STAYLINE_ENCRYPTION_KEYS.')
    .command('create')
    .summary('make an encryption key')
    .description('Makes a random key of 256 bits, and prints its entry for STAYLINE_ENCRYPTION_KEYS.')
    .requiredOption('--id <keyId>', 'the id of the key, such as 2026-11; it stands in every payload, in clear')
    .option('--aws-kms <key>', 'wrap the key with this key of AWS KMS: its id, ARN or alias')
    .action(async ({ id, awsKms }: CreateOptions) => {
      if (!KEY_ID.test(id)) {
        throw new BadInput('the key id cannot be used', ['--id must be 1 to 64 letters, digits, ".", "_" and "-"']);
      }
      out.write(`${awsKms === undefined ? newKeyEntry(id) : await wrappedEntry(id, awsKms)}\n`);
    });
}

async function wrappedEntry(keyId: string, masterKey: string): Promise<string> {
  const { newAwsKmsEntry } = await import('../temporal/encryption/aws-kms.js');
  try {
    return await newAwsKmsEntry(keyId, masterKey);
  } catch (error) {
    throw new NotWorked(`AWS KMS made no key: ${error instanceof Error ? error.message : String(error)}`);
  }
}
