/** Commands for newcomers, run as they are written: those of the README, the first five minutes of the HTTP API, and a guest's phone. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { packageRoot } from '../../../src/package-root.js';

const run = promisify(execFile);
const folder = mkdtempSync(path.join(tmpdir(), 'stayline-tutorial-'));
const readyLine = z.object({
  temporalAddress: z.string(),
  simulator: z.object({ url: z.string() }),
  server: z.object({ url: z.string() }),
});

const { TEMPORAL_ADDRESS: _given, ...env } = process.env;
const dev = spawn(process.execPath, ['scripts/run.mjs', 'dev', '--data', folder], {
  cwd: packageRoot(),
  env,
  stdio: ['ignore', 'pipe', 'inherit'],
});
let ready: z.infer<typeof readyLine>;

beforeAll(async () => {
  const [line] = (await once(createInterface(dev.stdout), 'line')) as [string];
  ready = readyLine.parse(JSON.parse(line));
}, 300_000);

afterAll(async () => {
  const ended = once(dev, 'exit');
  dev.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
});

/** Returns the shell blocks of one chapter of a page, as one script. */
function commandsOf(page: string, chapter: string): string {
  const text = readFileSync(path.join(packageRoot(), page), 'utf8');
  const [, body = ''] = text.split(`\n## ${chapter}\n`);
  const blocks = (body.split('\n## ')[0] ?? '').matchAll(/```sh\n([^]*?)```/g);
  return [...blocks].map(([, block]) => block).join('\n');
}

/** Runs the script; other processes may have the usual ports, and then `npm run dev` has taken others. */
async function follow(script: string): Promise<string> {
  const here = script
    .replaceAll('http://127.0.0.1:4020', ready.server.url)
    .replaceAll('http://127.0.0.1:4010', ready.simulator.url);
  const { stdout } = await run('bash', ['-e', '-o', 'pipefail', '-c', here], {
    cwd: packageRoot(),
    env: { ...env, TEMPORAL_ADDRESS: ready.temporalAddress, SEAM_ENDPOINT: ready.simulator.url },
  });
  return stdout;
}

test('the commands of the README show the plan of a stay, send it and show it', { timeout: 300_000 }, async () => {
  const script = commandsOf('README.md', 'Use it').replace(/^npm run dev.*$/m, '');
  expect(await follow(script)).toMatch(/override +g1[^]*R-1001/);
});

test('the first five minutes of the HTTP API end at an opened door and a shut one', { timeout: 300_000 }, async () => {
  const taps = [...(await follow(commandsOf('docs/http-api.md', 'In five minutes'))).matchAll(/"opened":(\w+)/g)];
  expect(taps.map(([, opened]) => opened)).toEqual(['true', 'false']);
});

test('a guest sets up a phone and opens their door, on the command line', { timeout: 300_000 }, async () => {
  expect(await follow(commandsOf('docs/guest-phones.md', 'Try it'))).toMatch(/Door 102 opens for guest g1\n$/);
});
