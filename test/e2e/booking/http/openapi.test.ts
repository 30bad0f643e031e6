/** The OpenAPI document as client generators and pages read it. No Temporal server is needed. */
import { Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectWhenNeeded } from '../../../../src/temporal/connection.js';
import { openApi, type Api } from './api-world.js';

// A port on which only root may listen.
const connection = connectWhenNeeded({ address: '127.0.0.1:1', namespace: 'default' });
let api: Api;
let document: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- JSON that has no type

beforeAll(async () => {
  api = await openApi({ temporal: new Client({ connection }), connection });
  ({ body: document } = await api.call('GET', '/openapi.json', undefined, { key: null }));
});
afterAll(async () => {
  await api.stop();
  await connection.close();
});

/** Returns every object of the document with its path. */
function everything(value: unknown, path = '$'): readonly (readonly [string, Record<string, unknown>])[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([field, part]) => everything(part, `${path}.${field}`));
  return [[path, value as Record<string, unknown>], ...inner];
}

interface Call {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly example?: string;
    readonly schema: { readonly examples?: readonly unknown[] };
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly example?: unknown }>> };
  readonly responses: Readonly<Record<string, { readonly $ref?: string }>>;
}

const calls = (): readonly (readonly [string, Call])[] =>
  Object.entries<Record<string, Call>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, call]) => [`${method} ${path}`, call] as const),
  );

test('views, bodies and problems are named schemas, and every reference leads to one', () => {
  const names = Object.keys(document.components.schemas);
  const wanted = [
    'StayView',
    'Snapshot',
    'Problem',
    'RoomView',
    'Guest',
    'StayPage',
    'StaySummary',
    'DryRun',
    'Attention',
  ];
  expect(names).toEqual(expect.arrayContaining(wanted));
  for (const [path, { $ref }] of everything(document)) {
    if (typeof $ref !== 'string') continue;
    const [kind = '', name = ''] = $ref.replace('#/components/', '').split('/');
    expect(document.components[kind]?.[name], `${path} refers to ${$ref}`).toBeDefined();
  }
  expect(JSON.stringify(document)).not.toContain('x-name');
});

test('calls share their refusals', () => {
  const shared = calls().flatMap(([, { responses }]) => Object.values(responses));
  expect(shared.filter(({ $ref }) => $ref !== undefined).length).toBeGreaterThan(calls().length * 6);
  expect(document.components.responses.UnprocessableEntity).toMatchObject({
    content: { 'application/problem+json': {} },
  });
});

test('every pattern means the same with and without the flag for Unicode, and needs no feature of one language', () => {
  for (const [path, { pattern }] of everything(document)) {
    if (typeof pattern !== 'string') continue;
    expect(() => new RegExp(pattern), path).not.toThrow();
    expect(() => new RegExp(pattern, 'u'), path).not.toThrow();
    expect(pattern, path).not.toMatch(/\\p|\\u|\(\?/);
  }
});

test('every body and every parameter has an example, and the server takes each of them', async () => {
  for (const [name, { parameters = [], requestBody }] of calls()) {
    for (const { name: parameter, required, example, schema } of parameters) {
      const examples = required === true ? [example] : schema.examples;
      expect(examples?.[0], `${name}: ${parameter}`).toBeDefined();
    }
    if (requestBody !== undefined) expect(requestBody.content['application/json']?.example, name).toBeDefined();
  }
  const asked = calls().map(async ([name, { parameters = [], requestBody }]) => {
    if (name.includes('/events')) return;
    const [method = '', template = ''] = name.split(' ');
    const path = parameters
      .filter((parameter) => parameter.in === 'path')
      .reduce((filled, { name: parameter, example }) => filled.replace(`{${parameter}}`, example ?? ''), template);
    const example = requestBody?.content['application/json']?.example;
    const { status, body } = await api.call(method.toUpperCase(), path, example, { key: api.keys.all });
    // Not the simulated hotel, and no Temporal server: neither is about the content.
    expect([404, 503], `${name}: ${JSON.stringify(body)}`).toContain(status);
  });
  await Promise.all(asked);
});
