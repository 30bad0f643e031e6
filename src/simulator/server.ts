/** Simulator over HTTP: Seam's API, and the control API `/_sim/*` (docs/simulator.md). */
import fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { defined } from '../domain/model/defined.js';
import { propertySchema, type Property } from '../domain/model/property-schema.js';
import { answerCall, type CallSite, type ObservedAnswer } from './api/call.js';
import { runningClock, type HotelClock } from './hotel/clock.js';
import { addControlRoutes } from './control/routes.js';
import { addInstantKeyPages } from './control/instant-key-pages.js';
import { createFaultBook } from './control/faults.js';
import { PUBLISHED_ENDPOINTS } from './api/published.js';
import { createRateLimit } from './api/rate-limit.js';
import { routes, verbsOf } from './api/routes.js';
import { createSimulatedHotel, type SimulatedHotel } from './hotel/hotel.js';
import { invalidBody, SeamError } from './api/seam-error.js';
import type { Switches } from './control/switches.js';
import { createWebhooks, type Webhooks } from './api/webhooks.js';
import { roomNames, savedWorld } from './hotel/world.js';
import { openStateFile, readState, type SavedState } from './state-file.js';

export interface SimulatorOptions {
  /** 0 lets the operating system pick a free port. */
  readonly port: number;
  /** Default: loopback only. */
  readonly host?: string;
  /** Number of guest rooms, or their names. Default: those of the state file, otherwise 40. */
  readonly rooms?: number | readonly string[];
  /** Default: a settable clock that follows real time. */
  readonly clock?: HotelClock;
  /** Latency from Seam to the provider and the phones, in milliseconds of real time. Default: 300. */
  readonly providerLatencyMs?: number;
  /** Calls a second that Seam accepts; the others get 429. Default: all. */
  readonly callsPerSecond?: number;
  readonly switches?: Partial<Switches>;
  /** Default: the key of the state file, otherwise a new key at every start. */
  readonly apiKey?: string;
  /** File that keeps the state, so that a later start continues with it. Default: the state is in memory only. */
  readonly stateFile?: string;
  readonly propertyId?: string;
  readonly timeZone?: string;
  /** Webhook for every event, created at start, with a secret that its receiver already has. */
  readonly webhook?: { readonly url: string; readonly secret: string };
  /** Waits before each retry of a webhook, in milliseconds of real time. */
  readonly webhookRetryWaits?: readonly number[];
  /** Runs on every incoming call to Seam's API, before any fault. */
  readonly onCall?: (path: string) => void;
  /** Receives every answer of Seam's API before it is sent, including those that a fault then drops. */
  readonly onAnswer?: (answer: ObservedAnswer) => void;
}

export interface Simulator {
  readonly url: string;
  readonly apiKey: string;
  readonly personalAccessToken: string;
  readonly workspaceId: string;
  readonly acsSystemId: string;
  readonly credentialManagerAcsSystemId: string;
  /** Entry of this hotel in a property configuration file. */
  readonly property: Property;
  /** Same hotel, in process. */
  readonly hotel: SimulatedHotel;
  close(): Promise<void>;
}

const PROVIDER_LATENCY_MS = 300;

/** Starts the simulator. Rejects if the port is taken. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const saved = options.stateFile === undefined ? undefined : readState(options.stateFile);
  if (saved !== undefined) needsSameRooms(saved, options);
  const hotel = createSimulatedHotel(
    {
      clock: options.clock ?? runningClock(saved?.clockAheadMs),
      rooms: roomsOf(options.rooms ?? 40),
      pace: { kind: 'real-time', latencyMs: options.providerLatencyMs ?? PROVIDER_LATENCY_MS },
      ...defined({ switches: options.switches, timeZone: options.timeZone }),
    },
    saved?.hotel,
  );
  const closing = new AbortController();
  let beforeAnswer: () => void = () => undefined;
  const faults = createFaultBook(hotel, saved?.faults);
  const webhooks = createWebhooks(hotel.world, options.webhookRetryWaits, saved?.webhooks);
  if (options.webhook !== undefined && !hasWebhook(webhooks, options.webhook))
    webhooks.create({ url: options.webhook.url }, options.webhook.secret);
  const tokens = {
    apiKey: options.apiKey ?? saved?.tokens.apiKey ?? `seam_test_${randomBytes(12).toString('hex')}`,
    personalAccessToken: saved?.tokens.personalAccessToken ?? `seam_at_${randomBytes(12).toString('hex')}`,
  };
  const collect = (): SavedState => ({
    version: 1,
    clockAheadMs: hotel.now() - Date.now(),
    tokens,
    hotel: savedWorld(hotel.world),
    faults: faults.saved(),
    webhooks: webhooks.saved(),
  });
  const app = fastify({ forceCloseConnections: true });
  speakLikeSeam(app);
  app.addHook('onSend', async () => beforeAnswer());
  const { onCall = () => undefined, onAnswer = () => undefined } = options;
  const limit = createRateLimit(options.callsPerSecond);
  addSeamApi(app, { hotel, webhooks, faults, limit, closing: closing.signal, onCall, onAnswer }, tokens);
  addControlRoutes(app, hotel, faults);
  addInstantKeyPages(app, hotel);
  const url = await app.listen({ port: options.port, host: options.host ?? '127.0.0.1' });
  hotel.world.address = url;
  // Opened once the port is taken: a second simulator by mistake never writes to the file of the first.
  const stateFile = options.stateFile === undefined ? undefined : openStateFile(options.stateFile, collect);
  hotel.world.journal.onEntry(() => stateFile?.changed());
  beforeAnswer = () => stateFile?.save();
  return {
    url,
    ...tokens,
    workspaceId: hotel.world.workspaceId,
    acsSystemId: hotel.world.acsSystemId,
    credentialManagerAcsSystemId: hotel.world.credentialManagerAcsSystemId,
    property: propertyOf(hotel, options.propertyId ?? 'simulated-hotel'),
    hotel,
    async close() {
      stateFile?.close();
      beforeAnswer = () => undefined;
      closing.abort();
      webhooks.close();
      faults.clear();
      hotel.close();
      await app.close();
    },
  };
}

function roomsOf(rooms: number | readonly string[]): readonly string[] {
  return typeof rooms === 'number' ? roomNames(rooms) : rooms;
}

/** @throws Error if the state file holds a hotel with other rooms than those requested */
function needsSameRooms(saved: SavedState, { rooms, stateFile }: SimulatorOptions): void {
  if (rooms === undefined) return;
  const known = [...saved.hotel.data.doors.values()]
    .filter((door) => door.category === 'guest' && door.removedAt === undefined)
    .sort((a, b) => a.position - b.position);
  const asked = roomsOf(rooms);
  if (known.length === asked.length && known.every((door, index) => door.name === asked[index])) return;
  throw new Error(`${stateFile} holds a hotel with other rooms (${known.length}); a new hotel needs a new file`);
}

function hasWebhook(webhooks: Webhooks, { url, secret }: { readonly url: string; readonly secret: string }): boolean {
  return webhooks.list().some((webhook) => webhook.url === url && webhook.secret === secret);
}

function propertyOf({ world }: SimulatedHotel, propertyId: string): Property {
  return propertySchema.parse({
    propertyId,
    name: world.name,
    timeZone: world.timeZone,
    seam: {
      acsSystemId: world.acsSystemId,
      credentialManagerAcsSystemId: world.credentialManagerAcsSystemId,
    },
    // The simulated hotel has no app.
    policy: { delivery: 'instant-key' },
  });
}

interface Tokens {
  readonly apiKey: string;
  readonly personalAccessToken: string;
}

function addSeamApi(app: FastifyInstance, site: CallSite, tokens: Tokens): void {
  for (const route of routes) {
    app.route({
      method: [...route.verbs],
      url: route.path,
      onRequest: async (request) => authenticate(request, tokens, site.hotel.world.workspaceId),
      handler: (request, reply) => answerCall(site, route, request, reply),
    });
  }
  const served = new Set(routes.map(({ path }) => path));
  for (const path of Object.keys(PUBLISHED_ENDPOINTS).filter((published) => !served.has(published))) {
    app.route({
      method: [...verbsOf(path)],
      url: path,
      onRequest: async (request) => authenticate(request, tokens, site.hotel.world.workspaceId),
      handler: () => {
        throw new SeamError(501, 'not_simulated', `Seam has this, the simulator does not: ${path}`);
      },
    });
  }
}

/**
 * Checks the token. An API key belongs to one workspace; a personal access token needs the workspace header.
 * @throws `SeamError` 401 for an unknown token or a missing workspace.
 */
function authenticate(request: FastifyRequest, tokens: Tokens, workspaceId: string): void {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (token === tokens.apiKey) return;
  if (token !== tokens.personalAccessToken) throw new SeamError(401, 'unauthorized', 'Unknown or missing token');
  if (request.headers['seam-workspace'] !== workspaceId) {
    throw new SeamError(401, 'unauthorized', 'A personal access token needs the header seam-workspace');
  }
}

/** Sets up bodies, errors and request ids as in Seam's API. */
function speakLikeSeam(app: FastifyInstance): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('seam-request-id', randomUUID());
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(String(body)));
    } catch {
      done(new SeamError(400, 'invalid_input', 'The body is not JSON'));
    }
  });
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') done(null, undefined);
    else done(new SeamError(400, 'invalid_content_type', 'The body must be application/json'));
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const verbs = verbsOf(path);
    if (verbs.length === 0) throw new SeamError(404, 'not_found', `Seam has no ${path}`);
    reply.header('allow', verbs.join(', '));
    throw new SeamError(405, 'method_not_allowed', `${path} takes ${verbs.join(', ')}, not ${request.method}`);
  });
  app.setErrorHandler((error: FastifyError | SeamError | z.ZodError, _request, reply) => {
    const answer = asSeamError(error);
    return reply.code(answer.status).send(errorBody(answer));
  });
}

function asSeamError(error: FastifyError | SeamError | z.ZodError): SeamError {
  if (error instanceof SeamError) return error;
  if (error instanceof z.ZodError) return invalidBody(error);
  const status = error.statusCode ?? 500;
  return new SeamError(status, status < 500 ? 'invalid_input' : 'internal_server_error', error.message);
}

function errorBody(error: SeamError): Readonly<Record<string, unknown>> {
  const { type, message, validationErrors } = error;
  return {
    error: defined({ type, message, validation_errors: validationErrors }),
    ok: false,
  };
}
