/** Activities that call booking systems and update stays. Guest names pass through here only. */
import { activityInfo, cancellationSignal, Context, heartbeat } from '@temporalio/activity';
import { WorkflowUpdateRPCTimeoutOrCancelledError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { tryAll } from '../src/booking/ingress/at-once.js';
import type { Connection, Connections } from '../src/booking/ingress/connections.js';
import { openDoor, type Counter } from '../src/booking/ingress/port.js';
import { asApplicationFailure, BOOKING_ERRORS, BookingSystemError } from '../src/booking/ingress/errors.js';
import { paceOf, reread, signalEach } from '../src/booking/ingress/deliver.js';
import type {
  BookingActivities,
  IngestOutcome,
  ReadReservationInput,
  RereadOutcome,
} from '../src/domain/model/booking-activities.js';
import { cancelStay, reportRefused, sendToStays } from '../src/booking/ingress/apply-reservation.js';
import { defined } from '../src/domain/model/defined.js';
import type { IngestPace } from '../src/domain/model/booking-start-schema.js';
import type { StayName } from '../src/domain/model/ids.js';
import { heartbeating } from './heartbeat.js';

export interface BookingDependencies {
  readonly connections: Connections;
  /** Receives the events that adapters count in this process. */
  readonly count: Counter;
}

/** Maximum concurrent reads of one sweep; more would exceed the limits of booking systems. */
const AT_ONCE = 10;
/** Time a sweep waits for one reservation; the read continues without the sweep. */
const TIMEOUT_MS = 60_000;
/** Reservations that are handed over between two records of the progress, and the time limit for them. */
const BATCH = 100;
const BATCH_MS = 60_000;

/** Returns the activities of the workflows that serve booking systems. */
export function createBookingActivities({ connections, count }: BookingDependencies): BookingActivities {
  return {
    readReservation: (input) => heartbeating(() => read(connections, input)),

    handOverReservations: ({ pace, reservations }) => handOverAll(pace, reservations),

    async sweepPage({ connectionId, propertyId, since, cursor }) {
      const { client } = Context.current();
      const connection = connections.byId(connectionId);
      const changedSince = connection?.system.changedSince;
      if (connection === undefined || changedSince === undefined)
        throw notConnected(`${connectionId} cannot list changed reservations`);
      if (connections.ofProperty(propertyId) !== connection) throw notServed(connectionId, propertyId);
      const progress = progressSoFar();
      return heartbeating(
        async () => {
          const query = defined({ propertyId, since, cursor });
          const page = await classified(changedSince(query, { signal: cancellationSignal() }));
          await rereadAll(client, connection, page.reservations, progress);
          return defined({ counts: progress.counts, next: page.next });
        },
        { details: () => progress },
      );
    },

    async listenToBookings({ connectionId }) {
      const { client } = Context.current();
      const connection = connections.byId(connectionId);
      const listen = connection?.system.listen;
      if (connection === undefined || listen === undefined)
        throw notConnected(`${connectionId} has no channel to listen to`);
      const door = openDoor({ temporal: client, connection, count });
      // The workflow listens again, with the connection as it is then.
      const signal = AbortSignal.any([cancellationSignal(), connection.replaced]);
      await heartbeating(() => classified(listen(door, { signal })));
    },

    async carryOutCommand({ connectionId, commandId, since }) {
      const { client } = Context.current();
      const connection = connections.byId(connectionId);
      const carryOut = connection?.system.carryOutCommand;
      if (connection === undefined || carryOut === undefined) throw notConnected(`${connectionId} accepts no commands`);
      const door = openDoor({ temporal: client, connection, count });
      await heartbeating(() => classified(carryOut({ commandId, since, signal: cancellationSignal() }, door)));
    },
  };
}

/** Reads one reservation and sends the result to its stay. */
async function read(
  connections: Connections,
  { propertyId, reservationId, ifGone }: ReadReservationInput,
): Promise<IngestOutcome> {
  const { client } = Context.current();
  const deadline = Date.now() + activityInfo().startToCloseTimeoutMs;
  const name: StayName = { propertyId, reservationId };
  // A request to Temporal must not outlive its attempt: the next attempt sends it again.
  const inTime = <T>(ask: () => Promise<T>): Promise<T> => client.withDeadline(deadline, ask);
  const report = (problem: string): Promise<void> => inTime(() => reportRefused(client, name, problem));
  const { system, fetched } = await reporting(report, async () => {
    const { system, connectionId } = connectionOf(connections, propertyId);
    if (system.fetchReservation === undefined) throw notConnected(`${connectionId} cannot fetch reservations`);
    const call = { signal: cancellationSignal() };
    return { system, fetched: await classified(system.fetchReservation(name, call)) };
  });
  return inTime(async () => {
    switch (fetched.kind) {
      case 'found':
        return sendToStays(client, fetched, system.sourceFields);
      case 'gone':
        return ifGone === 'report' ? { kind: 'missing' as const } : cancelStay(client, name);
      case 'ignored':
        await reportRefused(client, name, `the booking system's reservation is not read: ${fetched.why}`);
        return fetched;
      default:
        return fetched satisfies never;
    }
  });
}

/**
 * Signals the workflow `ingest` of every reservation. Heartbeat details carry the number of those that are done to the
 * next attempt.
 */
async function handOverAll(pace: IngestPace, names: readonly StayName[]): Promise<void> {
  const { client } = Context.current();
  let done = (activityInfo().heartbeatDetails as number | undefined) ?? 0;
  const handOverNext = async (): Promise<void> => {
    const batch = names.slice(done, done + BATCH);
    await client.withDeadline(Date.now() + BATCH_MS, () => signalEach(client, pace, batch));
    done += batch.length;
    heartbeat(done);
  };
  await heartbeating(
    async () => {
      while (done < names.length) await handOverNext();
    },
    { details: () => done },
  );
}

function connectionOf(connections: Connections, propertyId: string): Connection {
  const connection = connections.ofProperty(propertyId);
  if (connection === undefined) throw notConnected(`no connection serves the property ${JSON.stringify(propertyId)}`);
  return connection;
}

/** Returns a retryable failure: a person must add the connection to the file. */
function notConnected(message: string): ApplicationFailure {
  return ApplicationFailure.create({ message, type: 'NotConnected', nextRetryDelay: '10s' });
}

/** Returns a final failure: the property now has another connection, or none. */
function notServed(connectionId: string, propertyId: string): ApplicationFailure {
  const message = `${connectionId} no longer serves ${JSON.stringify(propertyId)}; delete the schedule of this sweep`;
  return ApplicationFailure.nonRetryable(message, 'NotConnected');
}

/**
 * Returns the result of `work`. A failure that is more than an outage is reported to the stay, because its keys may have
 * to end. An answer that passes with the next attempt is not worth a person's time. Later reports are ever rarer.
 */
async function reporting<T>(report: (problem: string) => Promise<void>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isOutage = !(error instanceof ApplicationFailure) || error.type === BOOKING_ERRORS.unavailable;
    const { attempt } = activityInfo();
    const isDue = attempt > 1 && Number.isInteger(Math.log2(attempt));
    if (!isOutage && isDue) await report(`the booking system's reservation cannot be read: ${error.message}`);
    throw error;
  }
}

async function classified<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw error instanceof BookingSystemError ? asApplicationFailure(error, activityInfo().attempt) : error;
  }
}

/**
 * Progress of one page. Heartbeat details carry it to the next attempt, so that a repair is not counted as unchanged.
 */
interface PageProgress {
  readonly counts: Record<RereadOutcome['kind'], number>;
  /** Ids of the reservations that are counted. Their later changes belong to the next sweep. */
  readonly counted: string[];
}

function progressSoFar(): PageProgress {
  const before = activityInfo().heartbeatDetails as PageProgress | undefined;
  return before ?? { counts: noCounts(), counted: [] };
}

/** Rereads the reservations not counted yet. @throws the first error, after all were tried; a retry reads the rest */
async function rereadAll(
  client: Client,
  connection: Connection,
  names: readonly StayName[],
  { counts, counted }: PageProgress,
): Promise<void> {
  const pace = paceOf(connection);
  const before = new Set(counted);
  const left = names.filter(({ reservationId }) => !before.has(reservationId));
  try {
    await tryAll(left, AT_ONCE, async (name) => {
      const { kind } = await withinTimeout(client, () => reread(client, pace, name));
      counts[kind] += 1;
      counted.push(name.reservationId);
    });
  } finally {
    // The last heartbeat may be seconds old.
    heartbeat({ counts, counted } satisfies PageProgress);
  }
}

async function withinTimeout(client: Client, ask: () => Promise<RereadOutcome>): Promise<RereadOutcome> {
  try {
    return await client.withDeadline(Date.now() + TIMEOUT_MS, ask);
  } catch (error) {
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return { kind: 'pending' };
    throw error;
  }
}

function noCounts(): Record<RereadOutcome['kind'], number> {
  return { changed: 0, same: 0, older: 0, missing: 0, cancelled: 0, over: 0, ignored: 0, refused: 0, pending: 0 };
}
