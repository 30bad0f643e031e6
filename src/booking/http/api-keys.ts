/**
 * API keys: `sl_<keyId>_<secret>`. The file holds only the SHA-256 of each key. The secret has 256 random bits, so a
 * slow hash adds nothing. The rights of a key are next to its hash.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { keepConfigFile, readConfigFile, type ConfigFileError } from '../../config/config-file.js';
import { idSchema, instantSchema } from '../../domain/model/snapshot-schema.js';

const keyIdSchema = z
  .string({ error: 'must be a name of 1 to 40 lowercase letters, digits and hyphens' })
  .regex(/^[a-z0-9-]{1,40}$/, 'must be a name of 1 to 40 lowercase letters, digits and hyphens');

/** Rights of a key: to read stays, to change them too, or to decode payloads (codec server) and nothing else. */
export const ACCESS = ['read', 'write', 'decode'] as const;

const apiKeySchema = z.strictObject({
  keyId: keyIdSchema,
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be the SHA-256 of the key, 64 hexadecimal digits'),
  /** Properties whose stays the key may access. */
  properties: z.union([
    z.literal('all', { error: 'must be "all", or a list of property ids' }),
    z.array(idSchema, { error: 'must be "all", or a list of property ids' }).min(1, 'must name a property'),
  ]),
  access: z.enum(ACCESS),
  expiresAt: instantSchema.optional(),
});

export const apiKeyFileSchema = z.strictObject({
  keys: z.array(apiKeySchema).superRefine((keys, context) => {
    keys.forEach(({ keyId }, index) => {
      if (keys.findIndex((other) => other.keyId === keyId) === index) return;
      context.addIssue({ code: 'custom', path: [index, 'keyId'], message: "must differ from every other key's" });
    });
  }),
});

export type ApiKeyRecord = z.infer<typeof apiKeySchema>;
export type ApiKeyFile = z.infer<typeof apiKeyFileSchema>;

/** Caller with a valid key. */
export interface Caller {
  readonly keyId: string;
  readonly properties: 'all' | readonly string[];
  readonly access: (typeof ACCESS)[number];
}

export type KeyDecision =
  { readonly kind: 'valid'; readonly caller: Caller } | { readonly kind: 'unknown' } | { readonly kind: 'expired' };

/** Key lookup of the server. */
export interface ApiKeys {
  /** Checks a presented key. */
  judge(presented: string): Promise<KeyDecision>;
}

/** Returns a new key and its record for the file. The key is not stored and cannot be shown again. */
export function makeApiKey(
  rights: Pick<ApiKeyRecord, 'keyId' | 'properties' | 'access' | 'expiresAt'>,
  secret: Buffer = randomBytes(32),
): { readonly key: string; readonly record: ApiKeyRecord } {
  const key = `sl_${rights.keyId}_${secret.toString('base64url')}`;
  return { key, record: { ...rights, sha256: hashOf(key).toString('hex') } };
}

const PRESENTED = /^sl_([a-z0-9-]{1,40})_[A-Za-z0-9_-]{43}$/;
/** Record to compare with if the key is unknown, so that both cases take equally long. */
const NOBODY: ApiKeyRecord = { keyId: 'nobody', sha256: '0'.repeat(64), properties: [], access: 'read' };

/** Checks a presented key against the records. @param now milliseconds since 1970 */
function judgeKey(records: ReadonlyMap<string, ApiKeyRecord>, presented: string, now: number): KeyDecision {
  const record = records.get(PRESENTED.exec(presented)?.[1] ?? '') ?? NOBODY;
  const isRight = timingSafeEqual(Buffer.from(record.sha256, 'hex'), hashOf(presented));
  if (!isRight || record === NOBODY) return { kind: 'unknown' };
  if (record.expiresAt !== undefined && Date.parse(record.expiresAt) <= now) return { kind: 'expired' };
  const { keyId, properties, access } = record;
  return { kind: 'valid', caller: { keyId, properties, access } };
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** Returns a lookup over a fixed list of records. */
export function fixedApiKeys(records: readonly ApiKeyRecord[]): ApiKeys {
  const byId = new Map(records.map((record) => [record.keyId, record]));
  return { judge: (presented) => Promise.resolve(judgeKey(byId, presented, Date.now())) };
}

/** Interval of file checks. A key that is removed from the file stays valid at most this long. */
const LOOK_EVERY_MS = 1_000;

export interface ApiKeyFileOptions {
  /** Called when a changed file cannot be used. The previous content stays in force. */
  readonly onInvalid: (error: ConfigFileError) => void;
}

/** Opens the key file and re-reads it after each change. @throws ConfigFileError if it cannot be used now */
export async function openApiKeys(path: string, { onInvalid }: ApiKeyFileOptions): Promise<ApiKeys> {
  const keys = await keepConfigFile(path, {
    read: async () => fixedApiKeys((await readApiKeyFile(path)).keys),
    onInvalid,
    lookEveryMs: LOOK_EVERY_MS,
  });
  return { judge: async (presented) => (await keys()).judge(presented) };
}

/** Reads and checks the key file. @throws ConfigFileError that names every wrong field */
export function readApiKeyFile(path: string): Promise<ApiKeyFile> {
  return readConfigFile(path, apiKeyFileSchema);
}
