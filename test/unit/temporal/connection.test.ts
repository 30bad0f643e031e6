import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { isTemporalGiven, temporalTarget } from '../../../src/temporal/connection.js';

const folder = mkdtempSync(path.join(tmpdir(), 'stayline-profile-'));
const file = path.join(folder, 'temporal.toml');
writeFileSync(
  file,
  `[profile.default]
address = "profile.example:7233"
namespace = "hotels"

[profile.cloud]
address = "eu.example:7233"
namespace = "hotels.abc12"
api_key = "secret"
`,
);
const none = path.join(folder, 'none.toml');

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the Temporal target', () => {
  test('the Temporal target is this machine if nothing is configured', () => {
    expect(temporalTarget({ TEMPORAL_CONFIG_FILE: none })).toEqual({ address: '127.0.0.1:7233', namespace: 'default' });
    expect(isTemporalGiven({ TEMPORAL_CONFIG_FILE: none })).toBe(false);
  });

  test('the Temporal target comes from the profile, with its namespace', () => {
    const env = { TEMPORAL_CONFIG_FILE: file };
    expect(temporalTarget(env)).toEqual({ address: 'profile.example:7233', namespace: 'hotels' });
    expect(isTemporalGiven(env)).toBe(true);
  });

  test('the Temporal target comes from the environment before the profile', () => {
    const env = { TEMPORAL_CONFIG_FILE: file, TEMPORAL_ADDRESS: 'env.example:7233', TEMPORAL_NAMESPACE: 'test' };
    expect(temporalTarget(env)).toEqual({ address: 'env.example:7233', namespace: 'test' });
  });

  test('an API key turns on TLS for the Temporal target', () => {
    const target = temporalTarget({ TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'cloud' });
    expect(target).toEqual({ address: 'eu.example:7233', namespace: 'hotels.abc12', apiKey: 'secret', tls: true });
  });

  test('a named profile that does not exist is an error', () => {
    expect(() => temporalTarget({ TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'staging' })).toThrow(/staging/);
  });
});
