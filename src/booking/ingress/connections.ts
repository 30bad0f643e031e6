/**
 * Connections file (`STAYLINE_BOOKINGS_FILE`, `docs/booking-systems.md`): the connected booking systems and their
 * properties. A process checks the whole file when it starts, and reads it again after each change. Secrets are not in
 * the file, but in environment variables that it names.
 */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import {
  ConfigFileError,
  fileProblem,
  keepConfigFile,
  parseConfigFile,
  readConfigFile,
} from '../../config/config-file.js';
import { secretIn } from '../../config/secret-files.js';
import { check, type Problem } from '../../domain/model/check.js';
import { idSchema } from '../../domain/model/snapshot-schema.js';
import type { BookingAdapter, BookingSystem, ConnectedProperty } from './adapter.js';

const seconds = (what: string): z.ZodNumber =>
  z
    .number({ error: `must be a number of seconds: ${what}` })
    .min(0, 'must not be negative')
    .max(3_600, 'must be at most an hour');

/** Pace at which the deliveries about one reservation are batched and followed up. */
const paceSchema = z.strictObject({
  /** A reservation is fetched once no delivery about it has arrived for this long … */
  settleSeconds: seconds('the time without further deliveries before the reservation is fetched').default(1.5),
  /** … or once the first delivery is this old. */
  longestSeconds: seconds('the longest delay of a fetch').default(10),
  /**
   * Delays of further reads after a delivery whose fetch brings nothing new: the reads of the booking system may lag.
   */
  rereadSeconds: z
    .array(seconds('the delay of another read after a delivery that changed nothing'))
    .max(5)
    .default([10]),
  /** Delay before the second read of a missing reservation; after that, it counts as cancelled. */
  goneSeconds: seconds('the delay of the second read of a missing reservation').default(60),
});

/** Rhythm of the sweep, which finds missed changes in the booking system's list of recent changes. */
const sweepSchema = z.strictObject({
  everyMinutes: z
    .number({ error: 'must be a number of minutes' })
    .positive('must be more than 0')
    .max(1_440)
    .default(15),
  /** Overlap of each sweep with the last one: clocks differ, and listings lag. */
  overlapMinutes: z.number({ error: 'must be a number of minutes' }).min(0).max(10_080).default(60),
  /** Range of the first sweep: guests who booked long ago arrive, too. */
  firstDays: z.number({ error: 'must be a number of days' }).positive().max(1_500).default(400),
});

const connectionSchema = z.strictObject({
  /** Part of the webhook's path and of the names of its sweeps. */
  connectionId: z
    .string({ error: 'must be a short name such as "seaside-apaleo"' })
    .regex(
      /^[a-z0-9][a-z0-9-]{0,59}$/,
      'must consist of lowercase letters, digits and hyphens, such as "seaside-apaleo"',
    ),
  system: z.string({ error: 'must be the name of a booking system' }),
  properties: z
    .array(
      z
        .strictObject({
          propertyId: idSchema,
          /** Booking system's id of the property; absent: the same. */
          externalId: idSchema.optional(),
        })
        .transform(({ propertyId, externalId = propertyId }) => ({ propertyId, externalId })),
    )
    .min(1, 'must name at least one property'),
  settings: z.unknown().optional(),
  pace: paceSchema.prefault({}),
  /** `false`: no sweep. */
  sweep: z.union([z.literal(false), sweepSchema]).prefault({}),
});

const fileSchema = z.strictObject({
  connections: z.array(connectionSchema, { error: 'must be a list of connections' }),
});

export type Pace = z.infer<typeof paceSchema>;
export type SweepRhythm = z.infer<typeof sweepSchema>;

/** Open connection to one booking system. */
export interface Connection {
  readonly connectionId: string;
  readonly systemName: string;
  readonly properties: readonly ConnectedProperty[];
  readonly pace: Pace;
  /** Absent: this connection has no sweep. */
  readonly sweep?: SweepRhythm;
  readonly system: BookingSystem;
  /** Fires once the file has this connection no longer, or with other settings. */
  readonly replaced: AbortSignal;
}

/** All connections of a file, as it is now. */
export interface Connections {
  /** The same list until the file changes. */
  readonly all: readonly Connection[];
  /** Returns the connection that serves a property: at most one does. */
  ofProperty(propertyId: string): Connection | undefined;
  byId(connectionId: string): Connection | undefined;
}

export interface OpeningConnections {
  readonly adapters: readonly BookingAdapter[];
  /** Environment variables that hold the secrets, by name. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Time between two looks at the file, in milliseconds. */
const LOOK_EVERY_MS = 1_000;

/**
 * Reads the file and opens its connections, and does so again after each change of the file. Connections that have not
 * changed stay open.
 * @param onInvalid receives the error if the changed file cannot be used; the previous connections stay
 * @throws ConfigFileError if the file cannot be used now
 */
export async function keepConnections(
  path: string,
  opening: OpeningConnections,
  onInvalid: (error: ConfigFileError) => void,
): Promise<Connections> {
  let opened: readonly OpenedConnection[] = [];
  const look = await keepConfigFile(path, {
    async read() {
      const next = openAll(await readConfigFile(path, fileSchema), path, opening, opened);
      for (const one of opened) if (!next.includes(one)) one.replace();
      opened = next;
      return connectionsOf(next.map(({ connection }) => connection));
    },
    onInvalid,
  });
  let current = await look();
  const lookAgain = async (): Promise<void> => {
    current = await look();
  };
  setInterval(() => void lookAgain(), LOOK_EVERY_MS).unref();
  return {
    get all() {
      return current.all;
    },
    ofProperty: (propertyId) => current.ofProperty(propertyId),
    byId: (connectionId) => current.byId(connectionId),
  };
}

/**
 * Parses the content of the file and opens its connections.
 * @param path only named in errors
 * @throws ConfigFileError with every problem
 */
export function parseConnections(text: string, path: string, opening: OpeningConnections): Connections {
  const opened = openAll(parseConfigFile(text, path, fileSchema), path, opening, []);
  return connectionsOf(opened.map(({ connection }) => connection));
}

/** Open connection, what it was opened with, and the end of its use. */
interface OpenedConnection {
  readonly connection: Connection;
  readonly entry: ConnectionEntry;
  /** Secrets that the adapter has asked for, by name. */
  readonly secrets: ReadonlyMap<string, string>;
  replace(): void;
}

function openAll(
  { connections }: z.infer<typeof fileSchema>,
  path: string,
  opening: OpeningConnections,
  before: readonly OpenedConnection[],
): readonly OpenedConnection[] {
  const problems = repeated(connections);
  const opened = connections.flatMap((entry, index) => {
    const result = before.find((one) => isSame(one, entry, opening)) ?? open(entry, opening);
    if ('connection' in result) return [result];
    problems.push(...result.problems.map((problem) => fileProblem(within(`connections[${index}]`, problem))));
    return [];
  });
  if (problems.length > 0) throw new ConfigFileError(path, problems);
  return opened;
}

function isSame({ entry, secrets }: OpenedConnection, other: ConnectionEntry, { env }: OpeningConnections): boolean {
  return isDeepStrictEqual(entry, other) && [...secrets].every(([name, value]) => secretIn(env, name) === value);
}

/** Empty set of connections, used if no file is configured. */
export const NO_CONNECTIONS: Connections = connectionsOf([]);

/** Returns a lookup over open connections. */
export function connectionsOf(all: readonly Connection[]): Connections {
  return {
    all,
    ofProperty: (propertyId) => all.find(({ properties }) => properties.some((one) => one.propertyId === propertyId)),
    byId: (connectionId) => all.find((connection) => connection.connectionId === connectionId),
  };
}

type ConnectionEntry = z.infer<typeof connectionSchema>;

function open(
  entry: ConnectionEntry,
  { adapters, env }: OpeningConnections,
): OpenedConnection | { readonly problems: readonly Problem[] } {
  const { connectionId, properties, pace, sweep } = entry;
  const adapter = adapters.find(({ system }) => system === entry.system);
  if (adapter === undefined) {
    const known = adapters.map(({ system }) => system).join(', ');
    return { problems: [{ path: 'system', message: `must be one of ${known}` }] };
  }
  const settings = check(adapter.settings, entry.settings ?? {});
  if (!settings.ok) return { problems: settings.problems.map((problem) => within('settings', problem)) };
  const secrets = new Map<string, string>();
  try {
    const system = adapter.open({
      connectionId,
      properties,
      settings: settings.value,
      secret(name) {
        const value = secretIn(env, name);
        if (value === undefined)
          throw new Error(`needs the environment variable ${name} or ${name}_FILE, and neither is set`);
        secrets.set(name, value);
        return value;
      },
    });
    const isSwept = sweep !== false && system.changedSince !== undefined;
    const ending = new AbortController();
    const { signal: replaced } = ending;
    const names = { connectionId, systemName: adapter.system, properties };
    const connection = { ...names, pace, system, replaced, ...(isSwept ? { sweep } : {}) };
    return { connection, entry, secrets, replace: () => ending.abort() };
  } catch (error) {
    return { problems: [{ path: 'settings', message: (error as Error).message }] };
  }
}

/** Returns the problems of connections that share an id or a property, and so the same reservations. */
function repeated(connections: readonly ConnectionEntry[]): string[] {
  const ids = connections.map(({ connectionId }) => connectionId);
  const places = connections.flatMap(({ properties }, index) =>
    properties.map(({ propertyId }, place) => ({
      propertyId,
      path: `connections[${index}].properties[${place}].propertyId`,
    })),
  );
  const names = places.map(({ propertyId }) => propertyId);
  return [
    ...ids.flatMap((id, index) =>
      ids.indexOf(id) === index ? [] : [`connections[${index}].connectionId must differ from every other connection's`],
    ),
    ...places.flatMap(({ propertyId, path }, index) =>
      names.indexOf(propertyId) === index ? [] : [`${path} must be in one connection only`],
    ),
  ];
}

function within(outer: string, { path, message }: Problem): Problem {
  const inner = path === '' || path.startsWith('[') ? path : `.${path}`;
  return { path: `${outer}${inner}`, message };
}
