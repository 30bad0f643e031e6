/**
 * Components of the OpenAPI document: schemas and error responses that many calls share are described once, by name.
 * Clients that are generated from the document then have one type for each.
 */
import { STATUS_CODES } from 'node:http';
import { isSameValue } from '../../domain/model/same-value.js';

/** Mark of a schema that becomes a component; its value is the name. */
export const NAME_MARK = 'x-name';

type Json = Readonly<Record<string, unknown>>;

interface Components {
  readonly schemas: Record<string, Json>;
  readonly responses: Record<string, Json>;
}

const METHODS = ['get', 'put', 'post', 'delete'];

/** Returns the document with its marked schemas and its common error responses as components. */
export function withComponents<Document extends { readonly paths?: object; readonly components?: object }>(
  document: Document,
): Document {
  const found: Components = { schemas: {}, responses: {} };
  const paths = Object.fromEntries(
    Object.entries(document.paths ?? {}).map(([path, calls]) => [path, withCommonResponses(calls as Json, found)]),
  );
  return { ...document, paths, components: { ...document.components, ...found } };
}

function withCommonResponses(calls: Json, found: Components): Json {
  const changed = Object.entries(calls).map(([method, call]) => {
    if (!METHODS.includes(method)) return [method, call];
    const hoisted = hoist(call, found) as Json & { readonly responses?: Readonly<Record<string, Json>> };
    const responses = Object.entries(hoisted.responses ?? {}).map(([status, response]) => [
      status,
      Number(status) < 400 ? response : shared(found.responses, responseName(status), response),
    ]);
    return [method, { ...hoisted, responses: Object.fromEntries(responses) as Json }];
  });
  return Object.fromEntries(changed) as Json;
}

/** Returns a reference to the response of that name, or the response itself if it differs from the common one. */
function shared(responses: Record<string, Json>, name: string, response: Json): Json {
  responses[name] ??= response;
  return isSameValue(responses[name], response) ? { $ref: `#/components/responses/${name}` } : response;
}

function responseName(status: string): string {
  return (STATUS_CODES[status] ?? `Status${status}`).replaceAll(/[^A-Za-z]/g, '');
}

/** Returns the value with references in the place of marked schemas. @throws Error if two schemas have one name */
function hoist(value: unknown, found: Components): unknown {
  if (Array.isArray(value)) return value.map((item) => hoist(item, found));
  if (typeof value !== 'object' || value === null) return value;
  const { [NAME_MARK]: name, ...fields } = value as Json;
  const plain = Object.fromEntries(Object.entries(fields).map(([field, part]) => [field, hoist(part, found)]));
  if (typeof name !== 'string') return plain;
  const { description, ...schema } = plain;
  found.schemas[name] ??= schema;
  if (!isSameValue(found.schemas[name], schema)) throw new Error(`two schemas of the API have the name ${name}`);
  return { $ref: `#/components/schemas/${name}`, ...(description === undefined ? {} : { description }) };
}
