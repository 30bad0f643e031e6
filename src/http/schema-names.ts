/** Names of schemas in the OpenAPI document: generated clients have one type for each. */
import { z } from 'zod';

/** Schemas that the document describes once, by name. */
export const SCHEMA_NAMES = z.registry<{ readonly name: string }>();

/** Gives a schema its name in the OpenAPI document, and returns it. */
export function named<Schema extends z.ZodType>(name: string, schema: Schema): Schema {
  SCHEMA_NAMES.add(schema, { name });
  return schema;
}
