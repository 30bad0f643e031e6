/**
 * Keys wrapped by AWS Key Management Service (`aws-kms:…`). Region, credentials and endpoint are those of the AWS SDK:
 * `AWS_REGION`, `AWS_PROFILE`, `AWS_ENDPOINT_URL_KMS` and so on. The encryption context binds a key to its id.
 */
import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import type { KeyService } from './keys.js';

export const AWS_KMS = 'aws-kms';

/** Encryption context of a key: AWS unwraps it only with the same one, and shows it in its audit log. */
function contextOf(keyId: string): Record<string, string> {
  return { application: 'stayline', keyId };
}

/** Returns the service. It makes one call to AWS for each key, when a process starts. */
export function awsKms(): KeyService {
  const client = new KMSClient({});
  return {
    async unwrap(wrapped, keyId) {
      const command = new DecryptCommand({ CiphertextBlob: wrapped, EncryptionContext: contextOf(keyId) });
      const { Plaintext: key } = await client.send(command);
      if (key === undefined) throw new Error('AWS KMS answered without a key');
      return key;
    },
  };
}

/**
 * Has AWS make a key, and returns its entry for the variable; the key itself is never seen.
 * @param masterKey id, ARN or alias of the KMS key that wraps it
 * @throws the error of AWS
 */
export async function newAwsKmsEntry(keyId: string, masterKey: string): Promise<string> {
  const command = new GenerateDataKeyCommand({
    KeyId: masterKey,
    KeySpec: 'AES_256',
    EncryptionContext: contextOf(keyId),
  });
  const { CiphertextBlob: wrapped } = await new KMSClient({}).send(command);
  if (wrapped === undefined) throw new Error('AWS KMS answered without a key');
  return `${keyId}=${AWS_KMS}:${Buffer.from(wrapped).toString('base64')}`;
}
