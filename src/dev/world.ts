/**
 * World of `npm run dev`: Temporal's database and the simulated hotel's state, which belong together. Stays in a database
 * refer to keys of one hotel, so a database never meets another hotel.
 */
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { assertDatabaseFree } from '../temporal/database-lock.js';

export interface WorldFiles {
  readonly databaseFile: string;
  readonly hotelFile: string;
}

/** Returns the files of the world in `folder`. */
export function worldFiles(folder: string): WorldFiles {
  return { databaseFile: path.join(folder, 'temporal.db'), hotelFile: path.join(folder, 'hotel.json') };
}

/** Error in what the folder holds or in what is requested; its message is a sentence for the person at the terminal. */
export class WorldRefused extends Error {
  override readonly name = 'WorldRefused';
}

export interface WorldRequest {
  readonly folder: string;
  readonly start: 'as-it-was' | 'fresh';
  /** Given: Temporal's server is not this stack's, and keeps its stays whatever happens to the hotel. */
  readonly temporal: 'own' | 'given';
}

/**
 * Checks that the world can continue, or deletes it for a fresh start.
 * @throws DatabaseInUse if another stack runs in the folder
 * @throws WorldRefused if only one half is there, or a fresh start would leave stays of a given Temporal server behind
 */
export function prepareWorld({ folder, start, temporal }: WorldRequest): WorldFiles {
  const files = worldFiles(folder);
  const { databaseFile, hotelFile } = files;
  assertDatabaseFree(databaseFile);
  if (start === 'fresh') {
    if (temporal === 'given') {
      throw new WorldRefused(
        '--fresh cannot empty the Temporal server that the environment names; use another namespace',
      );
    }
    for (const file of [databaseFile, `${databaseFile}-wal`, `${databaseFile}-shm`, hotelFile])
      rmSync(file, { force: true });
    return files;
  }
  if (temporal === 'own' && existsSync(databaseFile) !== existsSync(hotelFile)) {
    const [here, gone] = existsSync(databaseFile) ? ['a database', 'hotel'] : ['a hotel', 'database'];
    throw new WorldRefused(`${folder} has ${here} without its ${gone}; --fresh starts a new world`);
  }
  return files;
}
