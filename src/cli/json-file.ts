/**
 * Reading of JSON files that people write. Errors name the place that is not JSON, or the fields that do not fit a
 * schema.
 */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { ConfigFileError } from '../config/config-file.js';
import { check, type Problem } from '../domain/model/check.js';
import { parseJson, whyUnreadable } from '../json-text.js';
import { BadInput } from './outcome.js';
import { textIn } from './text.js';

/**
 * Reads a JSON file and checks it.
 * @param file a path, or `-` for stdin
 * @param schema the value must fit it
 * @returns the value as written, without defaults
 * @throws BadInput with every problem, if the file cannot be read, is not JSON, or does not fit
 */
export function readJsonFile<Schema extends z.ZodType>(file: string, schema: Schema): z.input<Schema> {
  const name = file === '-' ? 'the standard input' : file;
  const value = jsonIn(readText(file === '-' ? 0 : file, name), name);
  checkInput(value, schema, name);
  return value as z.input<Schema>;
}

/**
 * Returns the value of a JSON text.
 * @param text JSON
 * @param name name of the text in errors
 * @throws BadInput that names line and column, if the text is not JSON
 */
export function jsonIn(text: string, name: string): unknown {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new BadInput(`${name} is not JSON`, [parsed.where]);
  return parsed.value;
}

/** Checks a value by a schema. @throws BadInput with a line for every field that is wrong */
export function checkInput(value: unknown, schema: z.ZodType, name: string): void {
  const checked = check(schema, value);
  if (!checked.ok) throw new BadInput(`${name} cannot be used`, checked.problems.map(problemLine));
}

/** Returns the problem as one line: the path of the field, then the message. */
export function problemLine({ path, message }: Problem): string {
  return `${path === '' ? 'the value' : path} ${message}`;
}

/** Returns the error of a configuration file as `BadInput`, and any other error unchanged. */
export function asBadInput(error: unknown): unknown {
  return error instanceof ConfigFileError ? new BadInput(`${error.path} cannot be used`, error.problems) : error;
}

/**
 * Reads the text of a file, or stdin (0), which errors call `name`.
 * @throws BadInput if it cannot be read, or its encoding cannot be used
 */
export function readText(file: string | 0, name: string): string {
  return textIn(bytesOf(file, name), name);
}

function bytesOf(file: string | 0, name: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new BadInput(`${name} cannot be read: ${whyUnreadable(error)}`);
  }
}
