/** `stayline temporal setup` against servers that lack something: what it shows, and that its commands are right as written. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../../../src/cli/run.js';
import { requireTool } from '../../../src/temporal/binaries.js';
import { freePorts } from '../../../src/temporal/ports.js';
import { startBareServer, type BareServer } from '../../harness/bare-server.js';
import { collecting } from '../../harness/collecting.js';
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

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function setup(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Answer> {
  const [out, err] = [collecting(), collecting()];
  const code = await runCli(['temporal', 'setup', ...args], {
    env: { TEMPORAL_ADDRESS: server.address, ...env },
    out: out.stream,
    err: err.stream,
  });
  return { code, out: out.text(), err: err.text() };
}

/** Runs the commands that an answer shows, as an operator would copy them. */
function runCommandsOf({ out }: Answer): number {
  const commands = out.split('\n').filter((line) => line.startsWith('  temporal '));
  for (const command of commands) {
    const [, ...args] = command.trim().split(' ');
    const ran = spawnSync(requireTool('temporal'), args, { encoding: 'utf8' });
    expect(ran.status, `${command}\n${ran.stderr}`).toBe(0);
  }
  return commands.length;
}

/** Creates a namespace by the command shown, and registers its search attributes. */
async function prepareNamespace(env: NodeJS.ProcessEnv): Promise<Answer> {
  const absent = await setup([], env);
  expect(absent).toMatchObject({ code: 2, out: expect.stringContaining('does not exist') as string });
  expect(runCommandsOf(absent)).toBe(1);
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
  expect(runCommandsOf(bare)).toBe(8);
  await becomesReady({});
  expect((await setup(['--check'])).out).toMatch(/ok +search attributes +all 8/);
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
  expect(runCommandsOf(short)).toBe(1);
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
  expect(runCommandsOf(wrong)).toBe(2);
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
