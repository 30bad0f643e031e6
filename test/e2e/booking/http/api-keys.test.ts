import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { makeApiKey, openApiKeys, type ApiKeyRecord } from '../../../../src/booking/http/api-keys.js';
import type { ConfigFileError } from '../../../../src/config/config-file.js';
import { DEV_API_KEY } from '../../../../src/dev/stack.js';
import { packageRoot } from '../../../../src/package-root.js';

const folder = mkdtempSync(path.join(tmpdir(), 'stayline-keys-'));
const file = path.join(folder, 'keys.json');
afterEach(() => {
  vi.useRealTimers();
  rmSync(file, { force: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const opera = makeApiKey({ keyId: 'opera', properties: ['seaside'], access: 'write' });
const onInvalid = vi.fn<(error: ConfigFileError) => void>();

function write(...keys: readonly (ApiKeyRecord | object)[]): void {
  writeFileSync(file, JSON.stringify({ keys }));
}

/** Moves the clock past the next check of the key file. */
function aMomentLater(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5_000 });
}

describe('an API key', () => {
  test('an API key is valid for the rights in its record, and a partial or altered key is unknown', async () => {
    write(opera.record);
    const keys = await openApiKeys(file, { onInvalid });
    expect(await keys.judge(opera.key)).toEqual({
      kind: 'valid',
      caller: { keyId: 'opera', properties: ['seaside'], access: 'write' },
    });
    const impostor = makeApiKey({ keyId: 'opera', properties: 'all', access: 'write' });
    for (const wrong of [impostor.key, opera.key.slice(0, -1), `${opera.key}A`, opera.record.sha256, '', 'sl_opera_']) {
      expect(await keys.judge(wrong)).toEqual({ kind: 'unknown' });
    }
  });

  test('the API key file holds neither a key nor anything that a key could be derived from', () => {
    const secret = opera.key.slice('sl_opera_'.length);
    expect(secret).toHaveLength(43);
    expect(JSON.stringify(opera.record)).not.toContain(secret);
  });

  test('an API key ends at its expiry time', async () => {
    const { key, record } = makeApiKey({
      keyId: 'k',
      properties: 'all',
      access: 'read',
      expiresAt: '2026-01-01T00:00Z',
    });
    write(record);
    expect(await (await openApiKeys(file, { onInvalid })).judge(key)).toEqual({ kind: 'expired' });
  });

  test('a key removed from the file ends, and an added key becomes valid, without a restart', async () => {
    write(opera.record);
    const keys = await openApiKeys(file, { onInvalid });
    const other = makeApiKey({ keyId: 'mews', properties: 'all', access: 'read' });
    write(other.record);
    aMomentLater();
    expect(await keys.judge(opera.key)).toEqual({ kind: 'unknown' });
    expect(await keys.judge(other.key)).toMatchObject({ kind: 'valid' });
  });

  test('an API key stays valid while the changed file is invalid, and the invalid file is reported', async () => {
    write(opera.record);
    const keys = await openApiKeys(file, { onInvalid });
    writeFileSync(file, '{ "keys": ');
    aMomentLater();
    expect(await keys.judge(opera.key)).toMatchObject({ kind: 'valid' });
    expect(onInvalid).toHaveBeenCalledOnce();
  });
});

describe('a file of API keys', () => {
  test.each([
    [{ ...opera.record, sha256: 'abc' }, 'keys[0].sha256 must be the SHA-256 of the key'],
    [{ ...opera.record, properties: 'some' }, 'keys[0].properties must be "all", or a list of property ids'],
    [{ ...opera.record, key: opera.key }, 'keys[0].key is not a known field'],
  ])('a file of API keys that holds %j is refused with the path of the field', async (record, problem) => {
    write(record);
    await expect(openApiKeys(file, { onInvalid })).rejects.toThrow(problem);
  });

  test('a file of API keys that lists a key id twice is refused', async () => {
    write(opera.record, opera.record);
    await expect(openApiKeys(file, { onInvalid })).rejects.toThrow("keys[1].keyId must differ from every other key's");
  });

  test('the example file of API keys holds the key of npm run dev and of the demo in containers', async () => {
    const keys = await openApiKeys(path.join(packageRoot(), 'examples/api-keys.json'), { onInvalid });
    const caller = { keyId: 'dev', properties: ['simulated-hotel'], access: 'write' };
    expect(await keys.judge(DEV_API_KEY)).toEqual({ kind: 'valid', caller });
  });
});
