/**
 * The workflow `ingest`: one execution per reservation that something was delivered about, for as long as there is something to read. A
 * delivery means "read it now" and no more: bursts become one reading, and the booking system's modification time says what is newer.
 */
import {
  ActivityCancellationType,
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  log,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type {
  BookingActivities,
  IngestOutcome,
  ReadReservationInput,
  RereadOutcome,
} from '../../src/domain/model/booking-activities.js';
import { ERROR_TYPES } from '../../src/domain/model/error-types.js';
import { parseIngestWorkflowId, type StayName } from '../../src/domain/model/ids.js';
import { TASK_QUEUES } from '../../src/temporal/task-queues.js';
import * as messages from './messages.js';
import { millisNow } from '../clock.js';

/** While the booking system is down the server tries again, and the history does not grow. */
const { readReservation } = proxyActivities<BookingActivities>({
  taskQueue: TASK_QUEUES.bookings,
  startToCloseTimeout: '1m',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
});

const DEFAULT_PACE: messages.IngestPace = { settleMs: 1_500, longestMs: 10_000, rereadMs: [10_000], goneMs: 60_000 };

/** How long whoever asks for a reading waits for it: less than callers do, for Temporal lets no more than ten wait at a time. */
const PATIENCE_MS = 50_000;

/** What one run has at hand. */
interface IngestRun {
  readonly name: StayName;
  readonly pace: messages.IngestPace;
  /** Rises with everything that asks for a reading. */
  asked: number;
  /** `asked` as it was when the last reading that has ended began. */
  answered: number;
  /** Nothing more is waited for before the next reading. */
  urgent: boolean;
  /** Which of the rereads comes next if the last delivery seems to have brought nothing; none follows without a delivery. */
  nextReread: number;
  /** A delivery seemed to have brought nothing: this booking system's readings may lag. */
  mayLag: boolean;
  /** Since when the booking system does not know the reservation, in milliseconds since 1970. */
  missingSince?: number;
  deliveries: number;
  readings: number;
  last?: IngestOutcome;
  /** What is left to do goes on in a new run. */
  leaving: boolean;
}

export async function ingest(start: messages.IngestStart = {}): Promise<messages.IngestSummary> {
  const run = openRun(start);
  listen(run);
  for (;;) {
    await settle(run);
    await read(run);
    show(run);
    if (await isToBeReadAgain(run)) continue;
    await condition(allHandlersFinished);
    if (!isAsked(run)) return summaryOf(run);
  }
}

/** Waits until nothing more comes, but not for ever. */
async function settle(run: IngestRun): Promise<void> {
  const { settleMs, longestMs } = run.pace;
  const first = millisNow();
  for (;;) {
    const left = Math.min(settleMs, first + longestMs - millisNow());
    const seen = run.asked;
    if (run.urgent || left <= 0) return;
    if (!(await condition(() => run.urgent || run.asked > seen, left))) return;
  }
}

/** One reading, however long the booking system is down. What is asked for meanwhile is read afterwards. */
async function read(run: IngestRun): Promise<void> {
  const seen = run.asked;
  run.urgent = false;
  const scope = new CancellationScope();
  const reading = scope.run(() =>
    readReservation.executeWithOptions({ summary: 'fetch the reservation and update its stay' }, [inputOf(run)]),
  );
  const ended = reading.then(
    () => true,
    () => true,
  );
  // A history has a limit: where deliveries go on coming while nothing can be read, a new run goes on.
  await Promise.race([ended, condition(() => workflowInfo().continueAsNewSuggested)]);
  if (workflowInfo().continueAsNewSuggested) {
    scope.cancel();
    await ended;
    await carryOn(run);
  }
  take(run, await reading);
  run.answered = seen;
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
  await condition(allHandlersFinished);
  const { pace, deliveries, readings, missingSince } = run;
  const carried = { schema: 1, deliveries, readings, ...(missingSince === undefined ? {} : { missingSince }) } as const;
  return continueAsNew<typeof ingest>({ pace, carried });
}

/** Waits for what asks for another reading: a delivery, or a doubt about the last one. */
async function isToBeReadAgain(run: IngestRun): Promise<boolean> {
  const waitMs = doubtMs(run);
  if (waitMs === undefined) return isAsked(run);
  if (!(await condition(() => isAsked(run), waitMs))) {
    run.nextReread += 1;
    run.urgent = true;
  }
  return true;
}

/** How long until the reservation is read again although nobody asks. */
function doubtMs({ pace, missingSince, nextReread, last, deliveries, mayLag }: IngestRun): number | undefined {
  if (missingSince !== undefined) return Math.max(1, missingSince + pace.goneMs - millisNow());
  if (deliveries === 0 || last === undefined) return undefined;
  // What lags may bring a delivery's change only after it has brought the change before that.
  const isInDoubt = bringsNothing(last) || mayLag;
  return isInDoubt ? pace.rereadMs[nextReread] : undefined;
}

function bringsNothing({ kind }: IngestOutcome): boolean {
  return kind === 'same' || kind === 'older';
}

function isAsked({ asked, answered }: IngestRun): boolean {
  return asked > answered;
}

function listen(run: IngestRun): void {
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
    await condition(isOver, run.pace.patienceMs ?? PATIENCE_MS);
    return run.answered >= own && run.last !== undefined ? run.last : { kind: 'pending' };
  });
  setHandler(messages.ingestQuery, () => summaryOf(run));
}

function summaryOf({ deliveries, readings, last }: IngestRun): messages.IngestSummary {
  return { deliveries, readings, ...(last === undefined ? {} : { last }) };
}

function show({ deliveries, readings, last }: IngestRun): void {
  const why = last !== undefined && 'why' in last ? `: ${last.why}` : '';
  setCurrentDetails(
    [`**${last?.kind ?? 'not read yet'}**${why}`, `${deliveries} deliveries, ${readings} readings`].join('\n\n'),
  );
}

function openRun({ pace = DEFAULT_PACE, carried }: messages.IngestStart): IngestRun {
  const { workflowId } = workflowInfo();
  const name = parseIngestWorkflowId(workflowId);
  if (name === undefined) {
    const message = `workflow id must be ingest/<propertyId>/<reservationId>, parts percent-encoded; it is ${workflowId}`;
    throw ApplicationFailure.nonRetryable(message, ERROR_TYPES.invalidMessage);
  }
  return {
    name,
    pace,
    asked: 0,
    answered: 0,
    urgent: carried !== undefined,
    nextReread: 0,
    mayLag: false,
    ...(carried?.missingSince === undefined ? {} : { missingSince: carried.missingSince }),
    deliveries: carried?.deliveries ?? 0,
    readings: carried?.readings ?? 0,
    leaving: false,
  };
}
