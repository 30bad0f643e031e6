/**
 * Workflow `ingest`: one execution per reservation with deliveries, for as long as there is something to read. A
 * delivery only means "read it now": a burst becomes one read. The booking system's modification time decides what is
 * newer.
 */
import {
  CancellationScope,
  condition,
  log,
  proxyActivities,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type {
  BookingActivities,
  IngestOutcome,
  ReadReservationInput,
  RereadOutcome,
} from '../../src/domain/model/booking-activities.js';
import { ingestPaceSchema } from '../../src/domain/model/booking-start-schema.js';
import { check, describeProblems } from '../../src/domain/model/check.js';
import { defined } from '../../src/domain/model/defined.js';
import { ERROR_TYPES } from '../../src/domain/model/error-types.js';
import { lineOf } from '../../src/domain/model/markdown.js';
import { parseIngestWorkflowId, type StayName } from '../../src/domain/model/ids.js';
import { TASK_QUEUES } from '../../src/temporal/task-queues.js';
import { carryOnAs, isTimeToCarryOn } from '../carry-on.js';
import { startArgument } from '../start-argument.js';
import { handleUnknownMessages } from '../unknown-messages.js';
import * as messages from './messages.js';
import { millisNow } from '../clock.js';
import { allMessagesHandled } from '../intake.js';
import { ownName } from '../own-name.js';

/** Temporal retries while the booking system is down, and retries do not grow the history. */
const { readReservation } = proxyActivities<BookingActivities>({
  taskQueue: TASK_QUEUES.bookings,
  startToCloseTimeout: '1m',
  // A cancelled read ends within seconds. The next one waits for that: two at once could apply their results in the wrong order.
  heartbeatTimeout: '10s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

const DEFAULT_PACE: messages.IngestPace = { quietMs: 1_500, longestMs: 10_000, rereadMs: [10_000], goneMs: 60_000 };

/**
 * Time the update `reread` waits for a read. It is shorter than the callers' timeout, because Temporal allows at most
 * ten updates in flight.
 */
const REPLY_WITHIN_MS = 50_000;

/**
 * Age at which a read gives way to a newer request: its next attempt may be a minute away. The age doubles each time, so
 * that requests during an outage cause few reads.
 */
const FIRST_GIVES_WAY_MS = 5_000;
const LAST_GIVES_WAY_MS = 60_000;

/** Context of one run. */
interface IngestRun {
  readonly name: StayName;
  readonly pace: messages.IngestPace;
  /** Counts the requests for a read. */
  asked: number;
  /** Value of `asked` when the last completed read began. */
  answered: number;
  /** Set when the next read starts at once, without waiting for more deliveries. */
  urgent: boolean;
  /** Age at which the next read gives way to a newer request, in milliseconds. */
  givesWayMs: number;
  /**
   * Index in `rereadMs` of the next reread, used when the last delivery appears to have brought no change. Without a
   * delivery there is none.
   */
  nextReread: number;
  /** A delivery appeared to bring no change: reads of this booking system may be stale. */
  mayLag: boolean;
  /** Time of the first read that found no reservation, in milliseconds since 1970. */
  missingSince?: number;
  deliveries: number;
  readings: number;
  last?: IngestOutcome;
  /** Set when the run is about to continue as new with the remaining work. */
  leaving: boolean;
}

/**
 * Reads one reservation until every request is answered and no reread is due.
 * @param start pace in milliseconds, and counts of the previous run; all optional
 * @returns number of deliveries and reads, and the last outcome
 * @throws ApplicationFailure `InvalidMessage` if the workflow id is not `ingest/<propertyId>/<reservationId>`
 */
export async function ingest(start: messages.IngestStart = {}): Promise<messages.IngestSummary> {
  const run = openRun(start);
  setHandlers(run);
  for (;;) {
    await quiet(run);
    await read(run);
    show(run);
    if (await isToBeReadAgain(run)) continue;
    await condition(allMessagesHandled);
    if (!isAsked(run)) return summaryOf(run);
  }
}

/** Waits until no request arrives for `quietMs`, but at most `longestMs`. */
async function quiet(run: IngestRun): Promise<void> {
  const { quietMs, longestMs } = run.pace;
  const first = millisNow();
  for (;;) {
    const left = Math.min(quietMs, first + longestMs - millisNow());
    const seen = run.asked;
    if (run.urgent || left <= 0) return;
    if (!(await condition(() => run.urgent || run.asked > seen, left))) return;
  }
}

/**
 * Executes one read, however long the booking system is down. Requests that arrive meanwhile cause another read. It
 * starts at once if this one is not about to end.
 */
async function read(run: IngestRun): Promise<void> {
  const seen = run.asked;
  run.urgent = false;
  const scope = new CancellationScope();
  const reading = scope.run(() =>
    readReservation.executeWithOptions({ summary: 'fetch the reservation and update its stay' }, [inputOf(run)]),
  );
  const givesWay = await isToGiveWay(run, reading, seen);
  if (givesWay) scope.cancel();
  const [result] = await Promise.allSettled([reading]);
  if (isTimeToCarryOn()) await carryOn(run);
  if (result.status === 'fulfilled') {
    take(run, result.value);
    run.answered = seen;
    run.givesWayMs = FIRST_GIVES_WAY_MS;
  } else if (givesWay) {
    run.urgent = true;
    run.givesWayMs = Math.min(run.givesWayMs * 2, LAST_GIVES_WAY_MS);
  } else {
    throw result.reason;
  }
}

/**
 * Returns false once the read has ended. Returns true once it is to be cancelled: a newer request has arrived and the
 * read is old, or the run is to continue as new. Its size is limited, also if deliveries keep arriving while no read succeeds.
 */
async function isToGiveWay(run: IngestRun, reading: Promise<IngestOutcome>, seen: number): Promise<boolean> {
  const since = millisNow();
  const scope = new CancellationScope();
  const old = scope.run(async () => {
    await condition(() => isTimeToCarryOn() || run.asked > seen);
    const left = since + run.givesWayMs - millisNow();
    if (left > 0) await condition(isTimeToCarryOn, left);
    return true;
  });
  const hasEnded = (): boolean => false;
  const givesWay = await Promise.race([reading.then(hasEnded, hasEnded), old]);
  scope.cancel();
  return givesWay;
}

function inputOf({ name, missingSince, pace }: IngestRun): ReadReservationInput {
  const isGone = missingSince !== undefined && millisNow() - missingSince >= pace.goneMs;
  return { ...name, ifGone: isGone ? 'cancel' : 'report' };
}

function take(run: IngestRun, outcome: IngestOutcome): void {
  run.readings += 1;
  run.last = outcome;
  if (run.deliveries > 0 && bringsNothing(outcome)) run.mayLag = true;
  if (outcome.kind !== 'missing') delete run.missingSince;
  else run.missingSince ??= millisNow();
  if (outcome.kind === 'refused') log.error('a reservation cannot be read as a snapshot', { why: outcome.why });
}

async function carryOn(run: IngestRun): Promise<never> {
  run.leaving = true;
  await condition(allMessagesHandled);
  const { pace, deliveries, readings, missingSince } = run;
  const carried = { schema: 1, deliveries, readings, ...defined({ missingSince }) } as const;
  return carryOnAs<typeof ingest>({ pace, carried });
}

/** Waits for a delivery or a due reread. Returns false if neither is pending. */
async function isToBeReadAgain(run: IngestRun): Promise<boolean> {
  const waitMs = doubtMs(run);
  if (waitMs === undefined) return isAsked(run);
  if (!(await condition(() => isAsked(run), waitMs))) {
    run.nextReread += 1;
    run.urgent = true;
  }
  return true;
}

/** Returns the milliseconds until a reread that no request triggers; undefined if none is due. */
function doubtMs({ pace, missingSince, nextReread, last, deliveries, mayLag }: IngestRun): number | undefined {
  if (missingSince !== undefined) return Math.max(1, missingSince + pace.goneMs - millisNow());
  if (deliveries === 0 || last === undefined) return undefined;
  // A stale read may miss a delivery's change and return only the change before it.
  const isInDoubt = bringsNothing(last) || mayLag;
  return isInDoubt ? pace.rereadMs[nextReread] : undefined;
}

function bringsNothing({ kind }: IngestOutcome): boolean {
  return kind === 'same' || kind === 'older';
}

function isAsked({ asked, answered }: IngestRun): boolean {
  return asked > answered;
}

function setHandlers(run: IngestRun): void {
  setHandler(messages.reservationChangedSignal, () => {
    run.asked += 1;
    run.deliveries += 1;
    run.nextReread = 0;
  });
  setHandler(messages.rereadUpdate, async (): Promise<RereadOutcome> => {
    run.asked += 1;
    run.urgent = true;
    const own = run.asked;
    const isOver = (): boolean => run.answered >= own || run.leaving;
    await condition(isOver, run.pace.replyWithinMs ?? REPLY_WITHIN_MS);
    return run.answered >= own && run.last !== undefined ? run.last : { kind: 'pending' };
  });
  handleUnknownMessages();
  setHandler(messages.ingestQuery, () => summaryOf(run));
}

function summaryOf({ deliveries, readings, last }: IngestRun): messages.IngestSummary {
  return defined({ deliveries, readings, last });
}

function show({ deliveries, readings, last }: IngestRun): void {
  const text = last !== undefined && 'why' in last ? `: ${last.why}` : '';
  const reading = lineOf({ strong: last?.kind ?? 'not read yet', text });
  setCurrentDetails([reading, `${deliveries} deliveries, ${readings} readings`].join('\n\n'));
}

/** Returns the run of a start argument. What cannot be used of it is logged: the name alone says what to read. */
function openRun(argument: messages.IngestStart): IngestRun {
  const { start, complaint } = startArgument<messages.IngestStart>(argument);
  if (complaint !== undefined) log.warn(complaint);
  const { carried } = start;
  const name = ownName(parseIngestWorkflowId, 'ingest/<propertyId>/<reservationId>', ERROR_TYPES.invalidMessage);
  return defined({
    name,
    pace: paceOf(start.pace),
    asked: 0,
    answered: 0,
    urgent: carried !== undefined,
    givesWayMs: FIRST_GIVES_WAY_MS,
    nextReread: 0,
    mayLag: false,
    missingSince: carried?.missingSince,
    deliveries: carried?.deliveries ?? 0,
    readings: carried?.readings ?? 0,
    leaving: false,
  });
}

function paceOf(pace: unknown): messages.IngestPace {
  if (pace === undefined) return DEFAULT_PACE;
  const checked = check(ingestPaceSchema, pace);
  if (checked.ok) return checked.value;
  log.warn(`the pace of the start argument is ignored: ${describeProblems(checked.problems)}`);
  return DEFAULT_PACE;
}
