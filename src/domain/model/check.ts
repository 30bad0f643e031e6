/** Checks external input: turns zod's issues into sentences that name the field and the expected value. */
import type { z } from 'zod';
import { describeUndecodable, isUndecodable } from './undecodable.js';

/** Problem of one field of an input. */
export interface Problem {
  /** The field, as a path such as `guests[1].email`; empty for the whole value. */
  readonly path: string;
  readonly message: string;
}

/** Schema whose output is a `T`. */
export type Schema<T> = z.ZodType<T>;

/** Parsed value, or the problems of the input. */
export type Checked<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly Problem[] };

/** Parses `value` with `schema`; never throws. In a long list of problems the last one counts those left out. */
export function check<T>(schema: Schema<T>, value: unknown): Checked<T> {
  if (isUndecodable(value)) return { ok: false, problems: [{ path: '', message: describeUndecodable(value) }] };
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return { ok: true, value: result.data };
  return {
    ok: false,
    problems: inReach(firstOfEachField(result.error.issues.flatMap((issue) => problemsOf(issue, [])))),
  };
}

function firstOfEachField(problems: readonly Problem[]): readonly Problem[] {
  const byPath = new Map<string, Problem>();
  for (const problem of problems) if (!byPath.has(problem.path)) byPath.set(problem.path, problem);
  return [...byPath.values()];
}

/** Limit that a person can still read; it also keeps the answer to a huge invalid payload small. */
const MOST_PROBLEMS = 50;

function inReach(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length <= MOST_PROBLEMS) return problems;
  const shown = problems.slice(0, MOST_PROBLEMS - 1);
  return [...shown, { path: '', message: `has ${problems.length - shown.length} more problems, which are not listed` }];
}

/** Returns all problems in one line: `guests[1].email must be an e-mail address; …`. */
export function describeProblems(problems: readonly Problem[]): string {
  return problems.map((problem) => `${problem.path || 'the value'} ${problem.message}`).join('; ');
}

function problemsOf(issue: z.core.$ZodIssue, prefix: readonly PropertyKey[]): Problem[] {
  const path = [...prefix, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: pathText([...path, key]), message: 'is not a known field' }));
    case 'invalid_union': {
      if (!issue.message.startsWith('Invalid input'))
        return [{ path: pathText(path), message: sentence(issue.message) }];
      // The union branch closest to the value gives the most useful message.
      const branches = issue.errors.map((errors) => errors.flatMap((inner) => problemsOf(inner, path)));
      const closest = branches.toSorted((a, b) => score(a) - score(b))[0];
      return closest === undefined || score(closest) >= WHOLE
        ? [{ path: pathText(path), message: 'must be an object' }]
        : closest;
    }
    case 'invalid_value':
      return [{ path: pathText(path), message: valueSentence(issue) }];
    case 'invalid_type':
      return [{ path: pathText(path), message: typeSentence(issue) }];
    default:
      return [{ path: pathText(path), message: sentence(issue.message) }];
  }
}

const WHOLE = 1000;

/** Returns a distance: fewer problems are closer. A missing field counts more than a wrong one, an unknown one most. */
function score(problems: readonly Problem[]): number {
  return problems.reduce((sum, problem) => {
    if (problem.message.startsWith('must be an object')) return sum + WHOLE;
    if (problem.message.includes('not a known field')) return sum + 3;
    return sum + (problem.message.includes('is missing') ? 2 : 1);
  }, 0);
}

function typeSentence(issue: z.core.$ZodIssueInvalidType): string {
  return ifMissing(issue, issue.message.startsWith('Invalid input') ? `must be ${article(issue.expected)}` : undefined);
}

function valueSentence(issue: z.core.$ZodIssueInvalidValue): string {
  const { message, values } = issue;
  const known = `must be ${values.length === 1 ? '' : 'one of '}${values.join(', ')}`;
  return ifMissing(issue, message.startsWith('Invalid ') ? known : undefined);
}

/** Returns the sentence, or the issue's own if there is none, and before it that the value is missing. */
function ifMissing({ input, message }: z.core.$ZodIssue, own = sentence(message)): string {
  return input === undefined ? `is missing; it ${own}` : own;
}

function article(expected: string): string {
  const word = expected === 'array' ? 'list' : expected;
  return `${/^[aeio]/.test(word) ? 'an' : 'a'} ${word}`;
}

function sentence(message: string): string {
  const text = message.charAt(0).toLowerCase() + message.slice(1);
  return /^(must|is|has|holds)\b/.test(text) ? text : `must be valid: ${text}`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? nameText(part) : `${text}.${nameText(part)}`,
    '',
  );
}

/** Replaces lone surrogates: failure messages hold names of unknown fields, and protobuf encodes them as UTF-8. */
function nameText(name: PropertyKey): string {
  return String(name).replace(/\p{Cs}/gu, '\ufffd');
}

/** Maximum length of a complaint in workflow state; a message with many wrong fields shows only the first. */
const LONGEST_COMPLAINT = 500;

/** Returns the complaint, cut to the length that workflow state may hold. */
export function inShort(complaint: string): string {
  return complaint.slice(0, LONGEST_COMPLAINT);
}
