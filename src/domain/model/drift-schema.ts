/** Schema of the differences that the audit of a property sends to a stay. */
import { z } from 'zod';
import { REPAIRABLE_KINDS } from './drift.js';
import { idSchema, windowSchema } from './snapshot-schema.js';

const askSchema = z.strictObject({
  kind: z.enum(['override', 'joiner']),
  joinTo: idSchema.optional(),
  rooms: z.array(idSchema).max(200),
  acsEntranceIds: z.array(idSchema).max(1_000),
  window: windowSchema,
});

/** One difference; `guestId`, `acsUserId` and `ask` describe a key that the stay has not recorded. */
export const findingSchema = z.strictObject({
  kind: z.enum(REPAIRABLE_KINDS),
  acsCredentialId: idSchema,
  guestId: idSchema.optional(),
  acsUserId: idSchema.optional(),
  ask: askSchema.optional(),
});

export type Finding = z.infer<typeof findingSchema>;

/** Argument of the workflow `keyAudit`. */
export const keyAuditStartSchema = z.object({ propertyId: idSchema });
