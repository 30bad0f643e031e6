/** `stayline/encryption`: the data converter of a program that uses `stayline/client` where guest data is encrypted. */
import type { DataConverter } from '@temporalio/common';
import { encryptingConverter, readEncryptionKeys } from './temporal/encryption/index.js';

/**
 * Returns the data converter for a Temporal client.
 * @param keys the text of `STAYLINE_ENCRYPTION_KEYS` (`docs/encryption.md`)
 * @throws ConfigError that names each wrong entry
 */
export async function encryptingDataConverter(keys: string): Promise<DataConverter> {
  return encryptingConverter(await readEncryptionKeys(keys), 'client');
}
