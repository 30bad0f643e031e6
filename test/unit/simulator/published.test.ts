/**
 * Comparison of Seam's published API with the simulator's answers: endpoints, verbs, parameters and types of events. The published side is the
 * OpenAPI document of `@seamapi/types` together with the newest JavaScript client (`test/vendor/seam/published.json`).
 *
 *     SEAM_PUBLISHED=write npx vitest run test/unit/simulator/published.test.ts      writes src/simulator/api/published.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/package-root.js';
import { routes } from '../../../src/simulator/api/routes.js';
import { publishedEndpoints, publishedEventTypes } from '../../vendor/seam/contract.js';
import { openSimulator, type Answer, type TestSimulator } from './support.js';

const ID = '00000000-0000-4000-8000-000000000000';
const FILE = path.join(packageRoot(), 'src/simulator/api/published.ts');

async function source(): Promise<string> {
  const endpoints = publishedEndpoints().map(({ path: name, verbs }) => `  '${name}': '${verbs.join(' ')}',`);
  const types = publishedEventTypes().map((type) => `  '${type}',`);
  const text = `/** Endpoints and types of events that Seam publishes. Written by test/unit/simulator/published.test.ts; do not edit. */

/** Accepted verbs by path. */
export const PUBLISHED_ENDPOINTS: Readonly<Record<string, string>> = {\n${endpoints.join('\n')}\n};

export const EVENT_TYPES = [\n${types.join('\n')}\n] as const;\n`;
  return format(text, { ...(await resolveConfig(FILE)), filepath: FILE });
}

test('the simulator knows exactly the endpoints and the types of events that Seam publishes', async () => {
  if (process.env.SEAM_PUBLISHED === 'write') writeFileSync(FILE, await source());
  expect(readFileSync(FILE, 'utf8')).toBe(await source());
});

test.each(routes.map((route) => [route.path, route] as const))(
  'the endpoint %s takes the verbs and reads the parameters that Seam publishes, every one of them',
  (name, route) => {
    const published = publishedEndpoints().find((endpoint) => endpoint.path === name);
    expect([...route.verbs].toSorted()).toEqual(published?.verbs);
    expect(published?.parameters.filter((one) => !(one in route.schema.shape))).toEqual([]);
  },
);

describe('an endpoint, a verb or a filter that the simulator does not have', () => {
  let simulator: TestSimulator;
  beforeEach(async () => {
    simulator = await openSimulator({ rooms: 2 });
  });
  afterEach(() => simulator.close());

  const send = (method: string, name: string): Promise<Answer> =>
    simulator.fetch(name, { method, headers: { authorization: `Bearer ${simulator.apiKey}` } });

  test('a published endpoint that the simulator does not serve is answered with 501, and the answer says so', async () => {
    const served = new Set(routes.map(({ path: name }) => name));
    const missing = publishedEndpoints().filter(({ path: name }) => !served.has(name));
    expect(missing.length).toBeGreaterThan(200);
    for (const { path: name } of missing) {
      const { status, body } = await simulator.seam(name, {});
      expect([name, status, body.error.message]).toEqual([name, 501, `Seam has this, the simulator does not: ${name}`]);
    }
    expect((await simulator.fetch('/access_grants/create', { method: 'POST' })).status).toBe(401);
  });

  test('an endpoint that Seam does not publish is answered with 404', async () => {
    const answers = [await send('POST', '/acs/credentials/copy'), await send('GET', '/nowhere')];
    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
  });

  test.each([
    ['DELETE', '/acs/credentials/get', 'GET, POST'],
    ['GET', '/acs/credentials/create', 'POST'],
    ['PUT', '/access_grants/create', 'POST'],
  ])('the verb %s at %s is answered with 405 and the verbs that Seam publishes', async (method, name, verbs) => {
    const { status, headers } = await send(method, name);
    expect([status, headers.get('allow')]).toEqual([405, verbs]);
  });

  test.each([
    ['/events/list', { since: '2020-01-01T00:00:00Z', customer_key: 'someone' }, 'events'],
    ['/events/list', { since: '2020-01-01T00:00:00Z', access_grant_ids: [ID] }, 'events'],
    ['/events/list', { since: '2020-01-01T00:00:00Z', event_types: ['access_code.created'] }, 'events'],
    ['/acs/entrances/list', { access_method_id: ID }, 'acs_entrances'],
    ['/acs/entrances/list', { location_id: ID }, 'acs_entrances'],
    ['/acs/systems/list', { customer_key: 'someone' }, 'acs_systems'],
  ])('the list %s with %j contains nothing, since the filter matches nothing', async (name, body, field) => {
    simulator.hotel.addGuest();
    const answer = await simulator.seam(name, body);
    expect([answer.status, answer.body[field]]).toEqual([200, []]);
  });

  test.each([
    ['/webhooks/create', { url: 'http://127.0.0.1:9/', event_types: ['acs_user.renamed'] }, 'invalid_event_types'],
    ['/events/list', { since: '2020-01-01T00:00:00Z', event_type: 'acs_user.renamed' }, 'invalid_input'],
    ['/acs/users/update', { hid_acs_system_id: ID }, 'invalid_input'],
    ['/acs/credentials/create', { access_method: 'mobile_key', salto_space_metadata: {} }, 'invalid_input'],
  ])('the call %s with %j is refused with 400, and the error names the parameter', async (name, body, type) => {
    const { acsUserId: acs_user_id } = simulator.hotel.addGuest();
    const answer = await simulator.seam(name, {
      ...body,
      ...(name.startsWith('/acs') ? { acs_user_id, is_multi_phone_sync_credential: true } : {}),
    });
    expect([answer.status, answer.body.error.type]).toEqual([400, type]);
    const [parameter = ''] = Object.keys(body).slice(-1);
    expect(answer.body.error.message).toContain(parameter);
  });
});
