/**
 * Adapter of OPERA Cloud (`docs/booking-opera.md`): Stayline is the door lock system that OPERA requests keys from.
 * OPERA waits 20 seconds, expects 201 in every case, and never retries. It shows a key as deleted even if the removal
 * failed. So Temporal records a request before the answer, and the request continues after it.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { StayNotFound } from '../../../client.js';
import { defined } from '../../../domain/model/defined.js';
import { stayWorkflowId, type StayName } from '../../../domain/model/ids.js';
import type { KeyOutcome } from '../../../domain/key-request/outcome.js';
import type { KeyRequest } from '../../../domain/model/key-request-schema.js';
import { defineAdapter, type Door } from '../../ingress/adapter.js';
import { longSecretOf, secretNameSchema } from '../../ingress/settings.js';
import { jsonIn } from '../parts/json.js';
import { mappingSettings, readRequest, validityOf } from './mapping.js';
import { removalSchema, roomKeyAnswer, roomKeyRequestSchema, type RoomKeyRequest, type RoomKeyResult } from './wire.js';

const settingsSchema = z.strictObject({
  /** Credentials that the hotel has set in OPERA for this outbound system. */
  auth: z.discriminatedUnion(
    'kind',
    [
      z.strictObject({ kind: z.literal('bearer'), token: secretNameSchema }),
      z.strictObject({
        kind: z.literal('basic'),
        user: z.string().min(1, 'must not be empty'),
        password: secretNameSchema,
      }),
    ],
    { error: 'must be { "kind": "bearer", "token" } or { "kind": "basic", "user", "password" }' },
  ),
  /** Seconds until a request is answered with "retry"; it continues after that. OPERA gives up after 20 seconds. */
  answerSeconds: z
    .number({ error: 'must be a number of seconds such as 15' })
    .positive('must be more than 0')
    .max(18, 'must be at most 18: OPERA waits 20 seconds')
    .default(15),
  ...mappingSettings,
});

type OperaSettings = z.infer<typeof settingsSchema>;

/** Time after the answer during which a removal is retried if Temporal cannot be reached. */
const KEEP_TRYING_MS = 60 * 60_000;
const TRY_EVERY_MS = 2_000;
/** Timeout of one attempt to reach Temporal, after the answer. */
const TRY_MS = 5_000;
const MARGIN_MS = 300;

const RETRY: RoomKeyResult = { code: 'RY', text: 'Stayline is not available at the moment; please try again.' };

export const opera = defineAdapter({
  system: 'opera',
  settings: settingsSchema,
  open({ settings, properties, secret }) {
    const isFromOpera = openCheck(settings.auth, secret);
    const propertyIds = new Map(properties.map(({ propertyId, externalId }) => [externalId, propertyId]));
    return {
      serve: (door) => {
        const inTurn = takingTurns();
        return async ({ path, headers, body }) => {
          const [, hotelId] = ROOM_KEYS_PATH.exec(path) ?? [];
          if (hotelId === undefined) return undefined;
          if (!isFromOpera(headers['authorization'])) {
            door.count('forged');
            const scheme = settings.auth.kind === 'basic' ? 'Basic' : 'Bearer';
            return { status: 401, headers: { 'www-authenticate': scheme } };
          }
          const propertyId = propertyIds.get(hotelId);
          const answer = await answerTo(body, { propertyId, settings, door, inTurn });
          return { status: 201, headers: { 'content-type': 'application/json;charset=UTF-8' }, body: answer };
        };
      },
    };
  },
});

/** With and without the base path of Oracle's API: the documents leave open whether OPERA adds it. */
const ROOM_KEYS_PATH = /^(?:fof\/v1\/)?hotels\/([^/]+)\/roomKeysOutbound$/;

interface Desk {
  readonly propertyId: string | undefined;
  readonly settings: OperaSettings;
  readonly door: Door;
  readonly inTurn: ReturnType<typeof takingTurns>;
}

/** Returns the answer in time and never throws: the front desk gets an answer in every case. */
async function answerTo(body: Buffer, desk: Desk): Promise<Readonly<Record<string, unknown>>> {
  const now = new Date().toISOString();
  const wire = parse(body);
  const validity = wire === undefined ? undefined : validityOf(wire, desk.settings);
  const deadline = Date.parse(now) + desk.settings.answerSeconds * 1_000;
  const answered = resultOf(wire, desk, now, deadline).catch((): RoomKeyResult => RETRY);
  const result = await Promise.race([answered, inTime(deadline)]);
  desk.door.count(`answered-${result.code}`);
  return roomKeyAnswer(wire ?? {}, result, defined({ now, validity }));
}

async function inTime(deadline: number): Promise<RoomKeyResult> {
  await delay(Math.max(0, deadline - Date.now()), undefined, { ref: false });
  return RETRY;
}

async function resultOf(
  wire: RoomKeyRequest | undefined,
  desk: Desk,
  now: string,
  deadline: number,
): Promise<RoomKeyResult> {
  const { propertyId, settings, door } = desk;
  if (wire === undefined) return { code: 'UR', text: 'Stayline cannot read this request.' };
  if (propertyId === undefined) return { code: 'UR', text: 'This hotel is not connected to Stayline.' };
  const read = readRequest(wire, settings, now);
  switch (read.kind) {
    case 'cannot':
      return { code: 'UR', text: read.why };
    case 'read':
      return readKey(door, { propertyId, reservationId: read.reservationId });
    case 'keys':
      return decisionOf(await handIn(desk, { propertyId, reservationId: read.reservationId }, read.request, deadline));
    default:
      return read satisfies never;
  }
}

function decisionOf(outcome: KeyOutcome | undefined): RoomKeyResult {
  switch (outcome?.kind) {
    case undefined:
      return RETRY;
    case 'done':
      return { code: 'OK', text: outcome.text };
    case 'refused':
      return { code: 'UR', text: outcome.text };
    case 'pending':
      return { code: 'RY', text: outcome.text };
    default:
      return outcome satisfies never;
  }
}

/**
 * Returns the outcome, or undefined if Temporal could not be reached in time. A removal is then retried in the
 * background, because OPERA never retries.
 */
async function handIn(
  { door, inTurn }: Desk,
  name: StayName,
  request: KeyRequest,
  deadline: number,
): Promise<KeyOutcome | undefined> {
  const isDurable = await inTurn(stayWorkflowId(name), () => keepTrying(door, name, request, deadline));
  // The margin leaves time to send the answer.
  return isDurable ? door.followKeys(name, request, deadline - MARGIN_MS) : undefined;
}

/** Sends the request to Temporal until it is recorded. Returns true if it is, false if the time is over. */
async function keepTrying(door: Door, name: StayName, request: KeyRequest, deadline: number): Promise<boolean> {
  const until = request.kind === 'remove' ? deadline + KEEP_TRYING_MS : deadline;
  while (Date.now() < until) {
    try {
      await door.askForKeys(name, request, Date.now() < deadline ? deadline : Date.now() + TRY_MS);
      return true;
    } catch {
      door.count('temporal-unreachable');
      await delay(TRY_EVERY_MS, undefined, { ref: false });
    }
  }
  if (request.kind === 'remove') door.count('removal-lost');
  return false;
}

/**
 * Returns a function that runs actions one after the other for each name. A removal that waits for Temporal must not
 * revoke a key that is requested after it.
 */
function takingTurns(): <T>(name: string, act: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return (name, act) => {
    const turn = (last.get(name) ?? Promise.resolve()).then(act, act);
    last.set(name, turn);
    const leave = (): void => {
      if (last.get(name) === turn) last.delete(name);
    };
    turn.then(leave, leave);
    return turn;
  };
}

/** Returns the reservation's live keys as text, which OPERA shows and does not store. */
async function readKey(door: Door, name: StayName): Promise<RoomKeyResult> {
  try {
    const view = await door.stays.view(name);
    const live = view.keys.filter(({ state }) => state === 'live');
    const [first] = live;
    if (first === undefined) return { code: 'UR', text: 'No key of this reservation is in use.' };
    const rooms = [...new Set(live.flatMap((key) => key.rooms))].join(', ');
    return { code: 'OK', text: `${live.length} keys to ${rooms}.`, window: first.window };
  } catch (error) {
    if (error instanceof StayNotFound) return { code: 'UR', text: 'Stayline has no stay for this reservation.' };
    throw error;
  }
}

function parse(body: Buffer): RoomKeyRequest | undefined {
  const content = jsonIn(body.toString('utf8'));
  return roomKeyRequestSchema.safeParse(content).data ?? removalSchema.safeParse(content).data;
}

/** Returns the check of the `authorization` header. It compares digests in constant time. */
function openCheck(
  auth: OperaSettings['auth'],
  secret: (name: string) => string,
): (authorization: string | undefined) => boolean {
  const expected =
    auth.kind === 'bearer'
      ? `bearer ${longSecretOf(auth.token, secret)}`
      : `basic ${Buffer.from(`${auth.user}:${longSecretOf(auth.password, secret)}`).toString('base64')}`;
  return (authorization = '') => {
    const [, scheme = '', credentials = ''] = /^(\S+)\s+(.+)$/.exec(authorization.trim()) ?? [];
    return timingSafeEqual(digest(`${scheme.toLowerCase()} ${credentials}`), digest(expected));
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
