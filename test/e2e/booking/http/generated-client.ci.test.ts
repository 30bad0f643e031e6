import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Validator } from '@seriousme/openapi-schema-validator';
import openapiTs, { astToString } from 'openapi-typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../../../src/package-root.js';
import { privateFolder } from '../../../../src/temporal/binaries.js';
import { openApiWorld, type ApiWorld } from './api-world.js';

const run = promisify(execFile);

let world: ApiWorld;
/** A folder in the checkout, so that the generated code finds its libraries. */
let folder: string;
beforeAll(async () => {
  mkdirSync(privateFolder(), { recursive: true });
  folder = mkdtempSync(path.join(privateFolder(), 'generated-'));
  world = await openApiWorld();
});
afterAll(async () => {
  await world.stop();
  rmSync(folder, { recursive: true, force: true });
});

const theDocument = async (): Promise<any> => (await world.call('GET', '/openapi.json', undefined, { key: null })).body; // eslint-disable-line @typescript-eslint/no-explicit-any -- JSON that has no type

test('the OpenAPI document is valid, has version 3.1, and describes every call', async () => {
  const document = await theDocument();
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
  expect(document.openapi).toBe('3.1.0');
  const reservation = '/v1/properties/{propertyId}/reservations/{reservationId}';
  const calls = Object.entries<object>(document.paths).flatMap(([called, methods]) =>
    Object.keys(methods).map((method) => `${method} ${called.replace(reservation, '…')}`),
  );
  expect(calls.toSorted()).toEqual([
    'delete …/guests/{guestId}',
    'get /v1/events',
    'get /v1/properties/{propertyId}/rooms/{room}',
    'get /v1/properties/{propertyId}/stays',
    'get …',
    'post /v1/properties/{propertyId}/rooms/{room}/force',
    'post …/cancel',
    'post …/check-in',
    'post …/check-out',
    'post …/force',
    'post …/guests',
    'post …/guests/{guestId}/block',
    'post …/guests/{guestId}/client-session',
    'post …/guests/{guestId}/erase',
    'post …/guests/{guestId}/instant-key',
    'post …/guests/{guestId}/phone-ready',
    'post …/guests/{guestId}/replace-key',
    'post …/guests/{guestId}/same-guest',
    'post …/hold',
    'post …/join-to',
    'post …/plan',
    'post …/policy-changed',
    'post …/release',
    'post …/retry',
    'put …',
    'put …/dates',
    'put …/rooms',
  ]);
});

test('the OpenAPI document describes all answers, errors included, and marks the bodies that are optional', async () => {
  const { paths, components } = await theDocument();
  const reservation = '/v1/properties/{propertyId}/reservations/{reservationId}';
  const put = paths[reservation].put.responses;
  expect(put[200].content['application/json'].schema).toMatchObject({ $ref: '#/components/schemas/StayView' });
  const { StayView, Conflict } = components.schemas;
  expect(StayView.properties).toMatchObject({ taken: { enum: ['new', 'known'] }, phase: {}, webUi: {} });
  expect(Conflict.properties).toMatchObject({ revision: {}, current: { $ref: '#/components/schemas/StayView' } });
  const everywhere = ['400', '401', '403', '422', '429', '500', '503'];
  expect(Object.keys(put)).toEqual(expect.arrayContaining([...everywhere, '404', '409', '413', '415']));
  const calls = Object.values<Record<string, { readonly responses: object }>>(paths).flatMap((methods) =>
    Object.values(methods),
  );
  for (const { responses } of calls) expect(Object.keys(responses)).toEqual(expect.arrayContaining(everywhere));
  const needsBody = (path: string): boolean => paths[`${reservation}${path}`].post.requestBody.required;
  expect(['/check-in', '/retry', '/guests/{guestId}/phone-ready', '/guests/{guestId}/erase'].map(needsBody)).toEqual(
    Array(4).fill(false),
  );
  expect(['/guests', '/hold', '/plan', '/guests/{guestId}/replace-key'].map(needsBody)).toEqual(Array(4).fill(true));
});

test('the server serves the interactive documentation', async () => {
  const { status, body } = await world.call('GET', '/docs/', undefined, { key: null });
  expect([status, body]).toEqual([200, expect.stringContaining('swagger-ui')]);
});

test('a generated client creates, changes and reads a stay, and its types detect wrong fields', async () => {
  writeFileSync(path.join(folder, 'generated.ts'), astToString(await openapiTs(await theDocument())));
  const program = path.join(folder, 'client.ts');
  copyFileSync(fileURLToPath(new URL('fixtures/generated-client.ts.txt', import.meta.url)), program);
  const config = {
    extends: path.join(packageRoot(), 'tsconfig.json'),
    compilerOptions: { rootDir: folder },
    include: [folder],
  };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
  const compiler = path.join(packageRoot(), 'node_modules/typescript/bin/tsc');
  const compiled = await run(process.execPath, [compiler, '-p', folder, '--noEmit']).catch((error: unknown) => error);
  expect(compiled).toMatchObject({ stdout: '' });
  const [room = ''] = world.hotel.freeRooms(1);
  const { stdout } = await run(process.execPath, ['--import', 'tsx', program, world.url, world.keys.writer, room]);
  expect(JSON.parse(stdout)).toEqual({
    created: 'expected',
    changed: 'add-g2',
    read: ['g1', 'g2'],
    refused: ['status'],
  });
});
