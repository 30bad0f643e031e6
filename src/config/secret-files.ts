/** Secrets in files, as containers receive them: for a variable `X`, the variable `X_FILE` names the file. */
import { readFileSync } from 'node:fs';
import { whyUnreadable } from '../json-text.js';

/** Error for an invalid environment; the message has one line per variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns the variable's value, or the content of the file that the variable with `_FILE` names, without the white space
 * around it; undefined if neither is set.
 * @throws ConfigError if both are set, or if the file is empty or cannot be read
 */
export function secretIn(env: Environment, name: string): string | undefined {
  const value = presentIn(env, name);
  const file = presentIn(env, `${name}_FILE`);
  if (file === undefined) return value;
  if (value !== undefined) throw new ConfigError(`${name}_FILE must not be set together with ${name}`);
  const content = contentOf(file, `${name}_FILE`);
  if (content === '') throw new ConfigError(`${name}_FILE must name a file that is not empty`);
  return content;
}

/** Returns those of the variables whose values are in files. @throws ConfigError that names every wrong one */
export function secretsInFiles(env: Environment, names: readonly string[]): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const problems: string[] = [];
  for (const name of names) {
    if (presentIn(env, `${name}_FILE`) === undefined) continue;
    try {
      found[name] = secretIn(env, name) ?? '';
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return found;
}

function presentIn(env: Environment, name: string): string | undefined {
  const value = env[name];
  return value === '' ? undefined : value;
}

function contentOf(file: string, variable: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(`${variable} must name a file that can be read: ${whyUnreadable(error)}`);
  }
}
