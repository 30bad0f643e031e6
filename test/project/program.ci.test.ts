/** The program `stayline` as people start it: from a checkout, in a pipe, and from the package that npm makes. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

describe('the package that npm makes', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'stayline-package-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('npm pack of a clean checkout makes a package whose program and client work', { timeout: 600_000 }, async () => {
    await inShell(`git clone --quiet --no-local . ${folder}/clone`);
    symlinkSync(path.join(packageRoot(), 'node_modules'), path.join(folder, 'clone/node_modules'));
    await inShell(`npm pack --pack-destination ${folder}`, path.join(folder, 'clone'));
    await inShell(`tar -xzf stayline-${version}.tgz`, folder);
    symlinkSync(path.join(packageRoot(), 'node_modules'), path.join(folder, 'package/node_modules'));
    expect(await inShell('node dist/src/cli.js --version', `${folder}/package`)).toMatchObject({
      stdout: `${version}\n`,
    });
    const client = `import('stayline/client').then((client) => console.log(client.stayWorkflowId({ propertyId: 'a', reservationId: 'b' })))`;
    const { stdout } = await inShell(`node -e "${client}"`, `${folder}/package`);
    expect(stdout).toBe('stay/a/b\n');
  });
});
