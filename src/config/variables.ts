/** Environment variables of a process, checked by a schema; and configuration that is read as a whole. */
import { z } from 'zod';
import { ConfigFileError } from './config-file.js';
import { ConfigError, secretsInFiles } from './secret-files.js';

/** Text that must not be empty. */
export const text = z.string({ error: 'is needed' }).min(1, 'must not be empty');

/** Returns the schema of a host and a port. @param example the example that its error shows */
export function hostAndPort(example: string): typeof text {
  return text.regex(/^[^/:\s]+:\d+$|^\[[\da-fA-F:]+\]:\d+$/, `must be a host and a port, such as "${example}"`);
}

/** Checks across variables also run if single variables are wrong: the error names everything at once. */
export const ALL_AT_ONCE = { when: (): boolean => true };

/**
 * Returns the variables as their schema parses them.
 * @param secrets variables whose value may be in a file: `X_FILE` names it
 * @throws ConfigError naming every variable that is missing or wrong, never its value
 */
export function readVariables<Variables>(
  schema: z.ZodType<Variables>,
  env: NodeJS.ProcessEnv,
  secrets: readonly string[],
): Variables {
  const parsed = schema.safeParse({ ...env, ...secretsInFiles(env, secrets) });
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('\n'));
}

type Parts = Readonly<Record<string, () => unknown>>;
type Read<All extends Parts> = { readonly [Name in keyof All]: Awaited<ReturnType<All[Name]>> };

/**
 * Reads every part of a configuration, and returns the results by the same names.
 * @param parts functions by the name that a problem of theirs has: for a file, the variable that names it
 * @throws ConfigError with the problems of all parts
 */
export async function readAll<All extends Parts>(parts: All): Promise<Read<All>> {
  const names = Object.keys(parts);
  const read = await Promise.allSettled(names.map(async (name) => parts[name]?.()));
  const problems = read.flatMap((part, index) =>
    part.status === 'rejected' ? [problemOf(names[index] ?? '', part.reason)] : [],
  );
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  const results = read.map((part, index) => [names[index], part.status === 'fulfilled' ? part.value : undefined]);
  return Object.fromEntries(results) as Read<All>;
}

function problemOf(name: string, error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof ConfigFileError) return `${name}: ${error.message}`;
  throw error;
}
