/**
 * Shape of a workflow: what its history says that it did, without why. The floor workflow (`floor-workflow.ts`) does the same again, so that
 * what is left between the two is the logic of stays.
 */
import type { temporal } from '@temporalio/proto';
import { typeOfEvent } from '../../test/harness/history-count.js';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Payloads = temporal.api.common.v1.IPayloads;
type Payload = temporal.api.common.v1.IPayload;

/** Message of a stay to a room: a claim is an update, all others are signals. */
export interface RoomMessage {
  readonly room: string;
  readonly kind: 'update' | 'signal';
}

/** Search attribute, as `defineSearchAttributeKey` takes it. */
export interface Attribute {
  readonly name: string;
  readonly type: string;
  readonly value: unknown;
}

/** One thing that a workflow does, or waits for. Sizes are in bytes. */
export type Move =
  | {
      readonly do: 'start-activity';
      readonly id: string;
      readonly name: string;
      readonly queue: string;
      readonly summary: number;
      readonly sent: number;
      readonly answered: number;
      readonly calls: number;
      readonly rooms: readonly RoomMessage[];
    }
  | { readonly do: 'await-activity' | 'cancel-activity'; readonly id: string }
  | { readonly do: 'start-timer'; readonly id: string; readonly ms: number }
  | { readonly do: 'cancel-timer' | 'await-timer'; readonly id: string }
  | { readonly do: 'await-message'; readonly answered: number }
  | { readonly do: 'upsert'; readonly attributes: readonly Attribute[] }
  | { readonly do: 'signal'; readonly workflowId: string; readonly sent: number }
  | { readonly do: 'await-signal-sent' };

/** Activities that call Seam: those of its task queues. */
const SEAM_QUEUES: ReadonlySet<string> = new Set(['seam', 'revokes']);

/**
 * Returns the moves of a workflow, in the order of its history.
 * @param calls number of calls to Seam that its activities made together
 * @throws Error for an event that a floor workflow does not repeat
 */
export function shapeOf(events: readonly HistoryEvent[], calls: number): readonly Move[] {
  const answers = answersOf(events);
  const asking = events.filter((event) => isSeamActivity(event)).length;
  let asked = 0;
  return events.flatMap((event): Move[] => {
    const id = String(event.eventId);
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled != null) {
      const share = isSeamActivity(event) ? shareOf(calls, asked++, asking) : 0;
      return [startOf(id, scheduled, { answered: answers.get(id) ?? 0, calls: share, summary: summaryOf(event) })];
    }
    if (event.activityTaskCompletedEventAttributes != null)
      return [{ do: 'await-activity', id: String(event.activityTaskCompletedEventAttributes.scheduledEventId) }];
    if (event.activityTaskCanceledEventAttributes != null)
      return [{ do: 'await-activity', id: String(event.activityTaskCanceledEventAttributes.scheduledEventId) }];
    if (event.activityTaskCancelRequestedEventAttributes != null)
      return [{ do: 'cancel-activity', id: String(event.activityTaskCancelRequestedEventAttributes.scheduledEventId) }];
    if (event.timerStartedEventAttributes != null) {
      const { seconds, nanos } = event.timerStartedEventAttributes.startToFireTimeout ?? {};
      return [{ do: 'start-timer', id, ms: Number(seconds ?? 0) * 1_000 + Math.round((nanos ?? 0) / 1e6) }];
    }
    if (event.timerCanceledEventAttributes != null)
      return [{ do: 'cancel-timer', id: String(event.timerCanceledEventAttributes.startedEventId) }];
    if (event.timerFiredEventAttributes != null)
      return [{ do: 'await-timer', id: String(event.timerFiredEventAttributes.startedEventId) }];
    if (event.workflowExecutionSignaledEventAttributes != null) return [{ do: 'await-message', answered: 0 }];
    if (event.workflowExecutionUpdateAcceptedEventAttributes != null)
      return [{ do: 'await-message', answered: answers.get(`update ${id}`) ?? 0 }];
    if (event.upsertWorkflowSearchAttributesEventAttributes != null)
      return [{ do: 'upsert', attributes: attributesOf(event) }];
    const signal = event.signalExternalWorkflowExecutionInitiatedEventAttributes;
    if (signal != null) {
      const workflowId = signal.workflowExecution?.workflowId ?? '';
      return [{ do: 'signal', workflowId, sent: sizeOf(signal.input) }];
    }
    if (event.externalWorkflowExecutionSignaledEventAttributes != null) return [{ do: 'await-signal-sent' }];
    if (isConsequence(event)) return [];
    throw new Error(`The floor workflow does not repeat event ${id}, ${typeOfEvent(event)}`);
  });
}

/** Returns how many of the calls the n-th of these activities makes: all of them together make all. */
function shareOf(calls: number, index: number, activities: number): number {
  return Math.floor((calls * (index + 1)) / activities) - Math.floor((calls * index) / activities);
}

function isSeamActivity({ activityTaskScheduledEventAttributes: scheduled }: HistoryEvent): boolean {
  return SEAM_QUEUES.has(scheduled?.taskQueue?.name ?? '');
}

type Scheduled = NonNullable<HistoryEvent['activityTaskScheduledEventAttributes']>;

function startOf(
  id: string,
  { activityType, taskQueue, input }: Scheduled,
  sizes: { readonly answered: number; readonly calls: number; readonly summary: number },
): Move {
  const name = activityType?.name ?? '';
  const rooms = name === 'settleLeases' ? roomMessages(input) : [];
  return { do: 'start-activity', id, name, queue: taskQueue?.name ?? '', sent: sizeOf(input), rooms, ...sizes };
}

interface SettleLeases {
  readonly reports: readonly { readonly room: string }[];
  readonly releases: readonly { readonly room: string }[];
  readonly claims: readonly { readonly room: string }[];
}

function roomMessages(input: Payloads | null | undefined): readonly RoomMessage[] {
  const [first] = input?.payloads ?? [];
  const { reports, releases, claims } = valueOf(first) as SettleLeases;
  return [
    ...[...reports, ...releases].map(({ room }) => ({ room, kind: 'signal' as const })),
    ...claims.map(({ room }) => ({ room, kind: 'update' as const })),
  ];
}

/** Returns the sizes of answers: of activities by the id of their event, and of updates by that of their acceptance. */
function answersOf(events: readonly HistoryEvent[]): ReadonlyMap<string, number> {
  const answers = new Map<string, number>();
  for (const event of events) {
    const completed = event.activityTaskCompletedEventAttributes;
    if (completed != null) answers.set(String(completed.scheduledEventId), sizeOf(completed.result));
    const updated = event.workflowExecutionUpdateCompletedEventAttributes;
    if (updated != null) answers.set(`update ${String(updated.acceptedEventId)}`, sizeOf(updated.outcome?.success));
  }
  return answers;
}

function attributesOf({ upsertWorkflowSearchAttributesEventAttributes: upserted }: HistoryEvent): Attribute[] {
  return Object.entries(upserted?.searchAttributes?.indexedFields ?? {}).map(([name, payload]) => ({
    name,
    type: Buffer.from(payload.metadata?.['type'] ?? []).toString(),
    value: valueOf(payload),
  }));
}

function summaryOf({ userMetadata }: HistoryEvent): number {
  return userMetadata?.summary?.data?.length ?? 0;
}

function sizeOf(payloads: Payloads | null | undefined): number {
  return (payloads?.payloads ?? []).reduce((bytes, { data }) => bytes + (data?.length ?? 0), 0);
}

function valueOf(payload: Payload | undefined): unknown {
  const text = Buffer.from(payload?.data ?? []).toString();
  return text === '' ? null : (JSON.parse(text) as unknown);
}

/** Events that follow from others, besides those of workflow tasks. */
const CONSEQUENCES = ['WORKFLOW_EXECUTION_STARTED', 'ACTIVITY_TASK_STARTED', 'WORKFLOW_EXECUTION_UPDATE_COMPLETED'];

function isConsequence(event: HistoryEvent): boolean {
  const type = typeOfEvent(event);
  return type.startsWith('WORKFLOW_TASK_') || CONSEQUENCES.includes(type);
}
