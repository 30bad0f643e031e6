/** Seam's pages. A cursor carries the next position and a digest of the query, which must stay the same. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { invalidInput } from './seam-error.js';

const cursorSchema = z.object({ after: z.number(), query: z.string() });

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/**
 * Returns one page of `all`, which must be in ascending order of `seqOf`.
 * @throws `SeamError` 400 for an invalid cursor, or a cursor of another query.
 */
export function pageOf<T>(
  all: readonly T[],
  seqOf: (item: T) => number,
  asked: { readonly limit?: number | undefined; readonly page_cursor?: string | null | undefined },
  defaultLimit: number,
): Page<T> {
  const query = digest(asked);
  const limit = asked.limit ?? defaultLimit;
  const after = typeof asked.page_cursor === 'string' ? readCursor(asked.page_cursor, query) : -Infinity;
  const rest = all.filter((item) => seqOf(item) > after);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  const more = rest.length > items.length && last !== undefined;
  return { items, nextCursor: more ? writeCursor({ after: seqOf(last), query }) : null };
}

function digest(asked: object): string {
  const parameters = Object.entries(asked).filter(([name]) => name !== 'page_cursor');
  return createHash('sha256').update(JSON.stringify(parameters.sort())).digest('hex').slice(0, 16);
}

function writeCursor(cursor: z.infer<typeof cursorSchema>): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64');
}

function readCursor(text: string, query: string): number {
  const cursor = decode(text);
  if (cursor === undefined) throw invalidInput(['page_cursor'], 'is not a cursor of this list');
  if (cursor.query !== query) throw invalidInput(['page_cursor'], 'belongs to a list with other parameters');
  return cursor.after;
}

function decode(text: string): z.infer<typeof cursorSchema> | undefined {
  try {
    const parsed = cursorSchema.safeParse(JSON.parse(Buffer.from(text, 'base64').toString('utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
