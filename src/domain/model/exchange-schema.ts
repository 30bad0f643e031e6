/** Schemas of the messages by which stays agree on an exchange of rooms. */
import { z } from 'zod';
import type { Exchange } from './exchange.js';
import { count, workflowIdSchema } from './room-message-schema.js';
import { idSchema } from './snapshot-schema.js';

const offerSchema = z.object({
  stayId: workflowIdSchema,
  round: count,
  shareGroup: idSchema.exactOptional(),
  gives: z.array(z.object({ room: idSchema, part: count })),
  wants: z.array(z.object({ room: idSchema, behind: z.array(workflowIdSchema) })),
});

/** Payload of the stay's update `vote`. */
export const exchangeSchema = z.object({
  id: idSchema,
  members: z.array(offerSchema),
}) satisfies z.ZodType<Exchange>;

/** Payload of the stay's update `settleExchange`. */
export const exchangeEndSchema = z.object({
  id: idSchema,
  outcome: z.enum(['committed', 'aborted'], { error: 'must be "committed" or "aborted"' }),
});

/** Outcome of an exchange that a stay has voted on. */
export type ExchangeEnd = z.output<typeof exchangeEndSchema>;
