/** Encryption of everything that Temporal stores about a stay: payloads, and the texts of failures. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { encryptionCodec } from './codec.js';
import { encryptionKeysIn, type EncryptionKeys, type KeyServices } from './keys.js';

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
export function readEncryptionKeys(text: string): Promise<EncryptionKeys> {
  return encryptionKeysIn(text, SERVICES);
}

/** Returns the data converter of a client or a worker. A worker also needs the bundle that encodes failures. */
export function encryptingConverter(keys: EncryptionKeys, side: 'client' | 'worker'): DataConverter {
  const codec = encryptionCodec(keys, { passesSpoiled: side === 'worker' });
  return { payloadCodecs: [codec], failureConverterPath: FAILURE_CONVERTER };
}
