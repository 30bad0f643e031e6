/** Schemas of key requests: the messages of the workflow `keyRequests`, and the stay's update `awaitKeys`. */
import { z } from 'zod';
import { idSchema, instantSchema, windowSchema } from './snapshot-schema.js';

const kinds = ['new', 'duplicate', 'lost', 're-encode', 'move', 'modify', 'remove'] as const;

/**
 * Kind of request. `new`: all earlier keys end. `duplicate`: one more key. `lost`: one key is lost, all others are
 * reissued. `re-encode`: the same key again, others stay. `move`: other rooms. `modify`: other dates.
 * `remove`: no more keys.
 */
const kindSchema = z.enum(kinds);

/** Empty if the request names no room. */
const roomsSchema = z.array(idSchema).max(200, 'must name at most 200 rooms').readonly();

/** Payload of the signal `keysAskedFor`: a request of a booking system to the door lock system, in neutral terms. */
export const keyRequestSchema = z.strictObject({
  /** Idempotency key: a repeated request is carried out once. */
  requestId: idSchema,
  kind: kindSchema,
  rooms: roomsSchema,
  /** Room that a move leaves, if the request names it. */
  oldRoom: idSchema.exactOptional(),
  window: windowSchema.exactOptional(),
  /** Time of the request. */
  at: instantSchema,
  /** Name of the booking system that sends the request. */
  by: idSchema,
  /** Owner of a further key: another guest, or the same guest, whose key is on all their phones anyway. */
  furtherKeys: z.enum(['another-guest', 'same-guest'], { error: 'must be another-guest or same-guest' }),
  /** Group of reservations that share a room. */
  shareGroup: idSchema.exactOptional(),
});

/** The readable id of a request that is otherwise invalid. */
export const requestNameSchema = z.looseObject({ requestId: idSchema });

/** Argument of the update `keyRequestAnswer`. */
export const awaitedAnswerSchema = z.strictObject({ requestId: idSchema });

/** Longest wait of the update `awaitKeys`, in milliseconds: Temporal allows few updates in flight. */
export const LONGEST_WAIT_MS = 60_000;

/** Argument of the stay's update `awaitKeys`: the request to follow, and the limit of the wait in milliseconds. */
export const awaitedKeysSchema = z.strictObject({
  kind: kindSchema,
  rooms: roomsSchema,
  withinMs: z
    .int({ error: 'must be a whole number of milliseconds' })
    .min(0, 'must be 0 or more')
    .max(LONGEST_WAIT_MS, `must be at most ${LONGEST_WAIT_MS}`),
});

export type KeyRequestKind = (typeof kinds)[number];
export type KeyRequest = z.output<typeof keyRequestSchema>;
export type AwaitedAnswer = z.output<typeof awaitedAnswerSchema>;
export type AwaitedKeys = z.output<typeof awaitedKeysSchema>;
