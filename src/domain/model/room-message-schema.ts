/**
 * Schemas of the messages of `room`, and of the decisions that a room sends to stays (`docs/messages.md`).
 * Messages of people and other programs must not hold unknown fields. Messages between stays and rooms may:
 * a newer worker may send fields that an older one does not have.
 */
import { z } from 'zod';
import { canonicalWorkflowId, MOST_ID_LENGTH } from './ids.js';
import { idSchema, instantSchema, windowSchema } from './snapshot-schema.js';
import type { Claim, KeyReport, LeaseNews } from './lease.js';

const stayIdRule = 'must be the workflow id of a stay, such as "stay/seaside/R-1001"';

/**
 * Workflow id of a stay: percent-encoded, so that a character is a byte. Temporal refuses a longer id, and with it
 * every other command of the room's workflow task.
 */
export const workflowIdSchema = z
  .string({ error: stayIdRule })
  .min(1, 'must not be empty')
  .max(MOST_ID_LENGTH, 'must be at most 1000 characters long')
  .regex(/^[\x21-\x7e]+$/, stayIdRule)
  .superRefine((workflowId, context) => {
    const canonical = canonicalWorkflowId(workflowId);
    if (canonical === undefined || canonical === workflowId) return;
    context.addIssue({ code: 'custom', message: `must be spelled ${JSON.stringify(canonical)}` });
  });

/** Whole number of at least 0. */
export const count = z
  .number({ error: 'must be a whole number of at least 0' })
  .int('must be a whole number')
  .min(0, 'must not be negative');
const revision = z.number({ error: 'must be a number' });
const reason = z
  .string({ error: 'must say why, in up to 200 characters' })
  .min(1, 'must not be empty')
  .max(200, 'must be at most 200 characters long');
const yes = z.boolean({ error: 'must be true or false' });

export const claimSchema = z.strictObject({
  stayId: workflowIdSchema,
  window: windowSchema,
  shareGroup: idSchema.exactOptional(),
  part: count.exactOptional(),
  graceMinutes: count.exactOptional(),
  ready: yes.exactOptional(),
  leaving: z.literal(true, { error: 'must be true, or absent' }).exactOptional(),
  chain: idSchema.exactOptional(),
  revision: revision.exactOptional(),
  seq: count.exactOptional(),
}) satisfies z.ZodType<Claim>;

export const keyReportSchema = z.object({
  acsCredentialId: idSchema,
  acsUserId: idSchema.exactOptional(),
  guestId: idSchema,
  kind: z.enum(['override', 'joiner'], { error: 'must be "override" or "joiner"' }),
  lineage: idSchema,
  window: windowSchema,
  state: z.enum(['live', 'revoking', 'dead'], { error: 'must be "live", "revoking" or "dead"' }),
  issuedAt: instantSchema,
  deadAt: instantSchema.exactOptional(),
  residualUntil: instantSchema.exactOptional(),
}) satisfies z.ZodType<KeyReport>;

/** Schemas of the signals of a room. `requestId` detects a repeat; `by` is an id, not a name. */
export const roomMessageSchemas = {
  release: z.strictObject({
    stayId: workflowIdSchema,
    /** Part to release; absent means every part. */
    part: count.exactOptional(),
    /** Stays that get the room next, in exchange for theirs. */
    to: z
      .array(workflowIdSchema, { error: 'must be a list of stays' })
      .max(100, 'must name at most 100')
      .exactOptional(),
    chain: idSchema.exactOptional(),
    revision: revision.exactOptional(),
    seq: count.exactOptional(),
  }),
  anchored: z.object({
    stayId: workflowIdSchema,
    chain: idSchema.exactOptional(),
    seq: count.exactOptional(),
    keys: z.array(keyReportSchema, { error: 'must be a list of keys' }).max(1000, 'must name at most 1000 keys'),
  }),
  force: z.strictObject({
    stayId: workflowIdSchema,
    reason,
    by: idSchema.exactOptional(),
    requestId: idSchema.exactOptional(),
  }),
} as const;

export type RoomMessageName = keyof typeof roomMessageSchemas;

export const roomMessageNames = Object.keys(roomMessageSchemas) as readonly RoomMessageName[];

/** Message to a room: a stay releases its claims. */
export type RoomRelease = z.output<typeof roomMessageSchemas.release>;
/** Message to a room: all keys of a stay to the room. */
export type RoomReport = z.output<typeof roomMessageSchemas.anchored>;
/** Message to a room: the front desk gives the room to a stay. */
export type RoomForce = z.output<typeof roomMessageSchemas.force>;

const anchorSchema = z.object({
  acsCredentialId: idSchema,
  lineage: idSchema,
  stayId: workflowIdSchema,
  window: windowSchema,
  acsUserId: idSchema.exactOptional(),
});

const decisionSchema = z.discriminatedUnion(
  'kind',
  [
    z.object({
      kind: z.literal('granted'),
      from: instantSchema.exactOptional(),
      until: instantSchema,
      opener: yes,
      openedBy: workflowIdSchema.exactOptional(),
      anchors: z.array(anchorSchema),
      lineage: idSchema.exactOptional(),
      heldUpBy: workflowIdSchema.exactOptional(),
      leaving: z.array(workflowIdSchema).exactOptional(),
      wantedBy: z.array(workflowIdSchema).exactOptional(),
    }),
    z.object({
      kind: z.literal('waiting'),
      behind: z.array(workflowIdSchema),
      leaving: z.array(workflowIdSchema).exactOptional(),
      displaced: z.literal(true).exactOptional(),
    }),
    z.object({ kind: z.literal('ended'), revision }),
  ],
  { error: 'must be granted, waiting or ended' },
);

/** Payload of the stay's signal `leaseChanged`. */
export const leaseNewsSchema = z.object({
  room: idSchema,
  part: count,
  version: count,
  decision: decisionSchema,
}) satisfies z.ZodType<LeaseNews>;

/** Argument of the room's query `stayRecord`. */
export const stayRecordSchema = z.object({ stayId: workflowIdSchema, shareGroup: z.string().optional() });

/** Stay that a room is asked about, and its share group. */
export type StayInRoom = z.infer<typeof stayRecordSchema>;
