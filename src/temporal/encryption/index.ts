/** Encryption of everything that Temporal stores about a stay: payloads, and the texts of failures. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { encryptionCodec } from './codec.js';
import { ConfigFileError, keepConfigFile, readText } from '../../config/config-file.js';
import { ConfigError } from '../../config/secret-files.js';
import { encryptionKeysIn, type EncryptionKeys, type GivenKeys, type KeyServices } from './keys.js';

export { encryptionCodec, NotDecrypted, propertyOfPayload } from './codec.js';
export { KEY_ID, newKeyEntry, type EncryptionKeys } from './keys.js';

/** Services that wrap keys. The SDK of a service is loaded when a key needs it. */
const SERVICES: KeyServices = {
  'aws-kms': async () => (await import('./aws-kms.js')).awsKms(),
};

/** File of the failure converter, for the SDK, which loads it in the worker and in the sandbox. */
export const FAILURE_CONVERTER = ((): string => {
  const file = fileURLToPath(new URL('./failure-converter', import.meta.url));
  return existsSync(`${file}.ts`) ? `${file}.ts` : `${file}.js`;
})();

/** Returns the keys in the variable's text. @throws ConfigError that names each wrong entry */
export async function readEncryptionKeys(text: string): Promise<EncryptionKeys> {
  const keys = await encryptionKeysIn(text, SERVICES);
  return { current: () => Promise.resolve(keys) };
}

/** Minimum time between two checks of the file of the keys, in milliseconds. */
const LOOK_EVERY_MS = 1_000;

/**
 * Returns the keys in a file, which is read again after each change.
 * @param onInvalid receives the error if a changed file cannot be used; the previous keys stay in force
 * @throws ConfigFileError that names each wrong entry, if the file cannot be used now
 */
export async function keepEncryptionKeys(
  path: string,
  onInvalid: (error: ConfigFileError) => void,
): Promise<EncryptionKeys> {
  return { current: await keepConfigFile(path, { read: keysInFile, onInvalid, lookEveryMs: LOOK_EVERY_MS }) };
}

async function keysInFile(path: string): Promise<GivenKeys> {
  const text = await readText(path);
  try {
    return await encryptionKeysIn(text, SERVICES);
  } catch (error) {
    throw error instanceof ConfigError ? new ConfigFileError(path, error.message.split('\n')) : error;
  }
}

/** Returns the data converter of a client or a worker. A worker also needs the bundle that encodes failures. */
export function encryptingConverter(keys: EncryptionKeys, side: 'client' | 'worker'): DataConverter {
  const codec = encryptionCodec(keys, { passesSpoiled: side === 'worker' });
  return { payloadCodecs: [codec], failureConverterPath: FAILURE_CONVERTER };
}
