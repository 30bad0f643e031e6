/**
 * Seam's published contract at run time: requests and answers against the OpenAPI document of `@seamapi/types`, and resources in answers
 * against the types of the newest JavaScript client too, which are newer (`published.json`).
 *
 * Two liberties, each because the document says something that Seam does not mean:
 * - `oneOf` is read as `anyOf`: the branches of `/acs/credentials/list`, of `/user_identities/get` and of
 *   `events/list` `between` overlap, so that literally no request would ever match exactly one.
 * - `visionline_metadata.label` may be sent: the guide has it, no schema does.
 *
 * Where the document and Seam's prose disagree, the document counts: `/acs/credentials/update` answers with the
 * credential (the official clients take it for an empty answer), and a multi-phone parent shows no `external_type` that
 * the schema does not list. Errors are not published at all, so only answers of status 200 can be held against it.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv2019, type ValidateFunction } from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';

type Json = Readonly<Record<string, unknown>>;

// Loaded untyped: the types of the document are many times its size, and only its data is wanted.
const { openapi } = createRequire(import.meta.url)('@seamapi/types/connect') as {
  readonly openapi: { readonly paths: Readonly<Record<string, Json>>; readonly components: Json };
};

const ajv = new Ajv2019({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema({ paths: rewrite(openapi.paths), components: rewrite(openapi.components) }, 'seam');

interface NewestTypes {
  readonly endpoints: Readonly<Record<string, { readonly verb: string; readonly parameters: readonly string[] }>>;
  readonly eventTypes: readonly string[];
  /** JSON Schema of each resource, by its field in an answer. */
  readonly resources: Readonly<Record<string, Json>>;
}

const newest = JSON.parse(readFileSync(new URL('published.json', import.meta.url), 'utf8')) as NewestTypes;

/** Fields of resources that the newest client publishes and the document does not have yet. */
const NEWER_FIELDS: Readonly<Record<string, readonly string[]>> = {
  user_identity: ['merged_user_identity_ids', 'merged_user_identity_keys'],
};

/** Codes of errors and warnings that the newest client publishes and the document does not have yet. */
const NEWER_CODES: readonly unknown[] = [
  'requested_code_unavailable',
  'insufficient_permissions',
  'unknown_issue_with_acs_system',
];

export interface PublishedEndpoint {
  readonly path: string;
  readonly verbs: readonly string[];
  readonly parameters: readonly string[];
}

/** Returns every endpoint that the document or the newest client publishes, by path. */
export function publishedEndpoints(): readonly PublishedEndpoint[] {
  const paths = new Set([...Object.keys(openapi.paths), ...Object.keys(newest.endpoints)]);
  return [...paths].toSorted().map((path) => {
    const described = openapi.paths[path] ?? {};
    const client = newest.endpoints[path];
    const verbs = [...Object.keys(described).map((verb) => verb.toUpperCase()), 'POST', client?.verb ?? 'POST'];
    const parameters = [...namesOf(bodyOf(described)), ...(client?.parameters ?? [])];
    return { path, verbs: [...new Set(verbs)].toSorted(), parameters: [...new Set(parameters)].toSorted() };
  });
}

/** Returns every type of event that the document or the newest client publishes. */
export function publishedEventTypes(): readonly string[] {
  const described = bodyOf(openapi.paths['/events/list'] ?? {});
  return [...new Set([...enumOf(described), ...newest.eventTypes])].toSorted();
}

/** Returns the codes of errors and warnings that the newest client publishes for these resources; `any` where it lists none. */
export function publishedReports(
  resources: readonly string[],
): Readonly<Record<string, Readonly<Record<string, readonly string[] | 'any'>>>> {
  return Object.fromEntries(
    resources.map((resource) => {
      const fields = newest.resources[resource]?.['properties'];
      const of = (list: 'errors' | 'warnings', field: string): readonly string[] | 'any' => {
        const described = isObject(fields) ? fields[list] : undefined;
        const items = isObject(described) ? described['items'] : undefined;
        if (!isObject(items)) return 'any';
        const kinds = Array.isArray(items['anyOf']) ? items['anyOf'] : [items];
        const codes = kinds.map((kind) => {
          const properties = isObject(kind) && isObject(kind['properties']) ? kind['properties'] : {};
          const code = properties[field];
          return isObject(code) && typeof code['const'] === 'string' ? code['const'] : undefined;
        });
        return codes.some((code) => code === undefined) ? 'any' : codes.map(String);
      };
      return [resource, { errors: of('errors', 'error_code'), warnings: of('warnings', 'warning_code') }];
    }),
  );
}

function bodyOf(path: Json): unknown {
  return ['post', 'requestBody', 'content', 'application/json', 'schema'].reduce<unknown>(
    (inner, key) => (isObject(inner) ? inner[key] : undefined),
    path,
  );
}

function branchesOf(schema: Json): readonly unknown[] {
  return ['allOf', 'anyOf', 'oneOf'].flatMap((key) => (Array.isArray(schema[key]) ? schema[key] : []));
}

function namesOf(schema: unknown): readonly string[] {
  if (!isObject(schema)) return [];
  const own = isObject(schema['properties']) ? Object.keys(schema['properties']) : [];
  return [...own, ...branchesOf(schema).flatMap(namesOf)];
}

function enumOf(schema: unknown): readonly string[] {
  if (!isObject(schema)) return [];
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const { event_type: type } = properties;
  const own = isObject(type) && Array.isArray(type['enum']) ? type['enum'].map(String) : [];
  return [...own, ...branchesOf(schema).flatMap(enumOf)];
}

const compiled = new Map<string, ValidateFunction>();

/** Throws unless `body` is what the endpoint takes: nothing missing, nothing wrong, nothing that it does not know. */
export function assertSeamRequest(path: string, body: unknown): void {
  needsPath(path);
  check(`request of ${path}`, `${pointer(path)}/requestBody/content/application~1json/schema`, withoutLabel(body));
}

/** Throws unless `body` is what the endpoint answers with status 200, to the field. */
export function assertSeamResponse(path: string, body: unknown): void {
  needsPath(path);
  const reference = `${pointer(path)}/responses/200/content/application~1json/schema`;
  check(`answer of ${path}`, reference, mapResources(body, withoutNewerFields));
  mapResources(body, (field, resource) => {
    const schema = newest.resources[field];
    if (schema !== undefined) checkNewest(`${field} of ${path}`, field, schema, resource);
    return resource;
  });
}

/** Returns the answer with each resource replaced by what `change` returns for it. */
function mapResources(body: unknown, change: (field: string, resource: unknown) => unknown): unknown {
  if (!isObject(body)) return body;
  const entries = Object.entries(body).map(([key, value]): [string, unknown] => {
    const field = key.replace(/ies$/, 'y').replace(/s$/, '');
    return [key, Array.isArray(value) ? value.map((item) => change(field, item)) : change(field, value)];
  });
  return Object.fromEntries(entries);
}

/** Returns the resource as the document can know it. */
function withoutNewerFields(field: string, resource: unknown): unknown {
  if (!isObject(resource)) return resource;
  const newer = NEWER_FIELDS[field] ?? [];
  return Object.fromEntries(
    Object.entries(resource)
      .filter(([name]) => !newer.includes(name))
      .map(([name, value]) => [name, /^(errors|warnings)$/.test(name) ? withoutNewerCodes(value) : value]),
  );
}

function withoutNewerCodes(reports: unknown): unknown {
  if (!Array.isArray(reports)) return reports;
  return reports.filter(
    (report) => !(isObject(report) && NEWER_CODES.includes(report['error_code'] ?? report['warning_code'])),
  );
}

function checkNewest(what: string, field: string, schema: Json, resource: unknown): void {
  const validate = compiled.get(`newest ${field}`) ?? ajv.compile(schema);
  compiled.set(`newest ${field}`, validate);
  if (!validate(resource))
    throw new Error(`The ${what} is not as the newest client publishes: ${ajv.errorsText(validate.errors)}`);
}

function needsPath(path: string): void {
  if (openapi.paths[path] === undefined) throw new Error(`${path}: Seam publishes no such endpoint`);
}

function pointer(path: string): string {
  return `seam#/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}/post`;
}

function check(what: string, reference: string, body: unknown): void {
  const validate = compiled.get(reference) ?? compile(reference);
  if (validate === undefined) return;
  if (validate(body)) return;
  const faults = (validate.errors ?? []).map((error) => {
    const extra: unknown = error.params['unevaluatedProperty'] ?? error.params['additionalProperty'];
    return `${error.instancePath || '/'} ${error.message}${extra === undefined ? '' : `: ${String(extra)}`}`;
  });
  throw new Error(`The ${what} is not as published:\n  ${[...new Set(faults)].join('\n  ')}`);
}

/** Undefined for an endpoint that publishes no body, such as `/webhooks/list`. */
function compile(reference: string): ValidateFunction | undefined {
  if (ajv.getSchema(reference) === undefined) return undefined;
  const validate = ajv.compile({ $ref: reference });
  compiled.set(reference, validate);
  return validate;
}

function withoutLabel(body: unknown): unknown {
  if (!isObject(body) || !isObject(body['visionline_metadata'])) return body;
  const { label: _label, ...metadata } = body['visionline_metadata'];
  return { ...body, visionline_metadata: metadata };
}

/**
 * The document as JSON Schema 2019-09: closed objects, `oneOf` as `anyOf`, numeric bounds, null as a type.
 * Branches of an `allOf` stay open, because each would refuse the fields of the others; the whole is closed instead.
 */
function rewrite(value: unknown, place: 'alone' | 'in-all-of' = 'alone'): unknown {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, place));
  if (!isObject(value)) return value;
  const { oneOf, allOf, nullable, minimum, exclusiveMinimum, discriminator: _discriminator, ...rest } = value;
  const schema: Record<string, unknown> = Object.fromEntries(
    Object.entries(rest).map(([key, inner]) => [key, key === 'default' ? inner : rewrite(inner)]),
  );
  if (oneOf !== undefined) schema['anyOf'] = rewrite(oneOf, place);
  if (allOf !== undefined) {
    schema['allOf'] = rewrite(allOf, 'in-all-of');
    schema['unevaluatedProperties'] = false;
  }
  if (isSchemaWithFields(rest) && place === 'alone') schema['additionalProperties'] ??= false;
  if (minimum !== undefined) schema[exclusiveMinimum === true ? 'exclusiveMinimum' : 'minimum'] = minimum;
  return nullable === true ? { anyOf: [schema, { type: 'null' }] } : schema;
}

function isSchemaWithFields(schema: Json): boolean {
  return schema['type'] === 'object' && isObject(schema['properties']);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
