/** Variables that the processes read, by the schemas of their configuration and the secrets of `examples/bookings.json`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { codecVariables, SECRETS, serverVariables, workerVariables } from '../../src/config/process-variables.js';
import { packageRoot } from '../../src/package-root.js';
import { TEMPORAL_SECRETS, temporalVariables } from '../../src/temporal/variables.js';

/** Returns every name that a process may be given, secrets in files included. */
export function knownVariables(): ReadonlySet<string> {
  const schemas = [workerVariables, serverVariables, codecVariables, temporalVariables];
  const bookings = JSON.parse(readFileSync(path.join(packageRoot(), 'examples/bookings.json'), 'utf8')) as {
    readonly connections: readonly { readonly settings: { readonly secrets: readonly string[] } }[];
  };
  const secrets = [
    ...SECRETS,
    ...TEMPORAL_SECRETS,
    ...bookings.connections.flatMap(({ settings }) => settings.secrets),
  ];
  return new Set([
    ...schemas.flatMap(({ shape }) => Object.keys(shape)),
    ...secrets.flatMap((name) => [name, `${name}_FILE`]),
  ]);
}

/** Returns true for a variable that would hold a secret itself, and not the name of a file with it. */
export function holdsSecret(name: string): boolean {
  return /(PASSWORD|PWD|SECRET|TOKEN|API_KEY|ENCRYPTION_KEYS|KEY_DATA)$/.test(name);
}
