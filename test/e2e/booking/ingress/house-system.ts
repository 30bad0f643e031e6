/**
 * A booking system of no particular vendor, and its adapter, with the minimum of an adapter: a token in the path, one fetch, one listing.
 * It tests what all systems have in common. It can be down, lag behind its own events, and lose reservations.
 */
import fastify from 'fastify';
import { z } from 'zod';
import { defineAdapter } from '../../../../src/booking/ingress/adapter.js';
import { openGuard } from '../../../../src/booking/ingress/guard.js';
import { openBookingHttp } from '../../../../src/booking/ingress/http.js';
import { baseUrlSchema, guardSchema } from '../../../../src/booking/ingress/settings.js';
import type { StaySnapshotInput } from '../../../../src/domain/model/snapshot-schema.js';
import { addTrouble, type Trouble } from '../trouble.js';

/** A reservation as the house system keeps it: a snapshot without the revision, which is the time of its last change. */
export type HouseReservation = Omit<StaySnapshotInput, 'revision'>;

export interface HouseSystem {
  readonly url: string;
  readonly trouble: Trouble;
  /** Creates or changes a reservation, without sending an event. */
  save(reservation: HouseReservation): void;
  remove(reservationId: string): void;
  /** Makes reads of single reservations return the state before the last change; `false` ends that. */
  lag(lags: boolean): void;
  /** Returns how many single reservations and pages of the listing have been read. */
  reads(): { readonly reservations: number; readonly pages: number };
  close(): Promise<void>;
}

interface Version {
  readonly modified: string;
  readonly reservation: HouseReservation;
}

const PAGE = 40;

export async function startHouseSystem(): Promise<HouseSystem> {
  const app = fastify();
  const trouble = addTrouble(app);
  const versions = new Map<string, Version[]>();
  const reads = { reservations: 0, pages: 0 };
  let lags = false;
  let clock = 0;

  app.get<{ Params: { id: string } }>('/reservations/:id', async (request, reply) => {
    reads.reservations += 1;
    const found = versions.get(request.params.id)?.at(lags ? -2 : -1);
    return found === undefined ? reply.code(404).send({}) : found;
  });
  app.get<{ Querystring: { since: string; from: string } }>('/reservations', async (request) => {
    reads.pages += 1;
    const from = Number(request.query.from);
    const changed = [...versions].filter(([, all]) => (all.at(-1)?.modified ?? '') >= request.query.since);
    const ids = changed.slice(from, from + PAGE).map(([id]) => id);
    return { ids, ...(from + PAGE < changed.length ? { next: String(from + PAGE) } : {}) };
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });

  return {
    url,
    trouble,
    save(reservation) {
      // Every change gets a millisecond of its own, however fast changes follow each other.
      clock = Math.max(clock + 1, Date.now());
      const known = versions.get(reservation.reservationId) ?? [];
      versions.set(reservation.reservationId, [...known, { modified: new Date(clock).toISOString(), reservation }]);
    },
    remove: (reservationId) => void versions.delete(reservationId),
    lag(desired) {
      lags = desired;
    },
    reads: () => ({ ...reads }),
    close: () => app.close(),
  };
}

const versionSchema = z.object({ modified: z.string(), reservation: z.custom<HouseReservation>() });
const pageSchema = z.object({ ids: z.array(z.string()), next: z.string().optional() });
const eventSchema = z.object({ property: z.string(), reservations: z.array(z.string()) });

export const house = defineAdapter({
  system: 'house',
  settings: z.strictObject({ baseUrl: baseUrlSchema, guard: guardSchema }),
  open({ settings, properties, secret }) {
    const http = openBookingHttp({ baseUrl: settings.baseUrl, timeoutMs: 2_000 });
    const judge = openGuard(settings.guard, secret);
    return {
      webhook: {
        read(delivery) {
          const turnedAway = judge(delivery);
          if (turnedAway !== undefined) return turnedAway;
          if (delivery.body.length === 0) return { kind: 'alive' };
          const event = eventSchema.safeParse(jsonOf(delivery.body));
          if (!event.success)
            return { kind: 'unreadable', fields: event.error.issues.map(({ path }) => path.join('.')) };
          const { property, reservations } = event.data;
          const known = properties.find(({ externalId }) => externalId === property);
          if (known === undefined) return { kind: 'changed', reservations: [], ignored: reservations.length };
          const names = reservations.map((reservationId) => ({ propertyId: known.propertyId, reservationId }));
          return { kind: 'changed', reservations: names, ignored: 0 };
        },
      },
      async fetchReservation({ reservationId }, { signal }) {
        const path = `/reservations/${encodeURIComponent(reservationId)}`;
        const found = await http.find({ operation: 'GET reservation', path, answer: versionSchema, signal });
        if (found === undefined) return { kind: 'gone' };
        return { kind: 'found', snapshots: [{ ...found.reservation, revision: found.modified }] };
      },
      async changedSince({ propertyId, since, cursor = '0' }, { signal }) {
        const query = { since, from: cursor };
        const page = await http.send({
          operation: 'GET changes',
          path: '/reservations',
          query,
          answer: pageSchema,
          signal,
        });
        const reservations = page.ids.map((reservationId) => ({ propertyId, reservationId }));
        return { reservations, ...(page.next === undefined ? {} : { next: page.next }) };
      },
    };
  },
});

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
