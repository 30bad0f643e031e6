/** A hotel behind the HTTP API: the real Temporal server and workers, and the server's routes in this process. */
import { Connection, type Client } from '@temporalio/client';
import type { ApiKeyRecord } from '../../../../src/booking/http/api-keys.js';
import { bookingApi, collectRoutes, fixedApiKeys, makeApiKey } from '../../../../src/booking/http/index.js';
import { createLog } from '../../../../src/log.js';
import { fixedProperties } from '../../../../src/property-file.js';
import { createHttpServer } from '../../../../src/http/server.js';
import { addMetrics } from '../../../../src/http/metrics.js';
import { defined } from '../../../../src/domain/model/defined.js';
import type { SeamConfig } from '../../../../src/config/process-variables.js';
import { openPhoneAccess } from '../../../../src/server/phone-access.js';
import { propertySchema, type Policy, type Property } from '../../../../src/domain/model/property-schema.js';
import { waitUntil } from '../../../harness/wait-until.js';
import { openStayWorld, PROPERTY_ID, type StayWorld, type StayWorldOptions } from '../../../harness/stay-world.js';

export const OTHER_PROPERTY_ID = 'forest';
export const WEB_UI = 'http://127.0.0.1:8233';

/** The server's routes in this process. */
export interface Api {
  readonly url: string;
  /** Keys as callers send them. `writer` and `reader` are for `seaside`. */
  readonly keys: Readonly<Record<'writer' | 'reader' | 'other' | 'expired' | 'all' | 'decoder', string>>;
  /** Calls the API. Without `key`, the writer's key is sent; with null, no key. */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Called>;
  /** The server's log so far. */
  logged(): string;
  stop(): Promise<void>;
}

/** The server's routes with a hotel behind them. */
export interface ApiWorld extends Api {
  readonly hotel: StayWorld;
}

export interface CallOptions {
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface Called {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests look into JSON that has no type
}

export interface ApiWorldOptions extends StayWorldOptions {
  /** Policy of the server's properties; the default one if absent. */
  readonly delivery?: Policy['delivery'];
  readonly requestsPerMinute?: number;
}

const RIGHTS = {
  writer: { keyId: 'writer', properties: [PROPERTY_ID], access: 'write' },
  reader: { keyId: 'reader', properties: [PROPERTY_ID], access: 'read' },
  other: { keyId: 'other', properties: [OTHER_PROPERTY_ID], access: 'write' },
  expired: { keyId: 'expired', properties: [PROPERTY_ID], access: 'write', expiresAt: '2026-01-01T00:00Z' },
  all: { keyId: 'all', properties: 'all', access: 'write' },
  decoder: { keyId: 'decoder', properties: 'all', access: 'decode' },
} as const;

export async function openApiWorld({
  requestsPerMinute,
  delivery,
  ...options
}: ApiWorldOptions = {}): Promise<ApiWorld> {
  const hotel = await openStayWorld({ server: 'dev', properties: { [OTHER_PROPERTY_ID]: {} }, ...options });
  const { connection } = hotel.temporal;
  if (!(connection instanceof Connection)) throw new Error('The API speaks to Temporal by a connection of its own');
  const api = await openApi({
    temporal: hotel.temporal,
    connection,
    seam: { endpoint: hotel.simulator.url, auth: { kind: 'api-key', apiKey: hotel.simulator.apiKey } },
    ...defined({ requestsPerMinute, delivery }),
  });
  return {
    ...api,
    hotel,
    call: repeating(api.call),
    async stop() {
      await api.stop();
      await hotel.stop();
    },
  };
}

/**
 * Sends a request again while the server answers that no worker does, as that answer asks for: on a busy machine it says nothing of the
 * stay.
 */
function repeating(call: Api['call']): Api['call'] {
  return (...request) =>
    waitUntil(
      async () => {
        const answer = await call(...request);
        const isWorkerBusy = answer.status === 503 && String(answer.body.detail).startsWith('no worker answers');
        return isWorkerBusy ? undefined : answer;
      },
      { timeout: 120_000 },
    );
}

export interface ApiOptions {
  readonly temporal: Client;
  readonly connection: Connection;
  readonly requestsPerMinute?: number;
  readonly seam?: SeamConfig;
  readonly delivery?: Policy['delivery'];
}

/** Makes the keys that callers send, and the records that the server holds of them. */
export function makeKeys(): { readonly keys: Api['keys']; readonly records: readonly ApiKeyRecord[] } {
  const made = Object.entries(RIGHTS).map(([name, { ...rights }]) => {
    const properties = typeof rights.properties === 'string' ? rights.properties : [...rights.properties];
    return [name, makeApiKey({ ...rights, properties })] as const;
  });
  return {
    keys: Object.fromEntries(made.map(([name, { key }]) => [name, key])) as Api['keys'],
    records: made.map(([, { record }]) => record),
  };
}

/** @param usual the key that is sent if a call names no other key */
export function callerAt(url: string, usual: string): Api['call'] {
  return async (method, path, body, { key = usual, headers = {}, signal } = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
}

export async function openApi({
  temporal,
  connection,
  requestsPerMinute = 100_000,
  seam,
  delivery,
}: ApiOptions): Promise<Api> {
  const { keys, records } = makeKeys();
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => void lines.push(line) });
  const onError = (error: unknown): void => log.error({ error }, 'a request failed');
  const server = createHttpServer({ whyNotReady: async () => undefined, report: () => ({}), onError });
  addMetrics(server.app);
  await collectRoutes(server.app);
  await server.app.register(
    bookingApi({
      temporal,
      connection,
      properties: fixedProperties(
        PROPERTIES.map((one) => ({ ...one, policy: { ...one.policy, ...defined({ delivery }) } })),
      ),
      ...defined({ phoneAccess: seam === undefined ? undefined : openPhoneAccess(seam, log) }),
      keys: fixedApiKeys(records),
      requestsPerMinute,
      webUiUrl: WEB_UI,
      onError,
      log,
    }),
  );
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    keys,
    call: callerAt(url, keys.writer),
    logged: () => lines.join(''),
    stop: () => server.drain(),
  };
}

/** Property of the HTTP server; in Berlin, so that dates have to be converted. */
function propertyIn(propertyId: string): Property {
  const seam = { acsSystemId: 'system', credentialManagerAcsSystemId: 'manager' };
  return propertySchema.parse({ propertyId, name: propertyId, timeZone: 'Europe/Berlin', seam });
}

/** Properties of the hotel, as the HTTP server has them. */
export const PROPERTIES: readonly Property[] = [PROPERTY_ID, OTHER_PROPERTY_ID].map(propertyIn);
