import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openApiKeys } from '../../../src/booking/http/index.js';
import { runCli } from '../../../src/cli/run.js';
import { collecting } from '../../harness/collecting.js';

const folder = mkdtempSync(path.join(tmpdir(), 'stayline-cli-keys-'));
const file = path.join(folder, 'keys.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function stayline(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err] = [collecting(), collecting()];
  const env = { STAYLINE_API_KEYS: file };
  const code = await runCli(['api-key', ...args], { env, out: out.stream, err: err.stream });
  return { code, out: out.text(), err: err.text() };
}

test('a new API key is valid at once, is listed without its secret, and is revoked by its name', async () => {
  const made = await stayline('create', 'opera', '--property', 'a', '--property', 'b', '--access', 'write');
  expect(made.code).toBe(0);
  const key = made.out.trim();
  const keys = await openApiKeys(file, { onInvalid: () => undefined });
  const caller = { keyId: 'opera', properties: ['a', 'b'], access: 'write' };
  expect(await keys.judge(key)).toEqual({ kind: 'valid', caller });
  const secret = key.slice('stayline_opera_'.length);
  expect(secret.length).toBeGreaterThan(30);
  expect(readFileSync(file, 'utf8')).not.toContain(secret);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await stayline('create', 'desk', '--all-properties', '--expires', '2030-01-01T00:00Z');
  const { out } = await stayline('list');
  expect(out).toBe('opera  write  a, b\ndesk  read  all properties  until 2030-01-01T00:00Z\n');
  expect(await stayline('revoke', 'opera')).toMatchObject({ code: 0 });
  expect((await stayline('list')).out).toMatch(/^desk /);
});

test.each([
  [['create', 'x'], 'give either --property'],
  [['create', 'X y', '--all-properties'], 'keyId must be a name'],
  [['create', 'desk', '--all-properties'], "keyId must differ from every other key's"],
  [['create', 'z', '--all-properties', '--expires', 'tomorrow'], 'expiresAt must be an ISO 8601 instant'],
  [['revoke', 'nobody'], 'there is no key "nobody"'],
])('the arguments %j are refused, and the key file stays as it is', async (args, message) => {
  const before = (await stayline('list')).out;
  const { code, err } = await stayline(...args);
  expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  expect((await stayline('list')).out).toBe(before);
});
