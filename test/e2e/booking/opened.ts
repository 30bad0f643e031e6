/** A connection to a booking system as the connections file creates it, and the checks on its snapshots. */
import { parseConnections } from '../../../src/booking/ingress/connections.js';
import type { BookingAdapter, BookingSystem, Call, Fetched } from '../../../src/booking/ingress/adapter.js';
import { snapshotSchema, type StaySnapshot } from '../../../src/domain/model/snapshot-schema.js';

export interface Entry {
  readonly properties?: readonly { readonly propertyId: string; readonly externalId?: string }[];
  readonly settings: unknown;
}

/** @throws ConfigFileError naming what is wrong with the settings */
export function openSystem(
  adapter: BookingAdapter,
  { properties = [{ propertyId: 'seaside', externalId: 'MUC' }], settings }: Entry,
  env: Readonly<Record<string, string>>,
): BookingSystem {
  const file = { connections: [{ connectionId: 'one', system: adapter.system, properties, settings }] };
  const [connection] = parseConnections(JSON.stringify(file), 'bookings.json', { adapters: [adapter], env }).all;
  if (connection === undefined) throw new Error('The file names no connection');
  return connection.system;
}

/** A call without a timeout. */
export function aCall(): Call {
  return { signal: new AbortController().signal };
}

/** Returns the single snapshot of a fetch, parsed as a stay does. @throws Error if there is not exactly one, or a stay would refuse it */
export function theSnapshot(fetched: Fetched): StaySnapshot {
  if (fetched.kind !== 'found') throw new Error(`It is ${fetched.kind}`);
  const [snapshot, ...others] = fetched.snapshots;
  if (snapshot === undefined || others.length > 0) throw new Error(`There are ${fetched.snapshots.length} snapshots`);
  return snapshotSchema.parse(snapshot);
}
