/** Cost of a stay's history: events, bytes, and the actions that Temporal Cloud would bill (docs.temporal.io, Actions). */
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;
type HistoryEvent = NonNullable<History['events']>[number];

export interface HistoryCount {
  readonly events: number;
  /** Events other than those of workflow tasks. Their number depends on what is done, not on how it was batched. */
  readonly ownEvents: number;
  readonly bytes: number;
  readonly actions: number;
  /** Number of events of each type, without workflow tasks. */
  readonly byType: Readonly<Record<string, number>>;
}

/** Event types that are one action each; an activity counts once more for every further attempt. */
const ACTIONS: readonly string[] = [
  'WORKFLOW_EXECUTION_STARTED',
  'TIMER_STARTED',
  'WORKFLOW_EXECUTION_SIGNALED',
  'WORKFLOW_EXECUTION_UPDATE_ACCEPTED',
  'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
  'ACTIVITY_TASK_SCHEDULED',
];

export function countHistory(history: History): HistoryCount {
  const events = history.events ?? [];
  const own = events.filter((event) => !typeOfEvent(event).startsWith('WORKFLOW_TASK_'));
  const byType: Record<string, number> = {};
  for (const event of own) byType[typeOfEvent(event)] = (byType[typeOfEvent(event)] ?? 0) + 1;
  const retries = own.reduce(
    (sum, event) => sum + Math.max(0, (event.activityTaskStartedEventAttributes?.attempt ?? 1) - 1),
    0,
  );
  return {
    events: events.length,
    ownEvents: own.length,
    bytes: proto.temporal.api.history.v1.History.encode(history).finish().length,
    actions: retries + ACTIONS.reduce((sum, type) => sum + (byType[type] ?? 0), 0),
    byType,
  };
}

/** Returns the event's type without its prefix, such as `TIMER_STARTED`. */
export function typeOfEvent(event: HistoryEvent): string {
  const name = proto.temporal.api.enums.v1.EventType[event.eventType ?? 0] ?? 'UNSPECIFIED';
  return name.replace('EVENT_TYPE_', '');
}
