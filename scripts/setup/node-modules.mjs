/** Installs npm packages where what is installed differs from the lock file. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { lastLines, runCommand } from './run-command.mjs';
import { SetUpError } from './say.mjs';

/**
 * Returns true if every package of the lock file is installed in that version. npm lists what it installed in
 * `node_modules/.package-lock.json`. Packages for other platforms are missing there, and may be.
 * @param {string} folder
 */
export function modulesInstalled(folder) {
  const desired = readPackages(path.join(folder, 'package-lock.json'));
  const installed = readPackages(path.join(folder, 'node_modules', '.package-lock.json'));
  if (desired === undefined || installed === undefined) return false;
  return Object.entries(desired).every(
    ([where, { version, optional, devOptional }]) =>
      where === '' ||
      installed[where]?.version === version ||
      ((optional === true || devOptional === true) && installed[where] === undefined),
  );
}

/** @param {string} folder */
export async function installModules(folder) {
  const { command, args } = npm('ci', '--include=dev', '--no-audit', '--no-fund');
  const result = await runCommand(command, args, { cwd: folder });
  if (!result.ok) {
    throw new SetUpError(
      `"npm ci" failed in ${folder}:\n${lastLines(result.output)}\n` +
        `Check that the npm registry can be reached ("npm ping"), then run the command again.`,
    );
  }
}

/** Returns the npm that runs this process, else the one on PATH. */
function npm(...args) {
  const script = process.env.npm_execpath;
  return script?.endsWith('npm-cli.js')
    ? { command: process.execPath, args: [script, ...args] }
    : { command: 'npm', args };
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
