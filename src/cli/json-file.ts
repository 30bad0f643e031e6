/** Reads files that people write: JSON, with the place where it is not, or checked by a schema, with the fields that are wrong. */
import { readFileSync } from 'node:fs';
import { parse, printParseErrorCode, type ParseError } from 'jsonc-parser';
import type { z } from 'zod';
import { check, type Problem } from '../domain/model/check.js';
import { BadInput } from './outcome.js';

/**
 * @param file a path, or `-` for stdin
 * @param schema the value must fit it
 * @returns the value as it was written: defaults are not filled in
 * @throws BadInput if it cannot be read, is not JSON, or does not fit, with every problem
 */
export function readJsonFile<Schema extends z.ZodType>(file: string, schema: Schema): z.input<Schema> {
  const name = file === '-' ? 'the standard input' : file;
  const value = parseJson(readText(file, name), name);
  checkInput(value, schema, name);
  return value as z.input<Schema>;
}

/**
 * @param text JSON
 * @param name how the text is called in errors
 * @throws BadInput that names line and column
 */
export function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadInput(`${name} is not JSON`, [whereNotJson(text)]);
  }
}

/** @throws BadInput with a line for every field that is wrong */
export function checkInput(value: unknown, schema: z.ZodType, name: string): void {
  const checked = check(schema, value);
  if (!checked.ok) throw new BadInput(`${name} cannot be used`, checked.problems.map(problemLine));
}

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

/** `JSON.parse` of Node 20 says where only sometimes. */
function whereNotJson(text: string): string {
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true });
  const [first] = errors;
  if (first === undefined) return 'it must be one JSON value';
  const before = text.slice(0, first.offset).split('\n');
  const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  return `${place}: ${sentenceOf(printParseErrorCode(first.error))}`;
}

/** "CommaExpected" becomes "comma expected". */
function sentenceOf(code: string): string {
  return code.replaceAll(/\B[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
}
