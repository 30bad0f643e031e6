/** Checking what comes from outside: zod's findings as sentences that name the field and say what would be right. */
import type { z } from 'zod';

export interface Problem {
  /** The field, as a path such as `guests[1].email`; empty for the whole value. */
  readonly path: string;
  readonly message: string;
}

export type Checked<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly Problem[] };

/** Parses `value` by `schema`; never throws. Of many problems the last says how many more there are. */
export function check<T>(schema: z.ZodType<T>, value: unknown): Checked<T> {
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

/** More than anybody reads. Whoever sends rubbish by the hundred kilobytes gets no answer of megabytes. */
const MOST_PROBLEMS = 50;

function inReach(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length <= MOST_PROBLEMS) return problems;
  const told = problems.slice(0, MOST_PROBLEMS - 1);
  return [...told, { path: '', message: `has ${problems.length - told.length} more problems, which are not listed` }];
}

/** One line for all problems: `guests[1].email must be an e-mail address; …`. */
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
      // Of several forms, the one that the value comes closest to says best what is wrong.
      const branches = issue.errors.map((errors) => errors.flatMap((inner) => problemsOf(inner, path)));
      const closest = branches.toSorted((a, b) => score(a) - score(b))[0];
      return closest === undefined || score(closest) >= WHOLE
        ? [{ path: pathText(path), message: 'must be an object' }]
        : closest;
    }
    case 'invalid_type':
      return [{ path: pathText(path), message: typeSentence(issue) }];
    default:
      return [{ path: pathText(path), message: sentence(issue.message) }];
  }
}

const WHOLE = 1000;

/** Fewer findings are closer; a missing field counts more than a wrong one, an unknown field more than both. */
function score(problems: readonly Problem[]): number {
  return problems.reduce((sum, problem) => {
    if (problem.message.startsWith('must be an object')) return sum + WHOLE;
    if (problem.message.includes('not a known field')) return sum + 3;
    return sum + (problem.message.includes('is missing') ? 2 : 1);
  }, 0);
}

function typeSentence(issue: z.core.$ZodIssueInvalidType): string {
  const missing = issue.input === undefined ? 'is missing; it ' : '';
  if (!issue.message.startsWith('Invalid input')) return `${missing}${sentence(issue.message)}`;
  return `${missing}must be ${article(issue.expected)}`;
}

function article(expected: string): string {
  const word = expected === 'array' ? 'list' : expected;
  return `${/^[aeio]/.test(word) ? 'an' : 'a'} ${word}`;
}

function sentence(message: string): string {
  const text = message.charAt(0).toLowerCase() + message.slice(1);
  return /^(must|is|has|holds)\b/.test(text) ? text : `must be right: ${text}`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? nameText(part) : `${text}.${nameText(part)}`,
    '',
  );
}

/** Names of unknown fields stand in failures, whose messages protobuf has to write as UTF-8. */
function nameText(name: PropertyKey): string {
  return String(name).replace(/\p{Cs}/gu, '\ufffd');
}

/** Who sends a thousand wrong fields is told of the first: what a state remembers of a complaint. */
const LONGEST_COMPLAINT = 500;

export function inShort(complaint: string): string {
  return complaint.slice(0, LONGEST_COMPLAINT);
}
