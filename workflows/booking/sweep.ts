/**
 * Workflow `bookingSweep`: a schedule starts it for each property of a connection. It lists what changed in the booking
 * system since the previous sweep began, with some overlap. Each listed reservation is read, so that changes that
 * events missed are repaired and counted.
 */
import { proxyActivities, setCurrentDetails, setHandler, upsertMemo, workflowInfo } from '@temporalio/workflow';
import type { BookingActivities, SweepCounts, SweepPageOutcome } from '../../src/domain/model/booking-activities.js';
import { sweepStartSchema, type SweepAsked } from '../../src/domain/model/booking-start-schema.js';
import { defined } from '../../src/domain/model/defined.js';
import { TASK_QUEUES } from '../../src/temporal/task-queues.js';
import { parsed } from '../arguments.js';
import { carryOnAs, isTimeToCarryOn } from '../carry-on.js';
import { startArgument } from '../start-argument.js';
import { requireScheduledSpelling } from '../own-name.js';
import { handleUnknownMessages } from '../unknown-messages.js';
import * as messages from './messages.js';
import { millisNow } from '../clock.js';

/** Temporal retries while the booking system is down, and starts no other sweep of the property. */
const { sweepPage } = proxyActivities<BookingActivities>({
  taskQueue: TASK_QUEUES.bookings,
  startToCloseTimeout: '1h',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const NOTHING: SweepCounts = {
  changed: 0,
  same: 0,
  older: 0,
  missing: 0,
  cancelled: 0,
  over: 0,
  ignored: 0,
  refused: 0,
  pending: 0,
};

/**
 * Sweeps one property of a connection, page by page.
 * @param start connection, property, and how far to look back (days and minutes)
 * @returns counts of the reservations by outcome; the next sweep continues from `begunAt`
 * @throws ApplicationFailure `InvalidMessage`, also if the workflow id has another spelling
 * @throws ActivityFailure if the connection no longer serves the property
 */
export async function bookingSweep(start: messages.SweepStart): Promise<messages.SweepSummary> {
  handleUnknownMessages();
  const asked = parsed(sweepStartSchema, start);
  const { connectionId, propertyId } = asked;
  requireScheduledSpelling();
  const begun = startArgument<messages.SweepStart>(start).start.carried ?? beginning(asked);
  const { since, begunAt } = begun;
  let { cursor, pages, counts } = begun;
  const summary = (): messages.SweepSummary => summaryOf({ since, begunAt, pages, counts });
  setHandler(messages.sweepQuery, summary);
  for (;;) {
    const page: SweepPageOutcome = await sweepPage.executeWithOptions(
      { summary: `changes since ${since}, page ${pages + 1}` },
      [defined({ connectionId, propertyId, since, cursor })],
    );
    pages += 1;
    counts = sum(counts, page.counts);
    cursor = page.next;
    setCurrentDetails(details(summary()));
    if (cursor === undefined) break;
    if (isTimeToCarryOn()) {
      await carryOnAs<typeof bookingSweep>({ ...asked, carried: { since, begunAt, cursor, pages, counts } });
    }
  }
  const { listed, repaired } = summary();
  upsertMemo({ listed, repaired });
  return summary();
}

type Progress = Omit<messages.SweepCarried, 'cursor'> & { readonly cursor?: string };

/** Starts from the time the last completed sweep began, so that changes made during that sweep are read again. */
function beginning({ firstDays, overlapMinutes }: SweepAsked): Progress {
  const last = lastBegun();
  const since = last === undefined ? millisNow() - firstDays * DAY : last - overlapMinutes * MINUTE;
  return { since: iso(since), begunAt: iso(millisNow()), pages: 0, counts: NOTHING };
}

/**
 * Returns the time at which the previous sweep began, in milliseconds since 1970. The schedule passes on its result;
 * undefined for the first sweep, and for a result that names no time.
 */
function lastBegun(): number | undefined {
  const last = workflowInfo().lastResult as Partial<messages.SweepSummary> | null | undefined;
  const begun = Date.parse(last?.begunAt ?? '');
  return Number.isNaN(begun) ? undefined : begun;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function sum(a: SweepCounts, b: SweepCounts): SweepCounts {
  const kinds = Object.keys(NOTHING) as (keyof SweepCounts)[];
  return Object.fromEntries(kinds.map((kind) => [kind, a[kind] + b[kind]])) as SweepCounts;
}

function summaryOf(progress: Progress): messages.SweepSummary {
  const { since, begunAt, pages, counts } = progress;
  const listed = Object.values(counts).reduce((total, count) => total + count, 0);
  return { since, begunAt, pages, listed, repaired: counts.changed + counts.cancelled, counts };
}

function details({ since, listed, repaired, counts }: messages.SweepSummary): string {
  const kinds = Object.entries(counts).filter(([, count]) => count > 0);
  return [
    `**${repaired} repaired** of ${listed} that changed since ${since}`,
    ...kinds.map(([kind, count]) => `- ${kind}: ${count}`),
  ].join('\n');
}
