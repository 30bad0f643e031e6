/**
 * Connections file (`STAYLINE_BOOKINGS_FILE`, `docs/booking-systems.md`): the connected booking systems and their
 * properties. A process checks the whole file when it starts. Secrets are not in the file, but in environment variables
 * that it names.
 */
import { z } from 'zod';
import { ConfigFileError, fileProblem, parseConfigFile, readConfigFile } from '../../config/config-file.js';
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
}

/** All connections of a file. */
export interface Connections {
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

/** Reads the file and opens its connections. @throws ConfigFileError if the file cannot be used */
export async function readConnections(path: string, opening: OpeningConnections): Promise<Connections> {
  return openAll(await readConfigFile(path, fileSchema), path, opening);
}

/**
 * Parses the content of the file and opens its connections.
 * @param path only named in errors
 * @throws ConfigFileError with every problem
 */
export function parseConnections(text: string, path: string, opening: OpeningConnections): Connections {
  return openAll(parseConfigFile(text, path, fileSchema), path, opening);
}

function openAll({ connections }: z.infer<typeof fileSchema>, path: string, opening: OpeningConnections): Connections {
  const problems = repeated(connections);
  const opened = connections.flatMap((connection, index) => {
    const result = open(connection, opening);
    if ('system' in result) return [result];
    problems.push(...result.problems.map((problem) => fileProblem(within(`connections[${index}]`, problem))));
    return [];
  });
  if (problems.length > 0) throw new ConfigFileError(path, problems);
  return connectionsOf(opened);
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
): Connection | { readonly problems: readonly Problem[] } {
  const { connectionId, properties, pace, sweep } = entry;
  const adapter = adapters.find(({ system }) => system === entry.system);
  if (adapter === undefined) {
    const known = adapters.map(({ system }) => system).join(', ');
    return { problems: [{ path: 'system', message: `must be one of ${known}` }] };
  }
  const settings = check(adapter.settings, entry.settings ?? {});
  if (!settings.ok) return { problems: settings.problems.map((problem) => within('settings', problem)) };
  try {
    const system = adapter.open({
      connectionId,
      properties,
      settings: settings.value,
      secret(name) {
        const value = secretIn(env, name);
        if (value !== undefined) return value;
        throw new Error(`needs the environment variable ${name} or ${name}_FILE, and neither is set`);
      },
    });
    const isSwept = sweep !== false && system.changedSince !== undefined;
    return { connectionId, systemName: adapter.system, properties, pace, system, ...(isSwept ? { sweep } : {}) };
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
