/**
 * HTTP server of the process `src/server.ts`: limits, health and shutdown. Its routes come from HTTP modules
 * (`server/modules.ts`), each a separate plugin.
 */
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import fastify, { type ConnectionError, type FastifyInstance } from 'fastify';
import { answerProblems, HttpProblem, sendProblem, writeProblem } from './problem.js';

/** Body limit, far above the size of any event or reservation. */
const MOST_BODY_BYTES = 256 * 1024;
/** Time limit for receiving a request; legitimate clients are faster. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Interval at which Node checks for slow requests. */
const CHECK_MS = 1_000;
/** Longer than the keep-alive time of load balancers, so that the load balancer closes the connection. */
const KEEP_ALIVE_MS = 72_000;
/** Time without a byte in either direction after which a connection with an open request is closed. */
const IDLE_MS = 90_000;
/** Drain limit, longer than any handler takes; connections that are still open are then closed. */
export const DRAIN_MS = 20_000;
/** Length of two ids of 200 characters, each percent-encoded as twelve. */
const MOST_PARAM_LENGTH = 2_400;

export interface HttpServerOptions {
  /** Returns why the server cannot serve now, for `GET /readyz`; undefined if it can. */
  readonly whyNotReady: () => Promise<string | undefined>;
  /** Returns more for `GET /readyz` of a server that is ready. */
  readonly readyDetail?: () => Promise<Readonly<Record<string, unknown>>>;
  /** Returns counts since the start, for `GET /healthz`. */
  readonly report: () => Readonly<Record<string, unknown>>;
  /** Receives unexpected errors of handlers; the caller gets a 500 without details. */
  readonly onError: (error: unknown) => void;
  /** Time limit for receiving a request, in milliseconds; ten seconds by default. */
  readonly requestTimeoutMs?: number;
  /** Time without a byte after which a connection is closed, in milliseconds; 90 seconds by default. */
  readonly idleTimeoutMs?: number;
}

export interface HttpServer {
  readonly app: FastifyInstance;
  /**
   * Starts listening and returns the URL.
   * @throws Error if the port is in use
   */
  listen(address: { readonly host: string; readonly port: number }): Promise<string>;
  /**
   * Reports not ready, and refuses new connections once `notice` resolves: until then a load balancer can see it.
   * Resolves when every received request is answered, 20 seconds later at most.
   */
  drain(notice?: Promise<unknown>): Promise<void>;
}

/**
 * Creates the server. `GET /healthz`: the process is alive. `GET /readyz`: 200 if it can serve, else 503 with the
 * reason; also 503 once it drains.
 */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { requestTimeoutMs = REQUEST_TIMEOUT_MS, idleTimeoutMs = IDLE_MS } = options;
  let draining = false;
  /** Last answer on each connection. */
  const answers = new WeakMap<Socket, ServerResponse>();
  const app = fastify({
    bodyLimit: MOST_BODY_BYTES,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: Math.min(KEEP_ALIVE_MS, idleTimeoutMs),
    connectionTimeout: idleTimeoutMs,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: MOST_PARAM_LENGTH },
    // A path with broken percent-encoding reaches no route, and so no error handler.
    frameworkErrors: (error, _request, reply) =>
      void sendProblem(
        reply,
        new HttpProblem(error.statusCode === 414 ? 'uri-too-long' : 'bad-request', error.message),
      ),
    clientErrorHandler(error, socket) {
      // The client is gone, or it waits for another answer, which a second one would corrupt.
      if (error.code === 'ECONNRESET' || socket.destroyed || isOwed(answers.get(socket), error)) socket.destroy();
      else writeProblem(socket, problemOfParser(error));
    },
    http: {
      headersTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(CHECK_MS, requestTimeoutMs / 4),
    },
  });
  app.server.on('request', ({ socket }, response) => answers.set(socket, response));
  const silent = silentConnections(app.server);
  // Otherwise the caller keeps its connection open, and the drain waits for it.
  app.addHook('onSend', async (_request, reply) => {
    if (draining) reply.header('connection', 'close');
  });
  answerProblems(app, options.onError);
  app.get('/healthz', async () => ({ ok: true, ...options.report() }));
  app.get('/readyz', async (_request, reply) => {
    // Checked last: the drain may have started meanwhile.
    const why = await options.whyNotReady();
    const detail = why === undefined ? await options.readyDetail?.() : { why };
    if (draining) return reply.code(503).send({ ready: false, why: 'the server is shutting down' });
    return reply.code(why === undefined ? 200 : 503).send({ ready: why === undefined, ...detail });
  });
  return {
    app,
    listen: (address) => app.listen(address),
    async drain(notice) {
      draining = true;
      await notice;
      const cutOff = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS);
      const closed = app.close();
      for (const socket of silent) socket.destroy();
      await closed;
      clearTimeout(cutOff);
    },
  };
}

/**
 * Returns true if an earlier request still waits for its answer. A request that timed out counts only if its answer has
 * started.
 */
function isOwed(answer: ServerResponse | undefined, { code }: ConnectionError): boolean {
  if (answer === undefined || answer.writableFinished) return false;
  return answer.headersSent || code !== 'ERR_HTTP_REQUEST_TIMEOUT';
}

/** Returns the problem for an error of Node's HTTP parser. */
function problemOfParser({ code }: ConnectionError): HttpProblem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HttpProblem('request-timeout', 'send the whole request sooner');
    case 'HPE_HEADER_OVERFLOW':
      return new HttpProblem('headers-too-large', 'send fewer or shorter headers');
    default:
      return new HttpProblem('bad-request', 'the request is not valid HTTP');
  }
}

/**
 * Returns the live set of connections without a request. Node counts a connection that never sent a whole request as
 * busy. It stops checking for slow ones once it closes.
 */
function silentConnections(server: Server): ReadonlySet<Socket> {
  const silent = new Set<Socket>();
  server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    silent.delete(socket);
    response.once('close', () => {
      if (!socket.destroyed) silent.add(socket);
    });
  });
  return silent;
}
