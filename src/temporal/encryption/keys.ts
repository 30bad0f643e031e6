/**
 * Encryption keys (`STAYLINE_ENCRYPTION_KEYS`): 256 bits each, with an id, newest first. The newest encrypts; all decrypt.
 * A key is given as such, or wrapped by a key management service.
 */
import type { webcrypto } from 'node:crypto';
import { ConfigError } from '../../config/secret-files.js';

const KEY_BYTES = 32;
const VARIABLE = 'STAYLINE_ENCRYPTION_KEYS';

/** Key management service that wraps keys: it alone can unwrap them. */
export interface KeyService {
  /**
   * Returns the key.
   * @param wrapped the key as the service returned it
   * @param keyId our id of the key, which the service has bound to it
   * @throws any error of the service
   */
  unwrap(wrapped: Uint8Array, keyId: string): Promise<Uint8Array>;
}

/** Services by the name that a wrapped key begins with, as in `aws-kms:…`. A service is loaded when a key needs it. */
export type KeyServices = Readonly<Record<string, () => Promise<KeyService>>>;

export interface EncryptionKey {
  readonly keyId: string;
  readonly key: webcrypto.CryptoKey;
}

/** Keys that are given at one time. */
export interface GivenKeys {
  readonly newest: EncryptionKey;
  /** Returns the key, or undefined if it is not among those given. */
  byId(keyId: string): EncryptionKey | undefined;
}

/** Keys of a process, which may change while it runs. */
export interface EncryptionKeys {
  /** Returns the keys that are given now. Never rejects. */
  current(): Promise<GivenKeys>;
}

/**
 * Returns the keys in the variable's text: entries `<key id>=<32 bytes in Base64>` or
 * `<key id>=<service>:<wrapped key in Base64>`, separated by white space or commas.
 * @throws ConfigError that names each wrong entry by its position, and no part of a key
 */
export async function encryptionKeysIn(text: string, services: KeyServices): Promise<GivenKeys> {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
  const read = await Promise.allSettled(entries.map((entry) => keyIn(entry, services)));
  const problems = read.flatMap((one, index) =>
    one.status === 'rejected' ? [`${VARIABLE}[${index}] ${reasonOf(one.reason)}`] : [],
  );
  const keys = read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const ids = keys.map(({ keyId }) => keyId);
  const repeated = ids.filter((id, index) => ids.indexOf(id) !== index);
  problems.push(...repeated.map((id) => `${VARIABLE} must not have two keys with the id ${id}`));
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  const [newest] = keys;
  if (newest === undefined) throw new ConfigError(`${VARIABLE} must have at least one key`);
  const byId = new Map(keys.map((key) => [key.keyId, key]));
  return { newest, byId: (keyId) => byId.get(keyId) };
}

/** Returns an entry of the variable for a new random key. */
export function newKeyEntry(keyId: string): string {
  return `${keyId}=${Buffer.from(crypto.getRandomValues(new Uint8Array(KEY_BYTES))).toString('base64')}`;
}

/** Problem of one entry; the message goes into the error. */
class WrongEntry extends Error {}

function reasonOf(error: unknown): string {
  if (error instanceof WrongEntry) return error.message;
  return `cannot be unwrapped: ${error instanceof Error ? error.message : String(error)}`;
}

/** Letters that a key id may have: it stands in every payload, in clear. */
export const KEY_ID = /^[A-Za-z0-9._-]{1,64}$/;

async function keyIn(entry: string, services: KeyServices): Promise<EncryptionKey> {
  const at = entry.indexOf('=');
  const [keyId, value] = at < 0 ? ['', ''] : [entry.slice(0, at), entry.slice(at + 1)];
  if (!KEY_ID.test(keyId))
    throw new WrongEntry('must be "<key id>=<key>", the id of letters, digits, ".", "_" and "-"');
  const bytes = await bytesOf(keyId, value, services);
  if (bytes.length !== KEY_BYTES) throw new WrongEntry(`(${keyId}) must be a key of ${KEY_BYTES} bytes in Base64`);
  const key = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
  return { keyId, key };
}

async function bytesOf(keyId: string, value: string, services: KeyServices): Promise<Uint8Array> {
  const [, name, wrapped] = /^([a-z-]+):(.*)$/.exec(value) ?? [];
  if (name === undefined || wrapped === undefined) return Buffer.from(value, 'base64');
  const open = services[name];
  if (open === undefined) {
    const known = Object.keys(services).join(', ');
    throw new WrongEntry(`(${keyId}) must be wrapped by one of: ${known}`);
  }
  return (await open()).unwrap(Buffer.from(wrapped, 'base64'), keyId);
}
