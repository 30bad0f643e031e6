/** `/v1/properties/{propertyId}/stays` and `…/rooms/{room}`: the lists for a front desk. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { stayWorkflowId, type RoomView } from '../../client.js';
import { defined } from '../../domain/model/defined.js';
import { plusMinutes } from '../../domain/model/instants.js';
import { localInstant } from '../../domain/model/dates.js';
import { named } from '../../http/schema-names.js';
import { authorOn, callerOn } from './authenticate.js';
import type { ApiScope, BookingContext } from './context.js';
import { BODY_REFUSALS, refusals } from './openapi.js';
import { acceptedSchema, ownRequestId, requestIdOf, wrong } from './request-id.js';
import { changeHeaders, propertyParams, roomForceBody, roomParams, staysQuery, staySummarySchema } from './schemas.js';
import { listStays } from './stay-search.js';
import { roomViewSchema } from './view-schemas.js';

const stayPageSchema = named(
  'StayPage',
  z.object({
    stays: z.array(staySummarySchema),
    nextPageToken: z.string().exactOptional().describe('Absent on the last page'),
  }),
);

/** Adds the routes that list stays and show a room. */
export function addPropertyRoutes(scope: ApiScope, context: BookingContext): void {
  const { stays, ask, temporal, connection } = context;

  scope.get(
    '/properties/:propertyId/stays',
    {
      schema: {
        operationId: 'listStays',
        tags: ['properties'],
        summary: 'List open stays; the list may lag behind by a moment',
        params: propertyParams,
        querystring: staysQuery,
        response: { 200: stayPageSchema, ...refusals(401, 403, 404, 422) },
      },
    },
    async ({ params: { propertyId }, query: { pageSize, pageToken, arriving, ...filter } }) => {
      const day = arriving === undefined ? undefined : dayOf(arriving, (await context.property(propertyId)).timeZone);
      const question = defined({ filter: { propertyId, ...filter, arriving: day }, pageSize, pageToken });
      const page = await ask(() => listStays(temporal, connection, question));
      // Stays of a property that is no longer configured go on, and people have to find them.
      if (page.stays.length === 0) await context.property(propertyId);
      return page;
    },
  );

  scope.get(
    '/properties/:propertyId/rooms/:room',
    {
      schema: {
        operationId: 'getRoom',
        tags: ['properties'],
        summary: 'Show a room: its leases, waiting claims, and who can certainly or possibly open its door, until when',
        params: roomParams,
        response: { 200: roomViewSchema, ...refusals(401, 403, 404) },
      },
    },
    async ({ params }) => ask(() => stays.room(params)),
  );

  scope.post(
    '/properties/:propertyId/rooms/:room/force',
    {
      schema: {
        operationId: 'forceRoom',
        tags: ['properties'],
        summary: 'Give a room to a stay that claims it, even if another stay has it',
        description:
          'The stay that has the room loses its keys to it, and waits. The history of the room has the reason.',
        params: roomParams,
        headers: changeHeaders,
        body: roomForceBody,
        response: { 202: acceptedSchema, ...refusals(401, 403, 404, 422, ...BODY_REFUSALS) },
      },
    },
    async (request, reply) => {
      const { params, body } = request;
      const { keyId } = callerOn(request);
      const { propertyId, room } = params;
      const stayId = stayWorkflowId({ propertyId, reservationId: body.reservationId });
      const requestId = requestIdOf(request, body) ?? randomUUID();
      if (!claims(await ask(() => stays.room(params)), stayId)) {
        const message = `must be a reservation that claims room ${JSON.stringify(room)}; book the room for it first`;
        throw wrong({ path: 'reservationId', message });
      }
      const force = { stayId, reason: body.reason, by: authorOn(request, body) };
      const named = { ...force, requestId: ownRequestId(keyId, 'force', requestId) };
      await ask(() => stays.forceRoom({ propertyId, room }, named));
      return reply.code(202).send({ stay: stayId, message: 'force', requestId });
    },
  );
}

/** Returns true if the stay has a lease on the room, waits for it, or will have it once the room has decided. */
function claims({ leases, waiting }: RoomView, stayId: string): boolean {
  return leases.some(({ stays }) => stays.includes(stayId)) || waiting.some((claim) => claim.stayId === stayId);
}

/** Returns a day of the property's calendar as instants, from midnight to midnight in its time zone. */
function dayOf(date: string, timeZone: string): { readonly from: string; readonly to: string } {
  const next = plusMinutes(`${date}T00:00Z`, 24 * 60).slice(0, 'yyyy-mm-dd'.length);
  return { from: localInstant(date, '00:00', timeZone), to: localInstant(next, '00:00', timeZone) };
}
