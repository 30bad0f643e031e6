/** Commands for newcomers, run as they are written: those of the README, the first five minutes of the HTTP API, and the first key. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { packageRoot } from '../../../src/package-root.js';
import { connect } from '../../../src/temporal/connection.js';

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

test('each view of the page about Temporal Web UI is a query that Temporal accepts', { timeout: 120_000 }, async () => {
  const page = readFileSync(path.join(packageRoot(), 'docs/web-ui.md'), 'utf8');
  const queries = [...page.matchAll(/^ {2}`(.+)`$/gm)].map(([, query = '']) => query);
  expect(queries.length).toBeGreaterThan(5);
  const connection = await connect({ address: ready.temporalAddress, namespace: 'default' });
  try {
    const { workflow } = new Client({ connection });
    for (const query of queries) expect((await workflow.count(query)).count).toBeGreaterThanOrEqual(0);
  } finally {
    await connection.close();
  }
});

describe('Your first key in ten minutes', () => {
  const page = readFileSync(path.join(packageRoot(), 'docs/first-key.md'), 'utf8');
  const steps = [...page.matchAll(/```sh\n([^]*?)```(?:\s+```text\n([^]*?)```)?/g)]
    .map(([, script = '', answer]) => ({ script: script.trim(), answer }))
    .filter(({ script }) => script !== 'npm run dev');

  test('the page has a command for each of its steps, and nearly all show their answer', () => {
    expect(steps.length).toBeGreaterThan(12);
    expect(steps.filter(({ answer }) => answer === undefined)).toHaveLength(1);
  });

  test.each(steps)(
    'a reader gets the answer that the page shows: $script',
    { timeout: 300_000 },
    async ({ script, answer }) => {
      if (answer === undefined) await answerOf(script);
      // A reader repeats a command whose answer differs.
      else await expect.poll(() => answerOf(script), { timeout: 240_000 }).toMatch(patternOf(answer));
    },
  );
});

/** Returns what a terminal shows, also of a command that fails. */
async function answerOf(script: string): Promise<string> {
  return follow(`{ ${script}\n} 2>&1 || true`);
}

/** Returns the pattern of an answer: `…` stands for any lines, and times and ids differ. */
function patternOf(answer: string): RegExp {
  const text = answer
    .replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\dZ/g, String.raw`\d{4}-\d\d-\d\dT\d\d:\d\dZ`)
    .replace(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/g, '[0-9a-f-]{36}')
    .replace(/^…\n/gm, String.raw`(?:.*\n)*`);
  return new RegExp(`^${text}$`);
}
