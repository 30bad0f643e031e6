/** Tests of the connections file: each error names its field. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ADAPTERS } from '../../../../src/booking/adapters/index.js';
import { keepConnections, parseConnections } from '../../../../src/booking/ingress/connections.js';
import { ConfigFileError } from '../../../../src/config/config-file.js';
import { SECRET } from '../generic/sender.js';

const right = {
  connectionId: 'front-desk',
  system: 'generic',
  properties: [{ propertyId: 'seaside' }],
  settings: { secrets: ['FRONT_DESK_SECRET'] },
};
const env = { FRONT_DESK_SECRET: SECRET };

function problemsOf(...connections: readonly object[]): readonly string[] {
  try {
    parseConnections(JSON.stringify({ connections }), 'bookings.json', { adapters: ADAPTERS, env });
  } catch (error) {
    if (error instanceof ConfigFileError) return error.problems;
    throw error;
  }
  return [];
}

test('a property is found by its id, and has the same id in the booking system unless the file sets another', () => {
  const hills = { ...right, connectionId: 'hills', properties: [{ propertyId: 'hills', externalId: 'H-7' }] };
  const text = JSON.stringify({ connections: [right, hills] });
  const connections = parseConnections(text, 'bookings.json', { adapters: ADAPTERS, env });
  expect(connections.ofProperty('seaside')?.properties).toEqual([{ propertyId: 'seaside', externalId: 'seaside' }]);
  expect(connections.ofProperty('hills')?.connectionId).toBe('hills');
  expect(connections.ofProperty('other')).toBeUndefined();
});

test.each([
  ['a system that is not known', { ...right, system: 'abacus' }, /^connections\[0\]\.system must be one of generic/],
  [
    'settings that are not right',
    { ...right, settings: { secrets: [] } },
    /^connections\[0\]\.settings\.secrets must name/,
  ],
  ['a field that is not known', { ...right, sweeps: 1 }, /^connections\[0\]\.sweeps is not a known field/],
  [
    'a name that cannot be in a path',
    { ...right, connectionId: 'a/b' },
    /^connections\[0\]\.connectionId must consist of/,
  ],
  [
    'a secret in the file',
    { ...right, settings: { secrets: [SECRET] } },
    /^connections\[0\]\.settings\.secrets\[0\] must be the name/,
  ],
  [
    'a variable that is not set',
    { ...right, settings: { secrets: ['OTHER'] } },
    /needs the environment variable OTHER/,
  ],
])('the error for a connections file names %s', (_what, connection, problem) => {
  const problems = problemsOf(connection);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(problem);
  expect(problems[0]).not.toContain(SECRET);
});

test('two connections with the same name or property are refused', () => {
  expect(problemsOf(right, right)).toEqual([
    "connections[1].connectionId must differ from every other connection's",
    'connections[1].properties[0].propertyId must be in one connection only',
  ]);
});

test.each([
  ['apaleo', { webhook: { token: 'SHORT' } }],
  ['apaleo', { webhook: { token: 'LONG', basic: { user: 'apaleo', password: 'SHORT' } } }],
  ['mews', { webhook: { token: 'SHORT' } }],
  ['opera', { auth: { kind: 'bearer', token: 'SHORT' } }],
  ['opera', { auth: { kind: 'basic', user: 'opera', password: 'SHORT' } }],
])('a secret of %s that is short enough to be guessed is refused by the name of its variable', (system, settings) => {
  const SETTINGS: Readonly<Record<string, object>> = {
    apaleo: { clientId: 'app', clientSecret: 'LONG', guestIdSecret: 'LONG' },
    mews: { clientToken: 'LONG', accessToken: 'LONG' },
    opera: { timeZone: 'Europe/Berlin' },
  };
  const connection = { ...right, system, settings: { ...SETTINGS[system], ...settings } };
  const env = { LONG: 'a secret that nobody can guess', SHORT: 'fifteen letters' };
  const open = (): unknown =>
    parseConnections(JSON.stringify({ connections: [connection] }), 'bookings.json', { adapters: ADAPTERS, env });
  expect(open).toThrow(/SHORT/);
  expect(open).not.toThrow(/fifteen/);
});

test('a secret may be in a file that the variable with "_FILE" names', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stayline-secrets-'));
  const file = path.join(folder, 'secret');
  writeFileSync(file, `${SECRET}\n`);
  const open = (env: Record<string, string>): unknown =>
    parseConnections(JSON.stringify({ connections: [right] }), 'bookings.json', { adapters: ADAPTERS, env });
  expect(() => open({ FRONT_DESK_SECRET_FILE: file })).not.toThrow();
  expect(() => open({ FRONT_DESK_SECRET_FILE: `${file}s` })).toThrow(/FRONT_DESK_SECRET_FILE must name a file/);
  rmSync(folder, { recursive: true });
});

test('a changed file changes the connections, and leaves those open that it does not change', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stayline-bookings-'));
  const file = path.join(folder, 'bookings.json');
  const write = (...connections: readonly object[]): void => writeFileSync(file, JSON.stringify({ connections }));
  const hills = { ...right, connectionId: 'hills', properties: [{ propertyId: 'hills' }] };
  const invalid: string[] = [];
  write(right, hills);
  const connections = await keepConnections(file, { adapters: ADAPTERS, env }, ({ problems }) => {
    invalid.push(...problems);
  });
  const before = connections.all;
  const [kept, changed] = before;

  write(
    right,
    { ...hills, pace: { settleSeconds: 0.5 } },
    { ...hills, connectionId: 'lake', properties: [{ propertyId: 'lake' }] },
  );
  await expect.poll(() => connections.all.length, { timeout: 60_000 }).toBe(3);
  expect(connections.byId('front-desk')).toBe(kept);
  expect(connections.ofProperty('lake')?.connectionId).toBe('lake');
  expect(connections.byId('hills')?.pace.settleSeconds).toBe(0.5);
  expect([kept?.replaced.aborted, changed?.replaced.aborted]).toEqual([false, true]);

  write({ ...right, system: 'abacus' });
  await expect.poll(() => invalid, { timeout: 60_000 }).toEqual([expect.stringMatching(/system must be one of/)]);
  expect(connections.all).toHaveLength(3);

  write(hills);
  await expect
    .poll(() => connections.all.map(({ connectionId }) => connectionId), { timeout: 60_000 })
    .toEqual(['hills']);
  expect(kept?.replaced.aborted).toBe(true);
  rmSync(folder, { recursive: true });
});
