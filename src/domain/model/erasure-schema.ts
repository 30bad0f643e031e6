/** Argument of the workflow `erase`: the guest whose data is erased. */
import { z } from 'zod';
import { idSchema } from './snapshot-schema.js';

export const guestToEraseSchema = z.strictObject({
  propertyId: idSchema,
  reservationId: idSchema,
  guestId: idSchema,
  /** Same id as in the snapshots; finds the guest of a stay that is past Temporal's retention. */
  personId: idSchema.exactOptional(),
});

export type GuestToErase = z.output<typeof guestToEraseSchema>;
