/** Erasure of a guest's data on request. */
import type { ApiScope, BookingContext } from './context.js';
import { emptyBodyIsNone } from './empty-body.js';
import { BODY_REFUSALS, refusals } from './openapi.js';
import { RESERVATION_PATH } from './reservation-routes.js';
import { erasureBody, guestParams } from './schemas.js';
import { erasureSchema } from './view-schemas.js';

/** Adds the route that erases a guest. */
export function addErasureRoutes(scope: ApiScope, { property, stays, ask }: BookingContext): void {
  scope.post(
    `${RESERVATION_PATH}/guests/:guestId/erase`,
    {
      preValidation: emptyBodyIsNone,
      schema: {
        operationId: 'eraseGuest',
        tags: ['reservations'],
        summary: 'Erase a guest, once the stay has ended',
        description:
          'Deletes the guest at Seam and the histories of the stay. Returns what was done, with ids only: keep it as your audit record. Refused, and nothing is erased, while the stay or another stay of the guest is open, or one of their keys is live. A retry returns the same answer.',
        params: guestParams,
        body: erasureBody,
        response: { 200: erasureSchema, ...refusals(401, 403, 404, 409, 422, ...BODY_REFUSALS) },
      },
    },
    async ({ params, body }) => {
      await property(params.propertyId);
      return ask(() => stays.eraseGuest({ ...params, ...body }));
    },
  );
}
