/** The variable `STAYLINE_ENCRYPTION_KEYS`: its forms, and errors that never show a key. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { ConfigError } from '../../../../src/config/secret-files.js';
import { keepEncryptionKeys, newKeyEntry } from '../../../../src/temporal/encryption/index.js';
import { encryptionKeysIn, type KeyServices } from '../../../../src/temporal/encryption/keys.js';

const secret = randomBytes(32).toString('base64');

/** A service that stores a key with its bytes reversed, and refuses the key `denied`. */
const services: KeyServices = {
  mirror: () =>
    Promise.resolve({
      unwrap: (wrapped, keyId) =>
        keyId === 'denied' ? Promise.reject(new Error('access denied')) : Promise.resolve(wrapped.toReversed()),
    }),
};

async function problemsOf(text: string): Promise<string> {
  const error: unknown = await encryptionKeysIn(text, services).catch((reason: unknown) => reason);
  if (!(error instanceof ConfigError)) throw new Error('the keys were accepted');
  return error.message;
}

test('the first key is the newest, and all are found by their ids', async () => {
  const keys = await encryptionKeysIn(`2026-11=${secret},\n2026-05=${randomBytes(32).toString('base64')}`, services);
  expect(keys.newest.keyId).toBe('2026-11');
  expect(keys.byId('2026-05')?.keyId).toBe('2026-05');
  expect(keys.byId('2025')).toBeUndefined();
});

test('an entry that is made for a new key is accepted', async () => {
  const keys = await encryptionKeysIn(newKeyEntry('k.1'), services);
  expect(keys.newest.keyId).toBe('k.1');
});

test('a wrapped key is unwrapped by the service that it names', async () => {
  const wrapped = Buffer.from(randomBytes(32)).toString('base64');
  expect((await encryptionKeysIn(`k1=mirror:${wrapped}`, services)).newest.keyId).toBe('k1');
});

test.each([
  [' ', 'STAYLINE_ENCRYPTION_KEYS must have at least one key'],
  [secret.replaceAll('=', ''), 'STAYLINE_ENCRYPTION_KEYS[0] must be "<key id>=<key>"'],
  [`a b=${secret}`, 'STAYLINE_ENCRYPTION_KEYS[0] must be "<key id>=<key>"'],
  ['k1=c2hvcnQ=', 'STAYLINE_ENCRYPTION_KEYS[0] (k1) must be a key of 32 bytes in Base64'],
  [`k1=${secret} k1=${secret}`, 'STAYLINE_ENCRYPTION_KEYS must not have two keys with the id k1'],
  [`k1=vault:${secret}`, 'STAYLINE_ENCRYPTION_KEYS[0] (k1) must be wrapped by one of: mirror'],
  [`k1=${secret} denied=mirror:${secret}`, 'STAYLINE_ENCRYPTION_KEYS[1] cannot be unwrapped: access denied'],
])('wrong keys are refused with the position of the entry, and no part of a key (%#)', async (text, problem) => {
  const problems = await problemsOf(text);
  expect(problems).toContain(problem);
  expect(problems).not.toContain(secret.slice(0, 12));
});

test('all wrong entries are named at once', async () => {
  const problems = await problemsOf('k1=c2hvcnQ= denied=mirror:c2hvcnQ=');
  expect(problems.split('\n')).toHaveLength(2);
});

test('a changed file of keys is read again; one that cannot be used is reported, and its previous keys stay', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stayline-keys-'));
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    const file = path.join(folder, 'keys');
    const [first, second] = [newKeyEntry('k1'), newKeyEntry('k2')];
    writeFileSync(file, first);
    const problems: string[] = [];
    const keys = await keepEncryptionKeys(file, (error) => void problems.push(...error.problems));
    const idAfter = async (content: string): Promise<string> => {
      writeFileSync(file, content);
      vi.advanceTimersByTime(1_000);
      return (await keys.current()).newest.keyId;
    };
    expect((await keys.current()).newest.keyId).toBe('k1');
    expect(await idAfter(`${second}\n${first}\n`)).toBe('k2');
    expect((await keys.current()).byId('k1')).toBeDefined();
    expect(await idAfter('k3=short')).toBe('k2');
    expect(problems).toEqual(['STAYLINE_ENCRYPTION_KEYS[0] (k3) must be a key of 32 bytes in Base64']);
    rmSync(file);
    vi.advanceTimersByTime(1_000);
    expect((await keys.current()).newest.keyId).toBe('k2');
    expect(problems).toHaveLength(2);
  } finally {
    vi.useRealTimers();
    rmSync(folder, { recursive: true });
  }
});

test('a file of keys that cannot be used at the start is refused, and the error names it', async () => {
  const keys = keepEncryptionKeys('/does/not/exist', () => undefined);
  await expect(keys).rejects.toThrow('/does/not/exist cannot be used:');
});
