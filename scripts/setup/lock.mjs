/** Lock that allows one set-up at a time per checkout: a file with the process id of its holder. */
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { say } from './say.mjs';

const POLL_MS = 200;

/**
 * Runs `act` while holding the lock. Waits for another process that holds it; takes over from a dead one.
 * @param {string} file
 * @param {() => Promise<void>} act
 */
export async function withLock(file, act) {
  let told = false;
  while (!tryLock(file)) {
    const holder = Number(readOrEmpty(file));
    if (!isAlive(holder)) rmSync(file, { force: true });
    else {
      if (!told) say(`waiting for another set-up of this checkout (process ${holder})`);
      told = true;
      await delay(POLL_MS);
    }
  }
  try {
    await act();
  } finally {
    rmSync(file, { force: true });
  }
}

/** Creates the file with its content in one step: an empty file would look as if its holder were dead. */
function tryLock(file) {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

function readOrEmpty(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function isAlive(pid) {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
