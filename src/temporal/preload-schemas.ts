/**
 * Schemas that the sandbox loads once for all stays. Temporal deep-freezes shared objects, but zod's schemas write to
 * themselves on first use. Temporal skips objects that are already frozen. Each schema is therefore initialised and
 * frozen here, on its surface only.
 */
import { z } from 'zod';
import * as bookingStarts from '../domain/model/booking-start-schema.js';
import * as doors from '../domain/model/door-schema.js';
import * as drift from '../domain/model/drift-schema.js';
import * as erasures from '../domain/model/erasure-schema.js';
import * as exchanges from '../domain/model/exchange-schema.js';
import * as keyRequests from '../domain/model/key-request-schema.js';
import * as messages from '../domain/model/message-schema.js';
import * as rooms from '../domain/model/room-message-schema.js';
import * as snapshots from '../domain/model/snapshot-schema.js';

for (const exported of [
  ...Object.values(snapshots),
  ...Object.values(messages),
  ...Object.values(messages.messageSchemas),
  ...Object.values(bookingStarts),
  ...Object.values(doors),
  ...Object.values(drift),
  ...Object.values(erasures),
  ...Object.values(exchanges),
  ...Object.values(keyRequests),
  ...Object.values(rooms),
  ...Object.values(rooms.roomMessageSchemas),
]) {
  if (exported instanceof z.ZodType) freezeSurface(exported);
}

/** Freezes the schema itself, after reading the parse methods of workflow code: zod creates them on first read. */
function freezeSurface(schema: z.ZodType): void {
  void [schema.safeParse, schema.parse];
  Object.freeze(schema);
}
