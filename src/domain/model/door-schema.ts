/** Schemas of questions about doors and of their answers, as clients and workflows exchange them. */
import { z } from 'zod';
import type { DoorFacts } from './doors.js';
import type { SeamReport } from './seam-reports.js';
import { idSchema } from './snapshot-schema.js';

const text = z.string({ error: 'must be a text' });

/** Argument of the workflow `findDoors`. */
export const doorQuestionSchema = z.object({
  propertyId: idSchema,
  /** Tells questions apart; part of the workflow id. */
  questionId: idSchema,
  rooms: z.array(idSchema).min(1, 'must name a room').max(1_000, 'must name at most 1000 rooms').readonly(),
});

export type DoorQuestion = Readonly<z.output<typeof doorQuestionSchema>>;

/** Answer of the workflow `findDoors`, which a dry run takes. */
export const doorFactsSchema = z.object({
  rooms: z.array(z.object({ room: idSchema, acsEntranceId: text, position: z.int() })).readonly(),
  commonDoors: z.array(z.object({ acsEntranceId: text, name: text })).readonly(),
  unknownRooms: z.array(idSchema).readonly(),
  zoneProblem: text.exactOptional(),
  reports: z
    .array(z.custom<SeamReport>((report) => report instanceof Object))
    .readonly()
    .exactOptional(),
}) satisfies z.ZodType<DoorFacts>;
