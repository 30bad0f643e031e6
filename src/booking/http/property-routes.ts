/** `/v1/properties/{propertyId}/stays` and `…/rooms/{room}`: the lists for a front desk. */
import { z } from 'zod';
import { defined } from '../../domain/model/defined.js';
import { plusMinutes } from '../../domain/model/instants.js';
import { localInstant } from '../../domain/model/dates.js';
import type { ApiScope, BookingContext } from './context.js';
import { refusals } from './openapi.js';
import { propertyParams, roomParams, staysQuery, staySummarySchema } from './schemas.js';
import { listStays } from './stay-search.js';
import { roomViewSchema } from './view-schemas.js';

const stayPageSchema = z.object({
  stays: z.array(staySummarySchema),
  nextPageToken: z.string().exactOptional().describe('Absent on the last page'),
});

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
      const property = await context.property(propertyId);
      const day = arriving === undefined ? undefined : dayOf(arriving, property.timeZone);
      const question = defined({ filter: { propertyId, ...filter, arriving: day }, pageSize, pageToken });
      return ask(() => listStays(temporal, connection, question));
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
}

/** Returns a day of the property's calendar as instants, from midnight to midnight in its time zone. */
function dayOf(date: string, timeZone: string): { readonly from: string; readonly to: string } {
  const next = plusMinutes(`${date}T00:00Z`, 24 * 60).slice(0, 'yyyy-mm-dd'.length);
  return { from: localInstant(date, '00:00', timeZone), to: localInstant(next, '00:00', timeZone) };
}
