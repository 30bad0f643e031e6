/** JSON that people write in files: why a file cannot be read, and where a text is not JSON. */
import { parse, printParseErrorCode, type ParseError } from 'jsonc-parser';

/** Result of parsing a text; `where` names the place that is not JSON. */
export type ParsedJson =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly where: string };

/** Parses a JSON text; never throws. */
export function parseJson(text: string): ParsedJson {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, where: whereNotJson(text) };
  }
}

/** Returns why a file cannot be read, in words or as the code of the system's error. */
export function whyUnreadable(error: unknown): string {
  const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'there is no such file' : code;
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
