/**
 * The package for other programs, as they install it: made from a clean checkout, into an empty folder, from the npm registry. The samples
 * of docs/typescript.md compile and run against it.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../src/package-root.js';

const run = promisify(execFile);
const CI_MINUTES = 10 * 60_000;

let folder: string;
let program: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'stayline-package-'));
  const checkout = path.join(folder, 'checkout');
  await run('git', ['clone', '--quiet', '--no-local', packageRoot(), checkout]);
  symlinkSync(path.join(packageRoot(), 'node_modules'), path.join(checkout, 'node_modules'));
  const { stdout } = await run('npm', ['run', '--silent', 'package'], { cwd: checkout });
  program = path.join(folder, 'program');
  mkdirSync(program);
  writeFileSync(path.join(program, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  await run('npm', ['install', '--silent', path.join(checkout, stdout.trim())], { cwd: program });
}, CI_MINUTES);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the package brings what a client needs, and no worker', () => {
  const scopes = readdirSync(path.join(program, 'node_modules/@temporalio'));
  expect(scopes).toContain('client');
  expect(scopes).not.toContain('worker');
  expect(scopes).not.toContain('core-bridge');
  expect(readdirSync(path.join(program, 'node_modules'))).not.toContain('fastify');
});

test("every export loads in Node.js, and a snapshot's schema refuses what is wrong", async () => {
  const code = `
    const { stayWorkflowId, createStayClient } = await import('stayline/client');
    const { snapshotSchema, stayMessages, roomMessages, TASK_QUEUES } = await import('stayline/messages');
    const { encryptingDataConverter } = await import('stayline/encryption');
    const { Client } = await import('@temporalio/client');
    const key = Buffer.alloc(32, 7).toString('base64');
    console.log(JSON.stringify([
      stayWorkflowId({ propertyId: 'a', reservationId: 'b' }),
      typeof createStayClient(new Client({})).view,
      snapshotSchema.safeParse({}).success,
      stayMessages.addGuestsSignal.name,
      roomMessages.roomQuery.name,
      TASK_QUEUES.stays,
      (await encryptingDataConverter('2026-11=' + key)).payloadCodecs.length,
    ]));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: program });
  expect(JSON.parse(stdout)).toEqual(['stay/a/b', 'function', false, 'addGuests', 'room', 'stays', 1]);
});

test('the samples of docs/typescript.md compile with strict types', async () => {
  const text = readFileSync(path.join(packageRoot(), 'docs/typescript.md'), 'utf8');
  const samples = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, sample = '']) => sample);
  expect(samples).toHaveLength(3);
  samples.forEach((sample, index) => writeFileSync(path.join(program, `sample-${index}.ts`), sample));
  const compilerOptions = { module: 'nodenext', target: 'es2022', strict: true, noEmit: true, types: ['node'] };
  // Types of Node.js are the program's own.
  const typeRoots = [path.join(packageRoot(), 'node_modules/@types')];
  writeFileSync(
    path.join(program, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...compilerOptions, typeRoots } }),
  );
  const compiler = path.join(packageRoot(), 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [compiler, '-p', program]).catch(
    (error: unknown) => error as { readonly stdout: string },
  );
  // Types of Temporal's own packages name some that they do not install.
  const errors = stdout.split('\n').filter((line) => line.includes('error') && !line.includes('/@temporalio/'));
  expect(errors).toEqual([]);
});
