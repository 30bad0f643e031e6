/**
 * Checks which module imports which (`.dependency-cruiser.cjs`) and prints the violations, then the number of import cycles.
 *
 *     node scripts/import-rules.mjs
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ROOT } from './setup/paths.mjs';

const FOLDERS = ['src', 'workflows', 'activities', 'test', 'scripts'];
const BIN = path.join(ROOT, 'node_modules/dependency-cruiser/bin');

function run(program, args, input) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(BIN, program), ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    input,
    maxBuffer: 100_000_000,
  });
  process.stderr.write(stderr);
  return { status, stdout };
}

const cruised = run('dependency-cruise.mjs', [...FOLDERS, '--output-type', 'json']).stdout;
const report = run('depcruise-fmt.mjs', ['--output-type', 'err', '--exit-code', '-'], cruised);
process.stdout.write(report.stdout);

const { violations } = JSON.parse(cruised).summary;
const cycles = violations.filter(({ rule }) => rule.name === 'no-cycles');
// Each module of a cycle is reported once; the cycle is the same.
const distinct = new Set(cycles.map(({ cycle }) => JSON.stringify(cycle.map(({ name }) => name).toSorted())));
process.stdout.write(`import cycles: ${distinct.size}\n`);
process.exitCode = report.status ?? 1;
