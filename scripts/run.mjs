/**
 * Entry point of the npm scripts. It puts in place what the command needs, then runs the command in this very process. Signals and the
 * exit code are therefore the command's own. Only Node's own modules may be imported before the set-up: `node_modules` may not exist yet.
 *
 *     node scripts/run.mjs demo --keep
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './setup/paths.mjs';
import { endWith, setUp, temporalIsGiven } from './setup.mjs';

const TESTS = ['modules', 'vendors', 'temporal', 'test-server'];
const FULL = ['--config', 'vitest.full.config.ts'];

/** @type {Record<string, { needs: string[], run: (args: string[]) => Promise<void>, usesGivenServer?: boolean }>} */
const COMMANDS = {
  demo: { needs: ['modules', 'temporal'], usesGivenServer: true, run: typescript('src/demo/main.ts') },
  dev: { needs: ['modules', 'temporal'], usesGivenServer: true, run: typescript('src/dev/dev.ts') },
  simulator: { needs: ['modules'], run: typescript('src/simulator/main.ts') },
  worker: { needs: ['modules'], run: typescript('src/worker.ts') },
  server: { needs: ['modules'], run: typescript('src/server.ts') },
  codec: { needs: ['modules'], run: typescript('src/codec.ts') },
  stayline: { needs: ['modules'], run: typescript('src/cli.ts') },
  build: { needs: ['modules'], run: typescript('scripts/build.ts') },
  package: { needs: ['modules'], run: typescript('scripts/package.ts') },
  test: { needs: TESTS, run: (args) => vitest(args) },
  'test:ci': {
    needs: [...TESTS, 'python', 'promtool'],
    run: (args) => vitest(['--config', 'vitest.ci.config.ts', ...args]),
  },
  'test:busy': { needs: TESTS, run: busy },
  'test:full': {
    needs: [...TESTS, 'browser', 'python', 'promtool', 'temporal-on-postgres'],
    run: (args) => vitest([...FULL, ...args]),
  },
  coverage: { needs: [...TESTS, 'python'], run: (args) => vitest(['--config', 'vitest.coverage.config.ts', ...args]) },
  'test:faults': { needs: TESTS, run: faults },
  bench: { needs: ['modules', 'vendors', 'temporal'], run: typescript('bench/main.ts') },
  'bench:rate': { needs: ['modules'], run: typescript('bench/seam-rate.ts') },
};

/** Runs a TypeScript file as if it had been started with these arguments. */
function typescript(file) {
  return async (args) => {
    const { register } = await import('tsx/esm/api');
    register();
    const absolute = path.join(ROOT, file);
    process.argv = [process.execPath, absolute, ...args];
    await import(pathToFileURL(absolute).href);
  };
}

async function faults(args) {
  const at = args.indexOf('--seeds');
  const seeds = at < 0 ? '20' : args[at + 1];
  if (!/^[1-9]\d*$/.test(seeds ?? '')) {
    process.stderr.write(
      'test:faults: --seeds must be a whole number of at least 1, as in "npm run test:faults -- --seeds 20"\n',
    );
    process.exit(2);
  }
  process.env.STAYLINE_FAULT_SEEDS = seeds;
  const others = at < 0 ? args : args.toSpliced(at, 2);
  await vitest([...FULL, 'test/faults/seeds', ...others]);
}

/**
 * Starts two processes that use a core each beside `npm test`: no test may fail because the machine is busy. They end with this process.
 */
async function busy(args) {
  const spin = `const parent = process.ppid; while (process.ppid === parent);`;
  for (let count = 0; count < 2; count++) {
    const spinner = spawn(process.execPath, ['-e', spin], { stdio: 'ignore' });
    process.on('exit', () => spinner.kill('SIGKILL'));
  }
  await vitest(args);
}

/** Runs vitest as a separate program with our terminal; this process ends as vitest ends. */
async function vitest(args) {
  const program = path.join(ROOT, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [program, 'run', ...args], { cwd: ROOT, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 1));
}

const [name = '', ...args] = process.argv.slice(2);
const command = COMMANDS[name];
if (command === undefined) {
  process.stderr.write(
    `run: unknown command ${JSON.stringify(name)}; use one of ${Object.keys(COMMANDS).join(', ')}\n`,
  );
  process.exit(2);
}
try {
  await setUp(command.needs.filter((need) => need === 'modules'));
  const isGiven = command.usesGivenServer === true && (await temporalIsGiven());
  await setUp(command.needs.filter((need) => !(isGiven && need === 'temporal')));
} catch (error) {
  endWith(error);
}
await command.run(args);
