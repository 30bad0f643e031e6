/** The development stack of one measurement, in a folder of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startStack, type Stack, type StackOptions } from '../src/dev/stack.js';

/** Runs `measure` on a stack with its own Temporal server and two rooms, and stops everything after it. */
export async function onStack<Result>(
  options: Pick<StackOptions, 'server' | 'serverSettings'>,
  measure: (stack: Stack) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(path.join(tmpdir(), 'stayline-bench-'));
  const stack = await startStack({ folder, temporal: 'own', simulator: { port: 0, rooms: 2 }, ...options });
  try {
    return await measure(stack);
  } finally {
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
