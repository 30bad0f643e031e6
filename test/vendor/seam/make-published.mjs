/**
 * Writes `published.json`: what the types of Seam's newest JavaScript client publish and the OpenAPI document of `@seamapi/types` lacks.
 *
 *     node test/vendor/seam/make-published.mjs
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createGenerator } from 'ts-json-schema-generator';

const folder = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const client = path.join(folder, 'node_modules/seam-http-2');
/** Types of the resources that the simulator answers with, by the names of their fields in an answer. */
const RESOURCES = {
  acs_credential: 'AcsCredential',
  acs_entrance: 'AcsEntrance',
  acs_system: 'AcsSystem',
  acs_user: 'AcsUser',
  client_session: 'ClientSession',
  instant_key: 'InstantKey',
  phone: 'Phone',
  user_identity: 'UserIdentity',
  webhook: 'Webhook',
};

function files(of) {
  return readdirSync(of, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(path.join(of, entry.name)) : [path.join(of, entry.name)],
  );
}

/** Returns each endpoint's verb of choice and the names of its parameters. */
function endpointsOf() {
  const endpoints = {};
  for (const file of files(path.join(client, 'lib/routes')).filter((name) => name.endsWith('.js'))) {
    const types = readFileSync(file.replace(/\.js$/, '.d.ts'), 'utf8');
    for (const [, pathname, verb] of readFileSync(file, 'utf8').matchAll(/pathname: '([^']+)',\s*method: '(\w+)'/g)) {
      const name = pathname.split(/[/_]/).map((part) => part.charAt(0).toUpperCase() + part.slice(1));
      const declared =
        new RegExp(`export type ${name.join('')}Parameters = [^{;]*\\{(?!})([\\s\\S]*?)\\n\\}`).exec(types)?.[1] ?? '';
      endpoints[pathname] = {
        verb,
        parameters: [...declared.matchAll(/^ {4}(\w+)\??:/gm)].map(([, one]) => one).sort(),
      };
    }
  }
  return Object.fromEntries(Object.entries(endpoints).sort());
}

const generator = createGenerator({
  path: path.join(client, 'lib/resources/index.d.ts'),
  skipTypeCheck: true,
  additionalProperties: true,
  expose: 'none',
  topRef: false,
  jsDoc: 'none',
});
const resources = Object.fromEntries(
  Object.entries(RESOURCES).map(([field, type]) => {
    const { $schema: _schema, definitions: _definitions, ...schema } = generator.createSchema(type);
    return [field, schema];
  }),
);
const events = /event_types\?: Array<([^>]+)>/.exec(
  readFileSync(path.join(client, 'lib/routes/events/events.d.ts'), 'utf8'),
)[1];
const eventTypes = [...events.matchAll(/'([^']+)'/g)].map(([, one]) => one).sort();
const { version } = JSON.parse(readFileSync(path.join(client, 'package.json'), 'utf8'));
const published = { from: `@seamapi/http ${version}`, endpoints: endpointsOf(), eventTypes, resources };
writeFileSync(path.join(folder, 'published.json'), `${JSON.stringify(published, null, 1)}\n`);
