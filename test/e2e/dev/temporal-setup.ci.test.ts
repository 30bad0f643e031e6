/** `stayline temporal setup` against servers that lack something: what it shows, and that its commands are right as written. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireTool } from '../../../src/temporal/binaries.js';
import { freePorts } from '../../../src/temporal/ports.js';
import { SEARCH_ATTRIBUTES } from '../../../src/temporal/search-attributes.js';
import { startBareServer, type BareServer } from '../../harness/bare-server.js';
import { runCommandsOf, temporalSetup, type Answer } from '../../harness/operator-setup.js';
import { waitUntil } from '../../harness/wait-until.js';

const PATIENCE = { timeout: 120_000, interval: 500 };
const folder = mkdtempSync(path.join(tmpdir(), 'stayline-setup-'));
let server: BareServer;
beforeAll(async () => {
  server = await startBareServer();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const place = (): NodeJS.ProcessEnv => ({ TEMPORAL_ADDRESS: server.address });

function setup(args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Answer> {
  return temporalSetup(args, { ...place(), ...more });
}

/** Creates a namespace by the command shown, and registers its search attributes. */
async function prepareNamespace(env: NodeJS.ProcessEnv): Promise<Answer> {
  const absent = await setup([], env);
  expect(absent).toMatchObject({ code: 2, out: expect.stringContaining('does not exist') as string });
  expect(await runCommandsOf(absent, place())).toBe(1);
  await waitUntil(async () => (await setup(['--check'], env)).out.includes('not registered'), PATIENCE);
  return setup([], env);
}

async function becomesReady(env: NodeJS.ProcessEnv): Promise<void> {
  await waitUntil(async () => (await setup(['--check'], env)).code === 0, PATIENCE);
}

test('a bare server is not ready, and the commands shown register the search attributes', async () => {
  const bare = await setup(['--check']);
  expect(bare).toMatchObject({ code: 2, err: expect.stringContaining('is not ready for stays') as string });
  expect(bare.out).toContain('StayProperty, StayRooms, StayPhase');
  expect(await setup(['--check'])).toEqual(bare);
  expect(await runCommandsOf(bare, place())).toBe(Object.keys(SEARCH_ATTRIBUTES).length);
  await becomesReady({});
  expect((await setup(['--check'])).out).toMatch(/ok +search attributes +all 10/);
});

test('a namespace that does not exist is created by the command shown, and set up by the same command line', async () => {
  const env = { TEMPORAL_NAMESPACE: 'hotels' };
  const done = await prepareNamespace(env);
  expect(done).toMatchObject({ code: 0, err: '' });
  expect(await setup([], env)).toEqual(done);
});

test('a retention shorter than the closing grace of a property is extended by the command shown', async () => {
  const file = path.join(folder, 'properties.json');
  const seam = { acsSystemId: 'a', credentialManagerAcsSystemId: 'm' };
  const policy = { closingGraceHours: 300 };
  const property = { propertyId: 'seaside', name: 'Seaside', timeZone: 'Europe/Berlin', seam, policy };
  writeFileSync(file, JSON.stringify({ properties: [property] }));
  await setup([]);
  const short = await setup(['--check', '--properties', file]);
  expect(short.code).toBe(2);
  expect(short.out).toContain('24 h is too short: at least 300 h');
  expect(await runCommandsOf(short, place())).toBe(1);
  await becomesReady({ STAYLINE_PROPERTIES: file });
});

test('a search attribute of another type is replaced by the commands shown', async () => {
  const env = { TEMPORAL_NAMESPACE: 'inns' };
  await prepareNamespace(env);
  const temporal = (...args: string[]): void => {
    const all = ['operator', 'search-attribute', ...args, '--address', server.address, '--namespace', 'inns'];
    expect(spawnSync(requireTool('temporal'), all).status).toBe(0);
  };
  temporal('remove', '--name', 'StayPhase', '--yes');
  temporal('create', '--name', 'StayPhase', '--type', 'Int');
  const wrong = await waitUntil(async () => {
    const answer = await setup([], env);
    return answer.out.includes('StayPhase: registered, but not as Keyword') ? answer : undefined;
  }, PATIENCE);
  expect(wrong.code).toBe(2);
  expect(await runCommandsOf(wrong, place())).toBe(2);
  await becomesReady(env);
});

test('the findings as JSON name each requirement, whether it is met, and the commands', async () => {
  const { code, out } = await setup(['--check', '--json'], { TEMPORAL_NAMESPACE: 'motels' });
  expect(code).toBe(2);
  const findings = JSON.parse(out) as readonly { readonly about: string; readonly ok: boolean }[];
  expect(findings.map(({ about, ok }) => [about, ok])).toEqual([
    ['server', true],
    ['namespace', false],
  ]);
});

test('a server that cannot be reached is a failure, not a requirement that is not met', async () => {
  const [port] = await freePorts(undefined);
  const address = `127.0.0.1:${String(port)}`;
  const unreachable = await setup(['--check'], { TEMPORAL_ADDRESS: address });
  expect(unreachable).toMatchObject({ code: 1, out: '' });
  expect(unreachable.err).toContain(`no Temporal server answers at ${address}`);
});
