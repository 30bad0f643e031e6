/** Compiles the TypeScript sample of docs/http-api.md against the exports of `stayline/client`. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/package-root.js';
import { privateFolder } from '../../../src/temporal/binaries.js';

const run = promisify(execFile);

test('the TypeScript sample of the HTTP API compiles', async () => {
  const text = readFileSync(path.join(packageRoot(), 'docs/http-api.md'), 'utf8');
  const [, sample] = /```ts\n([\s\S]*?)```/.exec(text) ?? [];
  expect(sample).toContain("from 'stayline/client'");
  mkdirSync(privateFolder(), { recursive: true });
  // Inside the checkout, so that the sample finds its libraries.
  const folder = mkdtempSync(path.join(privateFolder(), 'sample-'));
  try {
    writeFileSync(path.join(folder, 'sample.ts'), sample ?? '');
    const config = {
      extends: path.join(packageRoot(), 'tsconfig.json'),
      compilerOptions: {
        rootDir: packageRoot(),
        paths: { 'stayline/client': [path.join(packageRoot(), 'src/client.ts')] },
        // A sample shows what exists, even what it does not use.
        noUnusedLocals: false,
      },
      include: [folder],
    };
    writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
    const compiler = path.join(packageRoot(), 'node_modules/typescript/bin/tsc');
    const compiled = await run(process.execPath, [compiler, '-p', folder, '--noEmit']).catch((error: unknown) => error);
    expect(compiled).toMatchObject({ stdout: '' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
