/**
 * Traces, in every workflow: a message brings the trace of the change that caused it, and the steps that follow carry it
 * on, to activities, to other workflows and to the next run. So a change has one trace, however old the stay is. Steps
 * that time causes belong to no trace; each of their activities begins one.
 */
import { defaultPayloadConverter } from '@temporalio/common';
import { proxySinks, uuid4, workflowInfo, type Sinks, type WorkflowInterceptors } from '@temporalio/workflow';
import {
  fieldsUnder,
  TRACE_HEADER,
  traceFieldsOf,
  type TraceFields,
  type TracingSinks,
} from '../src/domain/model/trace-parent.js';
import { millisNow } from './clock.js';
import {
  awaitKeysUpdate,
  credentialChangedSignal,
  leaseChangedSignal,
  phoneChangedSignal,
  settleExchangeUpdate,
  voteUpdate,
} from './stay/messages.js';

type Headers = Readonly<Record<string, NonNullable<ReturnType<typeof defaultPayloadConverter.toPayload>>>>;

const SPAN_ID_LENGTH = 16;
const { tracing } = proxySinks<TracingSinks & Sinks>();

/** Messages that change nothing themselves: they report, ask or agree. */
const REPORTS: ReadonlySet<string> = new Set(
  [
    awaitKeysUpdate,
    credentialChangedSignal,
    leaseChangedSignal,
    phoneChangedSignal,
    settleExchangeUpdate,
    voteUpdate,
  ].map(({ name }) => name),
);

/** Trace of the newest change of this run; undefined if there is none, or once time has caused steps. */
let current: TraceFields | undefined;
/** Activities of this run that have not ended. */
let underWay = 0;

/** Lets the steps that follow begin traces of their own, unless steps of a change are under way. */
export function timeHasPassed(): void {
  if (underWay === 0) current = undefined;
}

/** Interceptors of every workflow; the workflow bundle loads this module. */
export const interceptors = (): WorkflowInterceptors => ({
  inbound: [
    {
      execute(input, next) {
        follow(`RunWorkflow:${workflowInfo().workflowType}`, input.headers);
        return next(input);
      },
      handleSignal(input, next) {
        follow(`HandleSignal:${input.signalName}`, input.headers, REPORTS.has(input.signalName));
        return next(input);
      },
      handleUpdate(input, next) {
        follow(`HandleUpdate:${input.name}`, input.headers, REPORTS.has(input.name));
        return next(input);
      },
    },
  ],
  outbound: [
    {
      scheduleActivity(input, next) {
        const result = next(carrying(input));
        underWay += 1;
        const ended = (): void => {
          underWay -= 1;
        };
        result.then(ended, ended);
        return result;
      },
      signalWorkflow: (input, next) => next(carrying(input)),
      startChildWorkflowExecution: (input, next) => next(carrying(input)),
      continueAsNew: (input, next) => next(carrying(input)),
    },
  ],
});

/**
 * Makes the trace in these headers the current one; without one, nothing changes. While steps of a change are under way,
 * a report does not take their trace from them.
 */
function follow(name: string, headers: Headers, isReport = false): void {
  const sender = traceFieldsOf(headers, (payload) => defaultPayloadConverter.fromPayload(payload));
  if (sender === undefined) return;
  const spanId = uuid4().replaceAll('-', '').slice(-SPAN_ID_LENGTH);
  if (!isReport || underWay === 0 || current === undefined) current = fieldsUnder(sender, spanId);
  tracing.taken({ name, sender, spanId, at: millisNow() });
}

function carrying<Input extends { readonly headers: Headers }>(input: Input): Input {
  if (current === undefined) return input;
  return { ...input, headers: { ...input.headers, [TRACE_HEADER]: defaultPayloadConverter.toPayload(current) } };
}
