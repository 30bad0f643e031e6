/**
 * The messages of `room`, field by field, and what a room tells stays (`docs/messages.md`). What people and other programs write is
 * refused if it holds unknown fields; what stays and rooms tell each other may hold fields that an older worker does not know.
 */
import { z } from 'zod';
import { idSchema, instantSchema, windowSchema } from './snapshot-schema.js';
import type { Claim, KeyReport, LeaseNews } from './lease.js';

const stayIdRule = 'must be the workflow id of a stay, such as "stay/seaside/R-1001"';

/**
 * Workflow ids of stays: percent-encoded, so that a character is a byte. Temporal refuses whatever is longer, and with it all that a
 * room would do in the same breath.
 */
const workflowIdSchema = z
  .string({ error: stayIdRule })
  .min(1, 'must not be empty')
  .max(1000, 'must be at most 1000 characters long')
  .regex(/^[\x21-\x7e]+$/, stayIdRule);

const count = z
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

/** The signals of a room. `requestId` recognises a repeat; `by` is an id, no name. */
export const roomMessageSchemas = {
  release: z.strictObject({
    stayId: workflowIdSchema,
    /** Absent: every part. */
    part: count.exactOptional(),
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

/** What a room is told: a stay lets go of its claims. */
export type RoomRelease = z.output<typeof roomMessageSchemas.release>;
/** All that a stay knows of its keys to the room. */
export type RoomReport = z.output<typeof roomMessageSchemas.anchored>;
/** The front desk gives the room to a stay. */
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
    }),
    z.object({
      kind: z.literal('waiting'),
      behind: z.array(workflowIdSchema),
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
