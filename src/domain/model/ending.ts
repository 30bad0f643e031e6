/**
 * Endings: what a message says about the end of a stay, read even if the rest of the message is wrong. Only keys to be
 * issued need rooms, dates and guests; a revoke needs none of them.
 */
import type { z } from 'zod';
import { check, type Problem } from './check.js';
import { defined, type Defined } from './defined.js';
import { messageSchemas, type Message, type MessageName } from './message-schema.js';
import { endingSchema, snapshotSchema, type StaySnapshot } from './snapshot-schema.js';

/** End of a stay: its name, its status, and the revision if it can be read. */
export type Ending = Defined<z.infer<typeof endingSchema>>;

/** Returns the ending in a snapshot, however wrong its other fields are; undefined if it names no stay, or no end. */
export function endingIn(input: unknown): Ending | undefined {
  const { data } = endingSchema.safeParse(input);
  return data && defined(data);
}

/** Snapshot that a stay can record, and the problems for which parts of it were left out. */
export type ReadSnapshot =
  | { readonly ok: true; readonly snapshot: StaySnapshot; readonly leftOut: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Parses a snapshot. From an invalid snapshot that ends the stay, only the end and its revision are read; all else is
 * as in the last snapshot.
 * @param known last recorded snapshot of the stay
 */
export function readSnapshot(input: unknown, known: StaySnapshot | undefined): ReadSnapshot {
  const checked = check(snapshotSchema, input);
  if (checked.ok) return { ok: true, snapshot: checked.value, leftOut: [] };
  const { problems } = checked;
  const ending = endingIn(input);
  if (ending === undefined || known === undefined) return { ok: false, problems };
  const { supersede: _supersede, by: _by, requestId: _requestId, ...rest } = known;
  // Without a readable revision, the order is unknown; then the guests must not keep keys by an error of the sender.
  const order = ending.revision === undefined ? { revision: known.revision, supersede: true } : {};
  return { ok: true, snapshot: { ...rest, ...ending, ...order }, leftOut: problems };
}

/** Fields of the messages that end keys, by message. Without them, an invalid message still says what ends. */
const FIELDS_OF_ENDS: { readonly [Name in MessageName]?: readonly string[] } = {
  checkOut: ['requestId', 'at', 'by'],
  cancel: ['requestId', 'at', 'by'],
  removeGuest: ['guestId', 'cause', 'requestId', 'at', 'by'],
};

/** Unknown fields that may limit an end to some of the guests or rooms. */
const PART = /guest|room|person|party/i;

/** Message that a stay can apply, if there is one, and the problems of its fields. */
export interface ReadMessage {
  readonly message?: Message;
  readonly problems: readonly Problem[];
}

/**
 * Parses a message. From an invalid message that ends the stay or removes a guest, the wrong fields are left out. An end
 * that may be meant for a part of the stay only is not extended to all of it.
 */
export function readMessage(name: MessageName, payload: unknown): ReadMessage {
  const checked = check<unknown>(messageSchemas[name], payload);
  if (checked.ok) return { message: { name, payload: checked.value } as Message, problems: [] };
  const { problems } = checked;
  const known = FIELDS_OF_ENDS[name];
  if (known === undefined) return { problems };
  const fields = Object.entries(payload instanceof Object && !Array.isArray(payload) ? payload : {});
  if (fields.some(([field]) => !known.includes(field) && PART.test(field))) return { problems };
  const right = fields.filter(([field]) => known.includes(field) && !problems.some(({ path }) => path === field));
  const again = check<unknown>(messageSchemas[name], Object.fromEntries(right));
  return again.ok ? { message: { name, payload: again.value } as Message, problems } : { problems };
}
