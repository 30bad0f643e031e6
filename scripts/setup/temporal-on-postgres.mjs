/**
 * Finds PostgreSQL and builds Temporal's server and its SQL tool with Go, for the tests of a Temporal server as hotels run it. They are
 * recorded in `.stayline/tools.json`.
 */
import { mkdirSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { HOME } from './paths.mjs';
import { findOnPath, isExecutable, lastLines, runCommand } from './run-command.mjs';
import { say } from './say.mjs';
import { installDebian, keepTool, readTools } from './tools.mjs';

const MODULE = { name: 'go.temporal.io/server', version: 'v1.32.1' };
/** Programs of the module: the name in the record, the package, and the file that Go names after it. */
const PROGRAMS = [
  { tool: 'temporalServer', package: 'cmd/server', file: 'server' },
  { tool: 'temporalSql', package: 'cmd/tools/sql', file: 'sql' },
];
/** Folder of Debian with one folder for each version of PostgreSQL. */
const DEBIAN = '/usr/lib/postgresql';

export function temporalOnPostgresFound() {
  const tools = readTools();
  return (
    tools.postgres !== undefined &&
    isExecutable(tools.postgres.path) &&
    PROGRAMS.every(({ tool }) => isExecutable(tools[tool]?.path ?? '') && tools[tool].pinned === MODULE.version)
  );
}

/** Looks for PostgreSQL, and builds the rest. If something is missing, the tests of it report that they were skipped. */
export async function findTemporalOnPostgres() {
  const postgres = await findPostgres();
  if (postgres === undefined) {
    say('no PostgreSQL: tests with it are skipped. Install the package "postgresql" of Debian to run them.');
    return;
  }
  keepTool('postgres', { path: postgres, from: 'PATH or Debian' });
  await buildServer();
}

async function findPostgres() {
  const onPath = findOnPath('postgres');
  // A link may be there without its other programs.
  const found = onPath === undefined ? postgresOfDebian() : realpathSync(onPath);
  if (found !== undefined) return found;
  // Debian starts a database of its own; the tests do not use it.
  await installDebian('PostgreSQL', ['postgresql']);
  return postgresOfDebian();
}

/** Returns the newest PostgreSQL of Debian, which is not on PATH. */
function postgresOfDebian() {
  return versionsIn(DEBIAN)
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => path.join(DEBIAN, version, 'bin', 'postgres'))
    .find(isExecutable);
}

function versionsIn(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

async function buildServer() {
  const go = findOnPath('go');
  if (go === undefined) {
    say('no Go: tests with PostgreSQL are skipped. Install Go so that "go" is on PATH to run them.');
    return;
  }
  const folder = path.join(HOME, `temporal-server-${MODULE.version}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const packages = PROGRAMS.map((program) => `${MODULE.name}/${program.package}@${MODULE.version}`);
  const result = await runCommand(go, ['install', ...packages], { cwd: folder, env: { GOBIN: folder } });
  if (!result.ok) {
    say(`Temporal's server could not be built: tests with PostgreSQL are skipped\n${lastLines(result.output)}`);
    return;
  }
  for (const { tool, file } of PROGRAMS) {
    keepTool(tool, { path: path.join(folder, file), from: 'Go', pinned: MODULE.version });
  }
}
