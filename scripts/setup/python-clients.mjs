/**
 * Installs the official clients of Temporal and Seam for Python, which some tests drive the product and the simulator with. Their virtual
 * environment is under `.stayline/`; its interpreter is recorded in `.stayline/tools.json`.
 */
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { HOME, ROOT } from './paths.mjs';
import { findOnPath, isExecutable, lastLines, runCommand } from './run-command.mjs';
import { say } from './say.mjs';
import { keepTool, readTools } from './tools.mjs';

const REQUIREMENTS = path.join(ROOT, 'test/vendor/python/requirements.txt');

export function pythonClientsFound() {
  const tool = readTools().python;
  return tool !== undefined && isExecutable(tool.path) && tool.pinned === requirements();
}

/** Installs the clients. Without Python or PyPI, the set-up continues: the tests that need them report that they were skipped. */
export async function findPythonClients() {
  const program = findOnPath('python3', 'python');
  if (program === undefined) {
    say('no Python: tests with the official Python clients are skipped');
    return;
  }
  const folder = path.join(HOME, 'python-clients');
  const python = path.join(folder, 'bin', 'python');
  rmSync(folder, { recursive: true, force: true });
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', REQUIREMENTS];
  const venv = await runCommand(program, ['-m', 'venv', folder]);
  const result = venv.ok ? await runCommand(python, pip) : venv;
  if (result.ok) keepTool('python', { path: python, from: 'PyPI', pinned: requirements() });
  else say(`no official Python clients: the tests with them are skipped\n${lastLines(result.output)}`);
}

function requirements() {
  return readFileSync(REQUIREMENTS, 'utf8');
}
