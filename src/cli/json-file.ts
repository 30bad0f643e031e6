/**
 * Reading of JSON files that people write. Errors name the place that is not JSON, or the fields that do not fit a
 * schema.
 */
import { readFileSync } from 'node:fs';
import { parse, printParseErrorCode, type ParseError } from 'jsonc-parser';
import type { z } from 'zod';
import { check, type Problem } from '../domain/model/check.js';
import { BadInput } from './outcome.js';

/**
 * Reads a JSON file and checks it.
 * @param file a path, or `-` for stdin
 * @param schema the value must fit it
 * @returns the value as written, without defaults
 * @throws BadInput with every problem, if the file cannot be read, is not JSON, or does not fit
 */
export function readJsonFile<Schema extends z.ZodType>(file: string, schema: Schema): z.input<Schema> {
  const name = file === '-' ? 'the standard input' : file;
  const value = parseJson(readText(file, name), name);
  checkInput(value, schema, name);
  return value as z.input<Schema>;
}

/**
 * Returns the value of a JSON text.
 * @param text JSON
 * @param name name of the text in errors
 * @throws BadInput that names line and column, if the text is not JSON
 */
export function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadInput(`${name} is not JSON`, [whereNotJson(text)]);
  }
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

function readText(file: string, name: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    throw new BadInput(`${name} cannot be read: ${code === 'ENOENT' ? 'there is no such file' : code}`);
  }
}

/** Returns line, column and kind of the first error. `JSON.parse` of Node 20 gives the position only sometimes. */
function whereNotJson(text: string): string {
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true });
  const [first] = errors;
  if (first === undefined) return 'it must be one JSON value';
  const before = text.slice(0, first.offset).split('\n');
  const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  return `${place}: ${sentenceOf(printParseErrorCode(first.error))}`;
}

/** Returns a name as words: "CommaExpected" becomes "comma expected". */
function sentenceOf(code: string): string {
  return code.replaceAll(/\B[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
}
