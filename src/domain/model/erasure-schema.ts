/** Which guest is to be forgotten: argument of the workflow `erase`. */
import { z } from 'zod';
import { idSchema } from './snapshot-schema.js';

export const guestToEraseSchema = z.strictObject({
  propertyId: idSchema,
  reservationId: idSchema,
  guestId: idSchema,
  /** As in the snapshots: finds the guest of a stay that Temporal has forgotten. */
  personId: idSchema.exactOptional(),
});

export type GuestToErase = z.output<typeof guestToEraseSchema>;
