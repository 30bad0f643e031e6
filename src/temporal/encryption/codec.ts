/**
 * Encryption of payloads by AES-256-GCM (NIST SP 800-38D) from Node's WebCrypto. Algorithm, key id and property stand in
 * the payload's metadata in clear, and are authenticated: a payload of one property is not a payload of another.
 */
import type { webcrypto } from 'node:crypto';
import type { Payload, PayloadCodec, SerializationContext } from '@temporalio/common';
import proto from '@temporalio/proto';
import { propertyOfWorkflow } from '../../domain/model/ids.js';
import type { EncryptionKeys, GivenKeys } from './keys.js';

const ENCRYPTED = 'binary/encrypted';
const ALGORITHM = 'AES-256-GCM';
const NONCE_BYTES = 12;

const { Payload: WirePayload } = proto.temporal.api.common.v1;

/** Metadata of an encrypted payload; the names are ours, but for `encoding`. */
const METADATA = {
  encoding: 'encoding',
  algorithm: 'encryption-algorithm',
  keyId: 'encryption-key-id',
  property: 'encryption-property',
} as const;

/** Error for a payload that cannot be decrypted; the message names the key and nothing of the content. */
export class NotDecrypted extends Error {
  override readonly name = 'NotDecrypted';
}

/** Error for a payload that will never be decrypted. */
class Spoiled extends NotDecrypted {}

export interface CodecOptions {
  /**
   * Set in workers: a payload of a workflow that no key fits is passed on as it is. Workflow code then ignores it as a
   * message that cannot be decoded, because an error here would stop the workflow for good. A payload whose key is not
   * given stops the workflow in any case: with the key it is read.
   */
  readonly passesSpoiled?: boolean;
}

/**
 * Returns the codec. It encrypts with the newest key. It decrypts with any, and passes on what is not encrypted: stays
 * from before encryption, and programs that send plain JSON.
 */
export function encryptionCodec(keys: EncryptionKeys, { passesSpoiled = false }: CodecOptions = {}): PayloadCodec {
  const read = async (
    payload: Payload,
    given: GivenKeys,
    context: SerializationContext | undefined,
  ): Promise<Payload> => {
    try {
      return await decrypted(payload, given, propertyIn(context));
    } catch (error) {
      if (passesSpoiled && context?.type === 'workflow' && error instanceof Spoiled) return payload;
      throw error;
    }
  };
  return {
    async encode(payloads, context) {
      const given = await keys.current();
      return Promise.all(payloads.map((payload) => encrypted(payload, given, propertyIn(context))));
    },
    async decode(payloads, context) {
      const given = await keys.current();
      return Promise.all(payloads.map((payload) => read(payload, given, context)));
    },
  };
}

/** Returns the property of the workflow that a payload belongs to; an empty text if it belongs to none. */
function propertyIn(context: SerializationContext | undefined): string {
  return context?.workflowId === undefined ? '' : (propertyOfWorkflow(context.workflowId) ?? '');
}

async function encrypted(payload: Payload, keys: GivenKeys, property: string): Promise<Payload> {
  const { keyId, key } = keys.newest;
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const content = WirePayload.encode(payload).finish();
  const sealed = await crypto.subtle.encrypt(sealing(nonce, keyId, property), key, content);
  return {
    metadata: {
      [METADATA.encoding]: bytesOf(ENCRYPTED),
      [METADATA.algorithm]: bytesOf(ALGORITHM),
      [METADATA.keyId]: bytesOf(keyId),
      [METADATA.property]: bytesOf(property),
    },
    data: Buffer.concat([nonce, new Uint8Array(sealed)]),
  };
}

async function decrypted(payload: Payload, keys: GivenKeys, owner: string): Promise<Payload> {
  if (metadataOf(payload, METADATA.encoding) !== ENCRYPTED) return payload;
  const keyId = metadataOf(payload, METADATA.keyId);
  const property = metadataOf(payload, METADATA.property);
  const known = keys.byId(keyId);
  if (known === undefined) {
    throw new NotDecrypted(
      `a payload is encrypted with the key ${JSON.stringify(keyId)}, which STAYLINE_ENCRYPTION_KEYS does not have`,
    );
  }
  if (property !== '' && owner !== '' && property !== owner) {
    throw new Spoiled(`a payload of the property ${property} was put into a workflow of the property ${owner}`);
  }
  const data = payload.data ?? new Uint8Array();
  const [nonce, sealed] = [data.subarray(0, NONCE_BYTES), data.subarray(NONCE_BYTES)];
  try {
    const content = await crypto.subtle.decrypt(sealing(nonce, keyId, property), known.key, sealed);
    return WirePayload.decode(new Uint8Array(content));
  } catch {
    throw new Spoiled(`a payload does not fit the key ${keyId}: it was changed, or the key is another one`);
  }
}

/** Returns the property of an encrypted payload, an empty text if it has none; undefined if it is not encrypted. */
export function propertyOfPayload(payload: Payload): string | undefined {
  return metadataOf(payload, METADATA.encoding) === ENCRYPTED ? metadataOf(payload, METADATA.property) : undefined;
}

function sealing(nonce: Uint8Array, keyId: string, property: string): webcrypto.AesGcmParams {
  return { name: 'AES-GCM', iv: nonce, additionalData: bytesOf(JSON.stringify([ALGORITHM, keyId, property])) };
}

function metadataOf({ metadata }: Payload, name: string): string {
  return new TextDecoder().decode(metadata?.[name] ?? new Uint8Array());
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
