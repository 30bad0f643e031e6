/**
 * Puts in place what a command needs on a fresh machine, logs each step on stderr, and does nothing the second time.
 * Only Node's own modules may be imported here: `node_modules` may not exist yet.
 *
 *     node scripts/setup.mjs [modules] [vendors] [temporal] [test-server] [browser] [python] [next-node] [promtool]
 *     (all of them by default)
 *     node scripts/setup.mjs temporal-on-postgres
 *     (minutes of compiling, for `npm run test:full` only)
 */
import { existsSync, mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { withLock } from './setup/lock.mjs';
import { installModules, modulesInstalled } from './setup/node-modules.mjs';
import { HOME, LOCK_FILE, ROOT } from './setup/paths.mjs';
import { findPythonClients, pythonClientsFound } from './setup/python-clients.mjs';
import { SetUpError, telling } from './setup/say.mjs';
import { findTemporalOnPostgres, temporalOnPostgresFound } from './setup/temporal-on-postgres.mjs';
import {
  browserFound,
  findBrowser,
  findNextNode,
  findPromtool,
  findServer,
  nextNodeFound,
  promtoolFound,
  serverFound,
} from './setup/tools.mjs';

const OLDEST_NODE = [20, 3];
/** Folders of what vendors publish themselves, for tests only. */
const VENDORS = ['seam', 'apaleo'].map((vendor) => path.join(ROOT, 'test/vendor', vendor));

/** Steps in the order of their dependencies. */
const STEPS = {
  modules: {
    what: 'installing npm packages (a minute or two, once)',
    isDone: () => modulesInstalled(ROOT),
    act: () => installModules(ROOT),
  },
  vendors: {
    what: "installing vendors' own packages for the tests",
    isDone: () => VENDORS.every(modulesInstalled),
    act: async () => {
      for (const folder of VENDORS) await installModules(folder);
    },
  },
  temporal: {
    what: 'looking for the Temporal server (a download of about 50 MB if there is none)',
    isDone: () => serverFound('temporal'),
    act: () => findServer('temporal'),
  },
  'test-server': {
    what: "looking for Temporal's time-skipping test server (a download of about 20 MB if there is none)",
    isDone: () => serverFound('testServer'),
    act: () => findServer('testServer'),
  },
  browser: {
    what: 'looking for Chromium (for tests of web pages)',
    isDone: browserFound,
    act: findBrowser,
  },
  python: {
    what: 'installing the official Python clients of Temporal and Seam for the tests',
    isDone: pythonClientsFound,
    act: findPythonClients,
  },
  'next-node': {
    what: 'downloading the later Node.js that the tests also run on (about 60 MB)',
    isDone: nextNodeFound,
    act: findNextNode,
  },
  promtool: {
    what: 'looking for promtool (a download of about 20 MB if there is none)',
    isDone: promtoolFound,
    act: findPromtool,
  },
  'temporal-on-postgres': {
    what: "looking for PostgreSQL, and building Temporal's server for it (four minutes or more, once)",
    isDone: temporalOnPostgresFound,
    act: findTemporalOnPostgres,
  },
};
const ON_REQUEST = ['temporal-on-postgres'];

/**
 * Runs those of the named steps that are not done yet.
 * @param {readonly (keyof typeof STEPS)[]} needs
 * @throws {SetUpError} if a step cannot be done; the message says what to do
 */
export async function setUp(needs) {
  checkNode();
  const steps = Object.entries(STEPS).flatMap(([name, step]) => (needs.includes(name) ? [step] : []));
  if (steps.every((step) => step.isDone())) return;
  mkdirSync(HOME, { recursive: true });
  await withLock(LOCK_FILE, async () => {
    for (const step of steps) {
      if (!step.isDone()) await telling(step.what, step.act);
    }
  });
}

/**
 * Returns true if the environment or a profile names a Temporal server, so that none has to be found. Needs `node_modules` only where there
 * is a profile file to read.
 */
export async function temporalIsGiven() {
  if ((process.env.TEMPORAL_ADDRESS ?? '') !== '') return true;
  if (!profileFiles().some((file) => existsSync(file))) return false;
  const { loadClientConnectConfig } = await import('@temporalio/envconfig');
  return loadClientConnectConfig().connectionOptions.address !== undefined;
}

/** Returns the profile files that `@temporalio/envconfig` reads. */
function profileFiles() {
  const given = process.env.TEMPORAL_CONFIG_FILE;
  if (given !== undefined) return [given];
  const folders = [
    process.env.XDG_CONFIG_HOME ?? path.join(os.homedir(), '.config'),
    path.join(os.homedir(), 'Library', 'Application Support'),
  ];
  return folders.map((folder) => path.join(folder, 'temporalio', 'temporal.toml'));
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    throw new SetUpError(`Node.js ${OLDEST_NODE.join('.')} or newer is needed; this is ${process.versions.node}.`);
  }
}

/** Ends the process with 1 and the reason where it is a `SetUpError`; throws anything else. */
export function endWith(error) {
  if (!(error instanceof SetUpError)) throw error;
  process.stderr.write(`setup failed: ${error.message}\n`);
  process.exit(1);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const needs = process.argv.slice(2);
  const usual = Object.keys(STEPS).filter((step) => !ON_REQUEST.includes(step));
  await setUp(needs.length > 0 ? needs : usual).catch(endWith);
}
