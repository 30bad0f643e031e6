/** Encryption keys wrapped by AWS KMS, against moto, a stand-in for AWS that others make and test against AWS. */
import { spawn, type ChildProcess } from 'node:child_process';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { defaultPayloadConverter } from '@temporalio/common';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runCli } from '../../../../src/cli/run.js';
import { findTool } from '../../../../src/temporal/binaries.js';
import { encryptionCodec, readEncryptionKeys } from '../../../../src/temporal/encryption/index.js';
import { freePorts } from '../../../../src/temporal/ports.js';
import { collecting } from '../../../harness/collecting.js';
import { waitUntil } from '../../../harness/wait-until.js';

const python = findTool('python');
const PATIENCE = { timeout: 120_000, interval: 200 };

let moto: ChildProcess | undefined;
let masterKey = '';
beforeAll(async () => {
  if (python === undefined) return;
  const [port = 0] = await freePorts(undefined);
  moto = spawn(python, ['-m', 'moto.server', '-p', String(port)], { stdio: 'ignore' });
  vi.stubEnv('AWS_ENDPOINT_URL_KMS', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const isUp = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/moto-api/`).then(
      () => true,
      () => false,
    );
  await waitUntil(isUp, PATIENCE);
  const created = await new KMSClient({}).send(new CreateKeyCommand({}));
  masterKey = created.KeyMetadata?.KeyId ?? '';
});
afterAll(() => {
  moto?.kill('SIGTERM');
  vi.unstubAllEnvs();
});

async function create(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err] = [collecting(), collecting()];
  const command = ['encryption-key', 'create', ...args];
  const code = await runCli(command, { env: {}, out: out.stream, err: err.stream });
  return { code, out: out.text().trim(), err: err.text() };
}

test.skipIf(python === undefined)(
  'a key that AWS KMS made and wrapped encrypts, and another process unwraps the same key',
  async () => {
    const { code, out: entry } = await create('--id', 'k1', '--aws-kms', masterKey);
    expect(code).toBe(0);
    expect(entry).toMatch(/^k1=aws-kms:/);
    const [first, second] = [await readEncryptionKeys(entry), await readEncryptionKeys(entry)];
    const payloads = await encryptionCodec(first).encode([defaultPayloadConverter.toPayload('secret')]);
    const [read] = await encryptionCodec(second).decode(payloads);
    expect(defaultPayloadConverter.fromPayload(read ?? {})).toBe('secret');
  },
);

test.skipIf(python === undefined)('a wrapped key is refused under another id, and so is a changed one', async () => {
  const { out: entry } = await create('--id', 'k1', '--aws-kms', masterKey);
  await expect(readEncryptionKeys(entry.replace('k1=', 'k2='))).rejects.toThrow(
    'STAYLINE_ENCRYPTION_KEYS[0] cannot be unwrapped',
  );
  await expect(readEncryptionKeys('k1=aws-kms:c2hvcnQ=')).rejects.toThrow(
    'STAYLINE_ENCRYPTION_KEYS[0] cannot be unwrapped',
  );
});

test.skipIf(python === undefined)(
  'a key of AWS KMS that does not exist is a failure with the reason of AWS',
  async () => {
    const failed = await create('--id', 'k1', '--aws-kms', 'alias/absent');
    expect(failed).toMatchObject({ code: 1, out: '', err: expect.stringContaining('AWS KMS made no key') as string });
  },
);

test('a key without a service is printed as its entry, and a wrong id is refused', async () => {
  const { code, out } = await create('--id', '2026-11');
  expect(code).toBe(0);
  expect((await (await readEncryptionKeys(out)).current()).newest.keyId).toBe('2026-11');
  expect(await create('--id', 'two words')).toMatchObject({ code: 2, out: '' });
});
