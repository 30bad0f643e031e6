/** What the routes of the booking API need. */
import type { Client, Connection } from '@temporalio/client';
import type { FastifyBaseLogger, FastifyInstance, FastifyTypeProvider, RawServerDefault } from 'fastify';
import type { z } from 'zod';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createStayClient, stayWorkflowId, type StayClient, type StayName } from '../../client.js';
import type { Properties } from '../../property-file.js';
import { HttpProblem } from '../../http/problem.js';
import type { Property } from '../../domain/model/property-schema.js';
import { askingTemporal, type AskTemporal } from './temporal-call.js';
import type { DeepReadonly } from './view-schemas.js';

/** As that of `fastify-type-provider-zod`, for answers that nobody writes to. */
export interface ApiTypes extends FastifyTypeProvider {
  readonly validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown;
  readonly serializer: this['schema'] extends z.ZodType ? DeepReadonly<z.output<this['schema']>> : unknown;
}

/** A scope of the server whose schemas are zod's. */
export type ApiScope = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ApiTypes>;

export interface BookingOptions {
  readonly temporal: Client;
  readonly connection: Connection;
  /** The properties that bookings may be for. */
  readonly properties: Properties;
  /** Root of Temporal Web UI, for links; absent: views have none. */
  readonly webUiUrl?: string;
}

export interface BookingContext extends BookingOptions {
  readonly stays: StayClient;
  readonly ask: AskTemporal;
  /** @throws HttpProblem `not-found` */
  property(propertyId: string): Promise<Property>;
  /** Where a person sees the stay. */
  webUiOf(name: StayName): string | undefined;
}

export function bookingContext(options: BookingOptions): BookingContext {
  const { temporal, connection, properties, webUiUrl } = options;
  return {
    ...options,
    stays: createStayClient(temporal),
    ask: askingTemporal(connection),
    async property(propertyId) {
      const property = await properties.find(propertyId);
      if (property === undefined) throw new HttpProblem('not-found', 'there is no such property');
      return property;
    },
    webUiOf(name) {
      if (webUiUrl === undefined) return undefined;
      const { namespace } = temporal.options;
      const path = `namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(stayWorkflowId(name))}`;
      return `${webUiUrl.replace(/\/+$/, '')}/${path}`;
    },
  };
}
