/** The program `stayline` as people start it: from a checkout, and in a pipe. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/package-root.js';

const run = promisify(execFile);
const { version } = JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as { version: string };

function inShell(command: string, cwd = packageRoot()) {
  return run('/bin/bash', ['-o', 'pipefail', '-c', command], { cwd, maxBuffer: 64 * 1024 * 1024 });
}

describe('the program stayline', () => {
  test('bin/stayline prints what the program prints, and nothing else', async () => {
    expect(await inShell('bin/stayline --version')).toEqual({ stdout: `${version}\n`, stderr: '' });
  });

  test('the program ends in silence if the reader of a pipe has enough', async () => {
    expect((await inShell('bin/stayline --help | true; exit ${PIPESTATUS[1]}')).stderr).toBe('');
  });
});
