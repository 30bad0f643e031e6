/** Leases that a stay was ever granted, by its history; leases that come and go between two looks count too. */
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { z } from 'zod';
import { leaseNewsSchema } from '../../src/domain/model/room-message-schema.js';
import { leaseChangedSignal } from '../../workflows/stay/messages.js';

/** Result of `settleLeases`. */
const answersSchema = z.object({ news: z.array(leaseNewsSchema) });

/** Takes a stay's workflow id; returns the rooms whose leases it was granted. */
export async function roomsEverHeld(temporal: Client, workflowId: string): Promise<readonly string[]> {
  const { events } = await temporal.workflow.getHandle(workflowId).fetchHistory();
  const news = (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal, ...event }) => {
    if (signal?.signalName === leaseChangedSignal.name) return parsed(signal.input?.payloads, leaseNewsSchema);
    const answers = parsed(event.activityTaskCompletedEventAttributes?.result?.payloads, answersSchema);
    return answers.flatMap((answer) => answer.news);
  });
  return news.flatMap(({ room, decision }) => (decision.kind === 'granted' ? [room] : []));
}

/** Returns the first payload, if it is of that kind. */
function parsed<Value>(payloads: readonly Payload[] | null | undefined, schema: z.ZodType<Value>): readonly Value[] {
  const [payload] = payloads ?? [];
  if (payload === undefined) return [];
  const read = schema.safeParse(defaultPayloadConverter.fromPayload(payload));
  return read.success ? [read.data] : [];
}
