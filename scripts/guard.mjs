/**
 * Runs a program that must not outlive the process that started it. When that process ends, however it ends (SIGKILL included), the
 * IPC channel to it closes, and the program is stopped.
 *
 *     fork('guard.mjs', [program, ...args])     sends { pid } of the program, and ends with its exit code
 */
import { spawn } from 'node:child_process';

const STOP_WITHIN_MS = 5_000;

const [program, ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });

function stop() {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS).unref();
}

process.on('disconnect', stop);
process.on('SIGTERM', stop);
// Ctrl-C reaches the whole process group; the parent process decides when the program stops.
process.on('SIGINT', () => {});

child.on('error', (error) => {
  process.stderr.write(`${program} could not be started: ${error.message}\n`);
  process.exit(1);
});
child.on('spawn', () => process.send?.({ pid: child.pid }));
child.on('exit', (code) => process.exit(code ?? 1));
