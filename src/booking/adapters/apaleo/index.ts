/**
 * Adapter of apaleo (`docs/booking-apaleo.md`): webhooks that name a reservation, OAuth client credentials, reads of
 * one reservation from the Booking API, and a sweep of changes.
 * Source: apaleo.dev, guides on webhooks, and the models of the Booking API v1.
 */
import { z } from 'zod';
import { defined } from '../../../domain/model/defined.js';
import type { StayName } from '../../../domain/model/ids.js';
import { idSchema } from '../../../domain/model/snapshot-schema.js';
import { defineAdapter, type Delivery, type Reading } from '../../ingress/adapter.js';
import { openGuard } from '../../ingress/guard.js';
import { openBookingHttp, unreadable } from '../../ingress/http.js';
import { baseUrlSchema, guardSchema, secretNameSchema } from '../../ingress/settings.js';
import { endOf, mappingSettings, openApaleoMapping, reservationSchema, SOURCE_FIELDS } from './mapping.js';
import { openAccessTokens } from '../parts/access-token.js';
import { openGuestIds } from '../parts/guest-ids.js';
import { jsonIn } from '../parts/json.js';
import { toTheSecond } from '../parts/times.js';

const settingsSchema = z.strictObject({
  clientId: z.string({ error: 'must be the client id of your app at apaleo' }).min(1, 'must not be empty'),
  clientSecret: secretNameSchema,
  apiUrl: baseUrlSchema.default('https://api.apaleo.com'),
  tokenUrl: baseUrlSchema.default('https://identity.apaleo.com/connect/token'),
  webhook: guardSchema,
  /** Secret that guest ids are derived with; apaleo has no ids for guests. */
  guestIdSecret: secretNameSchema,
  ...mappingSettings,
});

const GET_RESERVATION = 'GET reservation';
const SCOPE = 'reservations.read';
const PAGE_SIZE = 100;

const eventSchema = z.looseObject({
  topic: z.string(),
  type: z.string(),
  propertyId: z.string().optional(),
  data: z.looseObject({ entityId: idSchema.optional() }).optional(),
});

const pageSchema = z.preprocess(
  // An empty result is a 204 without a body.
  (answer) => (answer === '' ? { reservations: [] } : answer),
  z.object({ reservations: z.array(z.object({ id: idSchema, modified: z.iso.datetime({ offset: true }) })) }),
);

const cursorSchema = z.object({ from: z.string(), page: z.int().positive() });

export const apaleo = defineAdapter({
  system: 'apaleo',
  settings: settingsSchema,
  open({ settings, properties, secret }) {
    const gatekeeper = openGuard(settings.webhook, secret);
    const http = openBookingHttp({ baseUrl: settings.apiUrl });
    const tokens = openAccessTokens({
      tokenUrl: settings.tokenUrl,
      clientId: settings.clientId,
      clientSecret: secret(settings.clientSecret),
      scope: SCOPE,
    });
    const guestIds = openGuestIds(secret(settings.guestIdSecret));
    const toSnapshot = openApaleoMapping(settings, guestIds);
    const externalIds = new Map(properties.map(({ propertyId, externalId }) => [propertyId, externalId]));
    const propertyIds = new Map(properties.map(({ propertyId, externalId }) => [externalId, propertyId]));

    return {
      sourceFields: SOURCE_FIELDS,
      webhook: { read: (delivery) => gatekeeper(delivery) ?? readEvent(delivery, propertyIds) },

      async fetchReservation(name, call) {
        const answer = await tokens.authorized((authorization) =>
          http.find({
            ...call,
            operation: GET_RESERVATION,
            path: `/booking/v1/reservations/${encodeURIComponent(name.reservationId)}`,
            query: { expand: 'assignedUnits' },
            headers: { authorization },
            answer: z.unknown(),
          }),
        );
        if (answer === undefined) return { kind: 'gone' };
        const externalId = externalIds.get(name.propertyId);
        const { data: reservation, error } = reservationSchema.safeParse(answer);
        if (reservation === undefined) {
          const end = endOf(name, answer, externalId);
          if (end === undefined) throw unreadable(GET_RESERVATION, error);
          return end;
        }
        if (reservation.property.id !== externalId) {
          return { kind: 'ignored', why: 'it belongs to another property' };
        }
        const fetched = toSnapshot(name, reservation);
        return fetched.kind === 'ignored' ? (endOf(name, reservation, externalId) ?? fetched) : fetched;
      },

      async changedSince({ propertyId, since, cursor }, call) {
        const place =
          cursor === undefined
            ? { from: toTheSecond(Date.parse(since)), page: 1 }
            : cursorSchema.parse(JSON.parse(cursor));
        const { reservations } = await tokens.authorized((authorization) =>
          http.send({
            ...call,
            operation: 'GET reservations modified',
            path: '/booking/v1/reservations',
            query: {
              propertyIds: externalIds.get(propertyId) ?? propertyId,
              dateFilter: 'Modification',
              from: place.from,
              sort: 'updated:asc',
              pageNumber: place.page,
              pageSize: PAGE_SIZE,
            },
            headers: { authorization },
            answer: pageSchema,
          }),
        );
        const next = nextPlace(place, reservations);
        return {
          reservations: reservations.map(({ id }) => ({ propertyId, reservationId: id })),
          ...defined({ next: next && JSON.stringify(next) }),
        };
      },
    };
  },
});

/**
 * Returns the reading of one event; never throws. Whatever its type, an event only says that a reservation may have
 * changed.
 */
function readEvent({ body }: Delivery, propertyIds: ReadonlyMap<string, string>): Reading {
  const text = body.toString('utf8');
  if (text.trim() === '') return { kind: 'alive' };
  const event = jsonIn(text);
  if (event === undefined) return { kind: 'unreadable', fields: ['the whole body'] };
  const read = eventSchema.safeParse(event);
  if (!read.success) return { kind: 'unreadable', fields: read.error.issues.map(({ path }) => path.join('.')) };
  const { topic, type, propertyId, data } = read.data;
  if (topic.toLowerCase() === 'system' && type.toLowerCase() === 'healthcheck') return { kind: 'alive' };
  const ours = propertyId === undefined ? undefined : propertyIds.get(propertyId);
  if (topic.toLowerCase() !== 'reservation' || ours === undefined || data?.entityId === undefined) {
    return { kind: 'changed', reservations: [], ignored: 1 };
  }
  const reservation: StayName = { propertyId: ours, reservationId: data.entityId };
  return { kind: 'changed', reservations: [reservation], ignored: 0 };
}

/**
 * Returns the start of the next page, or undefined after the last one. Pages restart at the last modification time
 * seen. A reservation modified meanwhile moves to the end of the list, so counting pages would skip the one that moves
 * up.
 */
function nextPlace(
  place: z.infer<typeof cursorSchema>,
  reservations: z.infer<typeof pageSchema>['reservations'],
): z.infer<typeof cursorSchema> | undefined {
  const last = reservations.at(-1);
  if (last === undefined || reservations.length < PAGE_SIZE) return undefined;
  const isFurther = Date.parse(last.modified) > Date.parse(place.from);
  return isFurther ? { from: last.modified, page: 1 } : { from: place.from, page: place.page + 1 };
}
