/** The simulator as a program of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { propertyFileSchema, propertySchema } from '../../../src/domain/model/property-schema.js';

const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
});

interface Run {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
}

function run(...args: readonly string[]): Run {
  return start(process.execPath, '--import', 'tsx', 'src/simulator/main.ts', ...args);
}

function start(program: string, ...args: readonly string[]): Run {
  const child = spawn(program, args, {
    cwd: new URL('../../..', import.meta.url),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let [out, err] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return { child, stdout: () => out, stderr: () => err };
}

async function exitCode({ child }: Run): Promise<unknown> {
  const [code] = await once(child, 'close');
  return code;
}

describe('the simulator program', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'the simulator program prints one line of JSON when ready, and closes cleanly on %s',
    async (signal) => {
      const simulator = run('--port', '0', '--rooms', '3');
      await once(simulator.child.stdout ?? simulator.child, 'data');
      const ready = JSON.parse(simulator.stdout());
      expect(Object.keys(ready)).toEqual(
        expect.arrayContaining([
          'url',
          'apiKey',
          'workspaceId',
          'acsSystemId',
          'credentialManagerAcsSystemId',
          'property',
        ]),
      );
      expect(propertySchema.parse(ready.property)).toEqual(ready.property);
      const hotel = await (await fetch(`${ready.url}/_sim/hotel`)).json();
      expect(hotel).toMatchObject({ doors: expect.arrayContaining([expect.objectContaining({ name: '103' })]) });
      simulator.child.kill(signal);
      expect(await exitCode(simulator)).toBe(0);
      expect(simulator.stdout().trim().split('\n')).toHaveLength(1);
      expect(simulator.stderr()).toContain('3 rooms');
    },
  );

  it('npm run simulator ends with the npm process on SIGTERM, and nothing serves any more', async () => {
    const npm = start('npm', 'run', '--silent', 'simulator', '--', '--port', '0', '--rooms', '1');
    await once(npm.child.stdout ?? npm.child, 'data');
    const { url } = JSON.parse(npm.stdout());
    npm.child.kill('SIGTERM');
    await exitCode(npm);
    await expect(fetch(`${url}/_sim/hotel`)).rejects.toThrow();
  });

  it('the simulator program uses the given API key, and writes a property file that a worker can read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stayline-simulator-'));
    const file = join(folder, 'properties.json');
    const simulator = run('--port', '0', '--rooms', '1', '--api-key', 'seam_test_given', '--write-properties', file);
    await once(simulator.child.stdout ?? simulator.child, 'data');
    const ready = JSON.parse(simulator.stdout());
    expect(propertyFileSchema.parse(JSON.parse(readFileSync(file, 'utf8')))).toEqual({ properties: [ready.property] });
    const headers = { authorization: 'Bearer seam_test_given' };
    expect((await fetch(`${ready.url}/acs/systems/list`, { headers })).status).toBe(200);
    rmSync(folder, { recursive: true });
  });

  it('the simulator program has a webhook from the start, with the given secret', async () => {
    const webhook = ['--webhook-url', 'http://127.0.0.1:9/hook', '--webhook-secret', 'whsec_b25seUZvclRlc3Rz'];
    const simulator = run('--port', '0', '--rooms', '1', '--api-key', 'seam_test_given', ...webhook);
    await once(simulator.child.stdout ?? simulator.child, 'data');
    const { url } = JSON.parse(simulator.stdout());
    const headers = { authorization: 'Bearer seam_test_given' };
    expect(await (await fetch(`${url}/webhooks/list`, { headers })).json()).toMatchObject({
      webhooks: [{ url: 'http://127.0.0.1:9/hook', event_types: ['*'], secret: 'whsec_b25seUZvclRlc3Rz' }],
    });
  });

  it('the simulator program does not stay open if it cannot write the property file', async () => {
    const simulator = run('--port', '0', '--rooms', '1', '--write-properties', '/nowhere/at/all.json');
    expect(await exitCode(simulator)).toBe(1);
    expect(simulator.stderr()).toContain('/nowhere/at/all.json');
  });

  it.each([
    ['no port', [], '--port'],
    ['a port that is not a number', ['--port', 'x'], 'from 0 to 65535'],
    ['no rooms', ['--port', '0', '--rooms', '0'], 'from 1'],
    ['an option that there is not', ['--port', '0', '--doors', '3'], '--doors'],
    [
      'a webhook without its secret',
      ['--port', '0', '--webhook-url', 'http://localhost/hook'],
      'must be given together',
    ],
    [
      'a malformed secret',
      ['--port', '0', '--webhook-url', 'http://localhost/hook', '--webhook-secret', 'x'],
      'whsec_',
    ],
    ['a webhook to nowhere', ['--port', '0', '--webhook-url', 'nowhere', '--webhook-secret', 'whsec_AAAA'], 'a URL'],
    ['an argument too many', ['--port', '0', 'x'], 'too many arguments'],
  ])('the simulator program refuses %s with exit code 2 and gives the reason', async (_what, args, message) => {
    const simulator = run(...args);
    expect(await exitCode(simulator)).toBe(2);
    expect(simulator.stderr()).toContain(message);
    expect(simulator.stdout()).toBe('');
  });

  it('the simulator program reports that a port is taken, with exit code 1', async () => {
    const first = run('--port', '0', '--rooms', '1');
    await once(first.child.stdout ?? first.child, 'data');
    const { port } = new URL(JSON.parse(first.stdout()).url);
    const second = run('--port', port, '--rooms', '1');
    expect(await exitCode(second)).toBe(1);
    expect(second.stderr()).toContain('EADDRINUSE');
  });
});
