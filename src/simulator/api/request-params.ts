/** Reads request parameters: a JSON body, or a query as Seam's clients serialise it (Seam's documentation). */
import { z } from 'zod';
import { SeamError, invalidBody } from './seam-error.js';
import type { Switches } from '../control/switches.js';

const ARRAYS = new Set(['event_types', 'include_if', 'between']);
const NUMBERS = new Set(['limit', 'unstable_offset', 'max_use_count']);
const BOOLEANS = new Set(['is_multi_phone_sync_credential', 'without_user_identifier_key']);

/**
 * Returns the parameters of a query. Arrays repeat their name; an empty value is an empty array or null. Without
 * `_strict=true`, older forms of arrays are accepted too: `name[]=a` and `name=a,b`.
 */
export function queryParams(search: string): Readonly<Record<string, unknown>> {
  const query = new URLSearchParams(search);
  const strict = query.get('_strict') === 'true';
  query.delete('_strict');
  const asked: Record<string, unknown> = {};
  for (const raw of new Set(query.keys())) {
    const name = strict ? raw : raw.replace(/\[\]$/, '');
    const values = query.getAll(raw);
    asked[name] = isArray(name) ? arrayOf(values, strict) : scalarOf(name, values.at(-1) ?? '');
  }
  return asked;
}

function isArray(name: string): boolean {
  return ARRAYS.has(name) || name.endsWith('_ids');
}

function arrayOf(values: readonly string[], strict: boolean): readonly string[] {
  if (values.length === 1 && values[0] === '') return [];
  return strict ? values : values.flatMap((value) => value.split(','));
}

function scalarOf(name: string, value: string): unknown {
  if (value === '') return null;
  if (NUMBERS.has(name)) return Number(value);
  if (BOOLEANS.has(name)) return value === 'true' ? true : value === 'false' ? false : value;
  return value;
}

/**
 * Checks parameters against the published schema, and returns the parsed ones.
 * @throws `SeamError` 400 `invalid_input`, with the invalid fields.
 */
export function checkParams(
  schema: z.ZodObject,
  asked: unknown,
  switches: Switches,
): Readonly<Record<string, unknown>> {
  if (switches.unknownKeys === 'reject') refuseUnknownKeys(schema, asked, switches);
  const parsed = schema.safeParse(asked);
  if (!parsed.success) throw invalidBody(parsed.error);
  return parsed.data;
}

function refuseUnknownKeys(schema: z.ZodObject, asked: unknown, switches: Switches): void {
  const unknown = unknownKeys(schema, asked, '').filter(
    (path) => path !== 'visionline_metadata.label' || !switches.labelHonoured,
  );
  if (unknown.length > 0) {
    throw new SeamError(400, 'invalid_input', `Unrecognized keys: ${unknown.join(', ')}`, {
      _errors: unknown.map((path) => `Unrecognized key: ${path}`),
    });
  }
}

/** Fields that the simulator reads although no published schema has them. */
const UNPUBLISHED = new Set(['visionline_metadata.label']);

function unknownKeys(schema: z.ZodObject, asked: unknown, prefix: string): readonly string[] {
  if (typeof asked !== 'object' || asked === null) return [];
  return Object.entries(asked).flatMap(([name, value]) => {
    const path = `${prefix}${name}`;
    const field: unknown = schema.shape[name];
    if (field === undefined || UNPUBLISHED.has(path)) return [path];
    const inner = innermost(field);
    return inner instanceof z.ZodObject ? unknownKeys(inner, value, `${path}.`) : [];
  });
}

function innermost(field: unknown): unknown {
  return field instanceof z.ZodOptional || field instanceof z.ZodNullable ? innermost(field.unwrap()) : field;
}
