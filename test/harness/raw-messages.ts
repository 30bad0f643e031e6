/** Messages as any program can send them to Temporal: payloads that no converter has written, under any name. */
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

export type RawPayload = temporal.api.common.v1.IPayload;

const encoded = (encoding: string, data = ''): RawPayload => ({
  metadata: { encoding: Buffer.from(encoding) },
  data: Buffer.from(data),
});

/** Payloads that cannot be decoded, by what is wrong with them. */
export const UNDECODABLE = {
  'of an encoding that the worker has no codec for': encoded('binary/encrypted', 'Anna Example'),
  'without an encoding': { metadata: {}, data: Buffer.from('Anna Example') },
  'without metadata': { data: Buffer.from('Anna Example') },
  'of JSON that is cut off': encoded('json/plain', '{"guests":[{"guestId":"g2","name":"Anna Exam'),
  'of JSON without data': encoded('json/plain'),
  'of an encoding that is no name': encoded('Anna Example <anna@example.test>', '{}'),
  'of protobuf': encoded('json/protobuf', '{}'),
} as const satisfies Readonly<Record<string, RawPayload>>;

/** Payloads that can be decoded and are no message. */
export const NO_MESSAGE = {
  'of JSON null': encoded('json/plain', 'null'),
  'of nothing': encoded('binary/null'),
  'of bytes': encoded('binary/plain', 'Anna Example'),
  'of a list': encoded('json/plain', '[1,2]'),
  'of a text': encoded('json/plain', '"Anna Example"'),
  'of a number': encoded('json/plain', '7'),
} as const satisfies Readonly<Record<string, RawPayload>>;

const namespace = 'default';

/** Sends a signal with these payloads as its arguments. */
export async function signalRaw(
  { workflowService }: Client,
  workflowId: string,
  signalName: string,
  ...payloads: readonly RawPayload[]
): Promise<void> {
  const workflowExecution = { workflowId };
  const input = { payloads: [...payloads] };
  await workflowService.signalWorkflowExecution({ namespace, workflowExecution, signalName, input });
}

/** Starts a workflow on the queue of stays with these payloads as its arguments. */
export async function startRaw(
  { workflowService }: Client,
  type: string,
  workflowId: string,
  ...payloads: readonly RawPayload[]
): Promise<void> {
  await workflowService.startWorkflowExecution({
    namespace,
    workflowId,
    workflowType: { name: type },
    taskQueue: { name: 'stays' },
    requestId: workflowId,
    input: { payloads: [...payloads] },
  });
}

/** Sends an update with these payloads and returns the failure's message, or undefined if it succeeded. */
export async function updateRaw(
  { workflowService }: Client,
  workflowId: string,
  name: string,
  ...payloads: readonly RawPayload[]
): Promise<string | undefined> {
  const { outcome } = await workflowService.updateWorkflowExecution({
    namespace,
    workflowExecution: { workflowId },
    waitPolicy: {
      lifecycleStage:
        temporal.api.enums.v1.UpdateWorkflowExecutionLifecycleStage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED,
    },
    request: {
      meta: { updateId: `${name}-${Date.now()}`, identity: 'test' },
      input: { name, args: { payloads: [...payloads] } },
    },
  });
  return outcome?.failure?.message ?? undefined;
}

/** Asks a query with these payloads and returns the error's text. */
export async function queryRaw(
  { workflowService }: Client,
  workflowId: string,
  queryType: string,
  ...payloads: readonly RawPayload[]
): Promise<string | undefined> {
  const query = { queryType, queryArgs: { payloads: [...payloads] } };
  try {
    await workflowService.queryWorkflow({ namespace, execution: { workflowId }, query });
    return undefined;
  } catch (error) {
    return String((error as { readonly details?: string }).details);
  }
}
