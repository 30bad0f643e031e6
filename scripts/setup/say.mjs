/** Progress output of the set-up: one line per step on stderr, and a repeated line while a step takes long. */
const SIGN_OF_LIFE_MS = 10_000;

/** A set-up step that cannot be done; the message says what to do about it. */
export class SetUpError extends Error {}

/** @param {string} text */
export function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

/**
 * Runs `act` between "doing" and "done in n s" lines.
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} act
 * @returns {Promise<T>}
 */
export async function telling(what, act) {
  const start = Date.now();
  const seconds = () => `${((Date.now() - start) / 1000).toFixed(1)} s`;
  say(`${what} …`);
  const alive = setInterval(() => say(`${what}: still running after ${seconds()}`), SIGN_OF_LIFE_MS);
  try {
    const result = await act();
    say(`${what}: done in ${seconds()}`);
    return result;
  } finally {
    clearInterval(alive);
  }
}
