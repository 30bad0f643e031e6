/** The Python example, run as its first lines describe: Temporal's own SDK in a virtual environment, no code of Stayline. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../../src/package-root.js';
import { openStayWorld, PROPERTY_ID, type StayWorld } from '../../harness/stay-world.js';

const run = promisify(execFile);
const example = path.join(packageRoot(), 'examples/python');
const folder = mkdtempSync(path.join(tmpdir(), 'stayline-python-'));
const python = path.join(folder, 'bin/python');

let world: StayWorld;
beforeAll(async () => {
  await run('python3', ['-m', 'venv', folder]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '-r', path.join(example, 'requirements.txt')]);
  world = await openStayWorld({ server: 'dev' });
});
afterAll(async () => {
  await world.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a program in Python starts, signals and queries a stay by name with plain JSON, and again', async () => {
  const { connection } = world.temporal;
  if (!(connection instanceof Connection)) throw new Error('the test has a server of its own');
  const env = { ...process.env, TEMPORAL_ADDRESS: connection.options.address, STAYLINE_PROPERTY: PROPERTY_ID };
  for (const time of ['first', 'second']) {
    const { stdout, stderr } = await run(python, [path.join(example, 'stay.py'), 'R 1/2'], { env });
    expect(JSON.parse(stdout), time).toMatchObject({
      stay: 'stay/seaside/R%201%2F2',
      phase: 'expected',
      guests: [{ guestId: 'g1' }, { guestId: 'g2' }],
      attention: [],
    });
    expect(stderr, time).toContain('revision is older than the known one');
  }
});
