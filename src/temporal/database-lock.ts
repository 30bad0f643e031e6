/** Lock that allows one server per database file: two servers on one SQLite file would corrupt each other's data. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const holderSchema = z.object({ pid: z.int().positive(), address: z.string() });

/** Error thrown when another live process serves the database file. */
export class DatabaseInUse extends Error {
  override readonly name = 'DatabaseInUse';
}

/**
 * Locks a database file for the process that serves it.
 * @param holder the process id of the server, and its address
 * @throws DatabaseInUse naming the process and its address
 */
export function lockDatabase(databaseFile: string, holder: { readonly pid: number; readonly address: string }): void {
  const file = lockFile(databaseFile);
  try {
    writeFileSync(file, JSON.stringify(holder), { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    assertDatabaseFree(databaseFile);
    writeFileSync(file, JSON.stringify(holder));
  }
}

/**
 * Checks that no live process serves the database file.
 * @throws DatabaseInUse naming the process that serves the file, and its address
 */
export function assertDatabaseFree(databaseFile: string): void {
  const holder = readHolder(lockFile(databaseFile));
  if (holder === undefined || !isAlive(holder.pid)) return;
  throw new DatabaseInUse(
    `${databaseFile} is in use by the Temporal server at ${holder.address} (process ${String(holder.pid)}). ` +
      `Stop it, or use it: TEMPORAL_ADDRESS=${holder.address}`,
  );
}

/** Removes the lock of a database file, if there is one. */
export function unlockDatabase(databaseFile: string): void {
  rmSync(lockFile(databaseFile), { force: true });
}

function lockFile(databaseFile: string): string {
  return `${databaseFile}.lock`;
}

function readHolder(file: string): z.infer<typeof holderSchema> | undefined {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
