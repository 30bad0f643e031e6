/**
 * Phone access: a client session for the guest's app, or an instant key. Seam makes it for this request only. Its token or
 * link is in the answer and nowhere else: the stay records the ids, and ends it when the guest is to have no key.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { stayWorkflowId, type StayView } from '../../client.js';
import { defined } from '../../domain/model/defined.js';
import type { PhoneAccessKind } from '../../domain/model/phone-access.js';
import { instantAt, later, plusMinutes } from '../../domain/model/instants.js';
import type { Policy } from '../../domain/model/property-schema.js';
import { HttpProblem } from '../../http/problem.js';
import { named } from '../../http/schema-names.js';
import { authorOn } from './authenticate.js';
import type { ApiScope, BookingContext } from './context.js';
import { emptyBodyIsNone } from './empty-body.js';
import { BODY_REFUSALS, refusals } from './openapi.js';
import { RESERVATION_PATH } from './reservation-routes.js';
import { phoneAccessBody, guestParams } from './schemas.js';

const facts = {
  userIdentityId: z.string().describe("Seam's id of the guest"),
  expiresAt: z.string().describe('When Seam ends it, if the stay does not end it earlier'),
};

const clientSessionSchema = named(
  'ClientSession',
  z.object({ token: z.string().describe('Secret: token for the Seam SDK in the app'), ...facts }),
);

const instantKeySchema = named(
  'InstantKey',
  z.object({ url: z.string().describe('Secret: link that sets up one phone'), ...facts }),
);

/** Phone access that each policy allows. */
const ALLOWED: Readonly<Record<Policy['delivery'], PhoneAccessKind | undefined>> = {
  app: 'client-session',
  'instant-key': 'instant-key',
  none: undefined,
};

/** Shortest life of a client session in minutes, for a guest who is about to leave. */
const SHORTEST_MINUTES = 60;

/** Adds the routes that make a client session or an instant key for a guest. */
export function addPhoneAccessRoutes(scope: ApiScope, context: BookingContext): void {
  const { stays, ask } = context;

  async function make(
    request: FastifyRequest,
    params: z.output<typeof guestParams>,
    kind: PhoneAccessKind,
  ): Promise<{ readonly secret: string; readonly userIdentityId: string; readonly expiresAt: string }> {
    const { guestId, ...name } = params;
    const property = await context.property(params.propertyId);
    if (ALLOWED[property.policy.delivery] !== kind) {
      throw new HttpProblem(
        'no-phone-access',
        `the property's policy has delivery ${JSON.stringify(property.policy.delivery)}`,
      );
    }
    const { phoneAccess } = context;
    if (phoneAccess === undefined) {
      throw new HttpProblem('unavailable', 'this server has no credentials for Seam (SEAM_API_KEY)', {
        headers: { 'retry-after': '60' },
      });
    }
    const view = await ask(() => stays.view(name));
    const userIdentityId = registered(view, guestId);
    const now = instantAt(Date.now());
    const made = await phoneAccess.make(kind, property.seam.acsSystemId, {
      userIdentityId,
      userIdentifierKey: `${stayWorkflowId(name)}/${guestId}`,
      expiresAt: later(view.window?.to ?? now, plusMinutes(now, SHORTEST_MINUTES)),
    });
    const { clientSessionId, instantKeyId, secret, expiresAt } = made;
    const ids = { clientSessionId, ...defined({ instantKeyId }) };
    try {
      const until = plusMinutes(instantAt(Date.parse(expiresAt)), 1);
      const by = authorOn(request, request.body ?? {});
      await ask(() => stays.signal(name, 'phoneAccessMade', { guestId, kind, ...ids, expiresAt: until, by }));
    } catch (error) {
      // The caller never gets this link. A session may be one that the guest's app has already, so it stays.
      if (kind === 'instant-key') await phoneAccess.end(property.seam.acsSystemId, ids);
      throw error;
    }
    return { secret, userIdentityId, expiresAt };
  }

  const answers = refusals(401, 403, 404, 409, 422, 502, ...BODY_REFUSALS);

  scope.post(
    `${RESERVATION_PATH}/guests/:guestId/client-session`,
    {
      preValidation: emptyBodyIsNone,
      schema: {
        operationId: 'openClientSession',
        tags: ['guests'],
        summary: "Open a client session for the guest's app",
        description:
          'For a property with the policy `delivery: app`. The token is a secret. The same session is returned while it lasts; the stay ends it when the guest is to have no key.',
        params: guestParams,
        body: phoneAccessBody,
        response: { 200: clientSessionSchema, ...answers },
      },
    },
    async (request, reply) => {
      const { secret: token, ...facts } = await make(request, request.params, 'client-session');
      return notStored(reply).send({ token, ...facts });
    },
  );

  scope.post(
    `${RESERVATION_PATH}/guests/:guestId/instant-key`,
    {
      preValidation: emptyBodyIsNone,
      schema: {
        operationId: 'makeInstantKey',
        tags: ['guests'],
        summary: 'Make an instant key: a link that sets up one phone of the guest',
        description:
          'For a property with the policy `delivery: instant-key`. The link is a secret: send it to the guest only. Each call makes a new one; the stay ends them when the guest is to have no key.',
        params: guestParams,
        body: phoneAccessBody,
        response: { 200: instantKeySchema, ...answers },
      },
    },
    async (request, reply) => {
      const { secret: url, ...facts } = await make(request, request.params, 'instant-key');
      return notStored(reply).send({ url, ...facts });
    },
  );
}

function notStored<Reply extends Pick<FastifyReply, 'header'>>(reply: Reply): Reply {
  reply.header('cache-control', 'no-store');
  return reply;
}

/** Returns Seam's id of the guest. @throws HttpProblem if there is no such guest, or they get no phone access now */
function registered(view: StayView, guestId: string): string {
  const guest = view.guests.find((one) => one.guestId === guestId);
  if (guest === undefined) throw new HttpProblem('not-found', 'the stay has no guest with this guestId');
  const { userIdentityId, noPhoneAccess } = guest;
  if (noPhoneAccess !== undefined || userIdentityId === undefined) {
    throw new HttpProblem('no-phone-access', noPhoneAccess ?? 'the guest is not registered at Seam yet');
  }
  return userIdentityId;
}
