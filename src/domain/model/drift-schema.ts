/** Schema of the differences that the audit of a property sends to a stay. */
import { z } from 'zod';
import { idSchema, windowSchema } from './snapshot-schema.js';

/** Kinds that a stay can repair. A `foreign` key concerns no stay. */
const REPAIRABLE = [
  'missing',
  'ended',
  'alive',
  'opens-longer',
  'opens-shorter',
  'opens-more',
  'opens-less',
  'other-owner',
  'other-kind',
  'unclaimed',
  'doubled',
] as const;

const askSchema = z.strictObject({
  kind: z.enum(['override', 'joiner']),
  joinTo: idSchema.optional(),
  rooms: z.array(idSchema).max(200),
  acsEntranceIds: z.array(idSchema).max(1_000),
  window: windowSchema,
});

/** One difference; `guestId`, `acsUserId` and `ask` describe a key that the stay has not recorded. */
export const findingSchema = z.strictObject({
  kind: z.enum(REPAIRABLE),
  acsCredentialId: idSchema,
  guestId: idSchema.optional(),
  acsUserId: idSchema.optional(),
  ask: askSchema.optional(),
});

export type Finding = z.infer<typeof findingSchema>;

/** Argument of the workflow `keyAudit`. */
export const keyAuditStartSchema = z.object({ propertyId: idSchema });
