/**
 * Configuration files: JSON, checked as a whole by a schema. A process reads them when it starts; some are read again
 * after each change.
 */
import { readFile, stat } from 'node:fs/promises';
import type { z } from 'zod';
import { check, type Problem } from '../domain/model/check.js';
import { parseJson, whyUnreadable } from '../json-text.js';

/**
 * Error for a file that cannot be used; `problems` has a line for each problem (the first 50), with the path of its
 * field.
 */
export class ConfigFileError extends Error {
  override readonly name = 'ConfigFileError';
  constructor(
    readonly path: string,
    readonly problems: readonly string[],
  ) {
    super(`${path} cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/** Reads a file and checks its content. @throws ConfigFileError with the problems */
export async function readConfigFile<Content>(path: string, schema: z.ZodType<Content>): Promise<Content> {
  return parseConfigFile(await readText(path), path, schema);
}

/** Returns the text of a file. @throws ConfigFileError if it cannot be read */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new ConfigFileError(path, [`cannot be read: ${whyUnreadable(error)}`]);
  }
}

/**
 * Returns the content of a file's text.
 * @param path only named in errors
 * @throws ConfigFileError with the problems
 */
export function parseConfigFile<Content>(text: string, path: string, schema: z.ZodType<Content>): Content {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new ConfigFileError(path, [`is not JSON: ${parsed.where}`]);
  const checked = check(schema, parsed.value);
  if (!checked.ok) throw new ConfigFileError(path, checked.problems.map(fileProblem));
  return checked.value;
}

/** Returns the problem as one line: the path of the field, then the message. */
export function fileProblem({ path, message }: Problem): string {
  return `${path === '' ? 'the file' : path} ${message}`;
}

export interface KeptFileOptions<Content> {
  /** Reads the file. @throws ConfigFileError if it cannot be used */
  readonly read: (path: string) => Promise<Content>;
  /** Receives the error if a changed file cannot be used; the previous content stays in force. */
  readonly onInvalid: (error: ConfigFileError) => void;
  /** Minimum time between two checks of the file, in milliseconds; 0 by default. */
  readonly lookEveryMs?: number;
}

/**
 * Opens a file that is read again after each change, and returns a function that returns its current content.
 * @throws the error of `read` if the file cannot be used when it is opened
 */
export async function keepConfigFile<Content>(
  path: string,
  { read, onInvalid, lookEveryMs = 0 }: KeptFileOptions<Content>,
): Promise<() => Promise<Content>> {
  let stamp = await stampOf(path);
  let content = await read(path);
  let lookedAt = Date.now();
  return async () => {
    if (Date.now() - lookedAt < lookEveryMs) return content;
    lookedAt = Date.now();
    const current = await stampOf(path);
    if (current === stamp) return content;
    stamp = current;
    try {
      content = await read(path);
    } catch (error) {
      if (!(error instanceof ConfigFileError)) throw error;
      onInvalid(error);
    }
    return content;
  };
}

/** Returns a stamp that changes whenever the file does; a missing file has a stamp, too. */
async function stampOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${ino}/${size}/${mtimeMs}`;
  } catch {
    return 'unreadable';
  }
}
