/** Shared context of the booking API's routes. */
import type { Client, Connection } from '@temporalio/client';
import type { FastifyBaseLogger, FastifyInstance, FastifyTypeProvider, RawServerDefault } from 'fastify';
import type { z } from 'zod';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createStayClient, stayWorkflowId, type StayClient, type StayName } from '../../client.js';
import type { Properties } from '../../property-file.js';
import { HttpProblem } from '../../http/problem.js';
import type { PhoneAccess, PhoneAccessKind } from '../../domain/model/phone-access.js';
import type { Instant } from '../../domain/model/instants.js';
import type { Property } from '../../domain/model/property-schema.js';
import { namingFailingStays } from './failing-stays.js';
import { askingTemporal, type AskTemporal } from './temporal-call.js';
import type { DeepReadonly } from './view-schemas.js';

/** Type provider like that of `fastify-type-provider-zod`, but with read-only responses. */
export interface ApiTypes extends FastifyTypeProvider {
  readonly validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown;
  readonly serializer: this['schema'] extends z.ZodType ? DeepReadonly<z.output<this['schema']>> : unknown;
}

/** Scope of the server whose route schemas are zod schemas. */
export type ApiScope = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ApiTypes>;

/** Guest whose phone is to get access. */
export interface PhoneAccessRequest {
  readonly userIdentityId: string;
  /** Same for every session of the guest in this stay. */
  readonly userIdentifierKey: string;
  readonly expiresAt: Instant;
}

/** Phone access with its secret, a token or a link. */
export interface MadePhoneAccess extends Pick<PhoneAccess, 'clientSessionId' | 'instantKeyId'> {
  readonly secret: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

/** Phone access at Seam. */
export interface PhoneAccessAtSeam {
  /** @throws HttpProblem `unavailable` if Seam does not answer, `seam-refused` if it refuses */
  make(kind: PhoneAccessKind, acsSystemId: string, request: PhoneAccessRequest): Promise<MadePhoneAccess>;
  /** Never throws: a failure is logged. */
  end(acsSystemId: string, ids: Pick<PhoneAccess, 'clientSessionId' | 'instantKeyId'>): Promise<void>;
}

export interface BookingOptions {
  readonly temporal: Client;
  readonly connection: Connection;
  /** Properties that accept bookings. */
  readonly properties: Properties;
  /** Absent: the server has no credentials for Seam, and gives no phone access. */
  readonly phoneAccess?: PhoneAccessAtSeam;
  /** Root URL of Temporal Web UI; absent: views have no link. */
  readonly webUiUrl?: string;
}

export interface BookingContext extends BookingOptions {
  readonly stays: StayClient;
  readonly ask: AskTemporal;
  /** Returns the property. @throws HttpProblem `not-found` */
  property(propertyId: string): Promise<Property>;
  /** Returns the link to the stay in Temporal Web UI; undefined without `webUiUrl`. */
  webUiOf(name: StayName): string | undefined;
}

/** Returns the context that the routes share. */
export function bookingContext(options: BookingOptions): BookingContext {
  const { temporal, connection, properties, webUiUrl } = options;
  return {
    ...options,
    stays: namingFailingStays(temporal, createStayClient(temporal)),
    ask: askingTemporal(connection),
    async property(propertyId) {
      const property = await properties.find(propertyId);
      if (property === undefined) throw new HttpProblem('not-found', 'there is no property with this propertyId');
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
