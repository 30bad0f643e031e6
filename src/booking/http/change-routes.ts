/**
 * Changes of a stay, for callers that have only the change. Each becomes a signal of the stay and is answered 202 as
 * soon as Temporal has it. A change that makes no sense has no effect and shows as attention.
 */
import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { stayWorkflowId, type MessageInput, type MessageName, type StayName } from '../../client.js';
import { localInstant } from '../../domain/model/dates.js';
import { defined } from '../../domain/model/defined.js';
import { isBefore } from '../../domain/model/instants.js';
import { readMessage } from '../../domain/model/ending.js';
import { messageSchemas } from '../../domain/model/message-schema.js';
import type { Property } from '../../domain/model/property-schema.js';
import { named } from '../../http/schema-names.js';
import { authorOn, callerOn } from './authenticate.js';
import { emptyBodyIsNone } from './empty-body.js';
import type { ApiScope, BookingContext } from './context.js';
import { BODY_REFUSALS, refusals } from './openapi.js';
import { acceptedSchema, ownRequestId, requestIdOf, wrong } from './request-id.js';
import { RESERVATION_PATH } from './reservation-routes.js';
import { changeHeaders, datesBody, guestParams, reservationParams } from './schemas.js';

interface Change {
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  readonly message: Exclude<MessageName, 'removeGuest' | 'changeDates'>;
  readonly summary: string;
  readonly body: z.ZodObject;
  /** The guest is part of the path. */
  readonly ofGuest?: true;
  /** Not idempotent: an idempotency key is required. */
  readonly mustBeNamed?: true;
}

const { replaceKey, sameGuest, phoneReady, block } = messageSchemas;

const CHANGES: readonly Change[] = [
  {
    method: 'POST',
    path: '/guests',
    message: 'addGuests',
    summary: 'Add guests',
    body: messageSchemas.addGuests,
  },
  {
    method: 'PUT',
    path: '/rooms',
    message: 'changeRooms',
    summary: 'Move the stay, or one guest, to other rooms',
    body: messageSchemas.changeRooms,
  },
  {
    method: 'POST',
    path: '/check-in',
    message: 'checkIn',
    summary: 'Check in: the guests have arrived',
    body: messageSchemas.checkIn,
  },
  {
    method: 'POST',
    path: '/check-out',
    message: 'checkOut',
    summary: 'Check out: the guests have left, and every key is revoked',
    body: messageSchemas.checkOut,
  },
  {
    method: 'POST',
    path: '/cancel',
    message: 'cancel',
    summary: 'Cancel the reservation: every key is revoked',
    body: messageSchemas.cancel,
  },
  {
    method: 'POST',
    path: '/guests/:guestId/replace-key',
    message: 'replaceKey',
    summary: 'Replace the key of a lost phone (secure), or move it to a new phone (convenient)',
    body: named('ReplaceKeyOfGuest', replaceKey.omit({ guestId: true })),
    ofGuest: true,
    mustBeNamed: true,
  },
  {
    method: 'POST',
    path: '/guests/:guestId/same-guest',
    message: 'sameGuest',
    summary: 'Decide that a guest who is no longer listed is the same person as one who is',
    body: named('SameGuestOfGuest', sameGuest.omit({ guestId: true })),
    ofGuest: true,
  },
  {
    method: 'POST',
    path: '/guests/:guestId/phone-ready',
    message: 'phoneReady',
    summary: 'Report that a phone of the guest can hold a key',
    body: named('PhoneReadyOfGuest', phoneReady.omit({ guestId: true })),
    ofGuest: true,
  },
  {
    method: 'POST',
    path: '/guests/:guestId/block',
    message: 'block',
    summary: 'Block a guest: revoke their key and issue no new one',
    body: named('BlockOfGuest', block.omit({ guestId: true })),
    ofGuest: true,
  },
  {
    method: 'POST',
    path: '/retry',
    message: 'retry',
    summary: 'Retry refused steps',
    body: messageSchemas.retry,
  },
  {
    method: 'POST',
    path: '/hold',
    message: 'hold',
    summary: 'Issue no new keys for the stay, or one guest, until release',
    body: messageSchemas.hold,
  },
  {
    method: 'POST',
    path: '/release',
    message: 'release',
    summary: 'End a hold or a block',
    body: messageSchemas.release,
  },
  {
    method: 'POST',
    path: '/force',
    message: 'force',
    summary: 'Issue a key now: before the window, or after somebody else ended the keys',
    body: messageSchemas.force,
  },
  {
    method: 'POST',
    path: '/join-to',
    message: 'joinTo',
    summary: 'Join a card that the front desk cut for the same lease',
    body: messageSchemas.joinTo,
  },
  {
    method: 'POST',
    path: '/policy-changed',
    message: 'policyChanged',
    summary: 'Read the configuration of the property again, and its doors',
    body: messageSchemas.policyChanged,
  },
];

/** Adds one route for each change of a stay. */
export function addChangeRoutes(scope: ApiScope, context: BookingContext): void {
  const { stays, ask } = context;

  async function send<Name extends MessageName>(
    request: FastifyRequest,
    name: StayName,
    message: Name,
    content: object,
  ): Promise<z.infer<typeof acceptedSchema>> {
    const { keyId } = callerOn(request);
    const requestId = requestIdOf(request, content) ?? randomUUID();
    const identity = { by: authorOn(request, content), requestId: ownRequestId(keyId, message, requestId) };
    await ask(() => stays.signal(name, message, { ...content, ...identity } as MessageInput<Name>));
    return { stay: stayWorkflowId(name), message, requestId };
  }

  const answers = { 202: acceptedSchema, ...refusals(401, 403, 404, 422, ...BODY_REFUSALS) };

  for (const { method, path, message, summary, body, ofGuest, mustBeNamed } of CHANGES) {
    scope.route({
      method,
      url: `${RESERVATION_PATH}${path}`,
      preValidation: emptyBodyIsNone,
      // An end is carried out even if other fields of the body are wrong.
      attachValidation: true,
      schema: {
        operationId: message,
        tags: ['changes'],
        summary,
        ...(mustBeNamed === true
          ? { description: 'Requires the header Idempotency-Key, or a requestId in the body.' }
          : {}),
        params: ofGuest === true ? guestParams : reservationParams,
        headers: changeHeaders,
        body,
        response: answers,
      },
      async handler(request, reply) {
        const content = contentOf(request, message);
        const params = request.params as z.output<typeof guestParams>;
        if (mustBeNamed === true) refuseUnnamed(request, content);
        const guest = ofGuest === true ? { guestId: params.guestId } : {};
        return reply.code(202).send(await send(request, params, message, { ...content, ...guest }));
      },
    });
  }

  scope.delete(
    `${RESERVATION_PATH}/guests/:guestId`,
    {
      preValidation: refuseBody,
      schema: {
        operationId: 'removeGuest',
        tags: ['changes'],
        summary: 'Remove a guest from the party; with cause `security`, all keys of the lease are replaced',
        params: guestParams,
        querystring: messageSchemas.removeGuest.omit({ guestId: true }),
        headers: changeHeaders,
        response: answers,
      },
    },
    async (request, reply) => {
      const { guestId } = request.params;
      return reply.code(202).send(await send(request, request.params, 'removeGuest', { ...request.query, guestId }));
    },
  );

  scope.put(
    `${RESERVATION_PATH}/dates`,
    {
      schema: {
        operationId: 'changeDates',
        tags: ['changes'],
        summary: 'Change the start or the end of the stay',
        params: reservationParams,
        headers: changeHeaders,
        body: datesBody,
        response: answers,
      },
    },
    async (request, reply) => {
      const { window, ...rest } = request.body;
      const content = { ...rest, window: await inInstants(window, () => context.property(request.params.propertyId)) };
      return reply.code(202).send(await send(request, request.params, 'changeDates', content));
    },
  );
}

/**
 * Returns the fields of the change: all of them, or those of an end that are right.
 * @throws HttpProblem `invalid-request`
 */
function contentOf({ body, validationError }: FastifyRequest, message: MessageName): object {
  if (validationError === undefined) return body as object;
  const read = validationError.validationContext === 'body' ? readMessage(message, body).message : undefined;
  if (read === undefined) throw validationError;
  return read.payload;
}

/** Refuses a body: the route ignores it, and it might say that the guest is removed for cause. */
async function refuseBody({ body }: FastifyRequest): Promise<void> {
  if (body === undefined || body === null) return;
  throw wrong({ path: 'cause', message: 'must be in the query, like every other field: DELETE accepts no body' });
}

function refuseUnnamed(request: FastifyRequest, content: object): void {
  if (requestIdOf(request, content) !== undefined) return;
  const message = 'is missing; set it here or in the header Idempotency-Key, so that a retry is not applied twice';
  throw wrong({ path: 'requestId', message });
}

type Dates = z.output<typeof datesBody>['window'];

/**
 * Converts local dates and clock times to instants, in the time zone of the property.
 * @throws HttpProblem `invalid-request` if the window is empty by the hotel's clock; any error of `propertyOf`
 */
async function inInstants(
  window: Dates,
  propertyOf: () => Promise<Property>,
): Promise<MessageInput<'changeDates'>['window']> {
  if (!('arrival' in window || 'departure' in window)) return window as MessageInput<'changeDates'>['window'];
  const property = await propertyOf();
  const { arrival, departure, checkIn = property.checkIn, checkOut = property.checkOut } = window;
  const dates = defined({
    from: arrival === undefined ? undefined : localInstant(arrival, checkIn, property.timeZone),
    to: departure === undefined ? undefined : localInstant(departure, checkOut, property.timeZone),
  });
  if (dates.from === undefined || dates.to === undefined || isBefore(dates.from, dates.to)) return dates;
  const message = `must be later than the arrival; in the hotel's time zone, it is ${dates.from} to ${dates.to}`;
  throw wrong({ path: 'window.departure', message });
}
