/**
 * The HTTP server of the process `src/server.ts`: limits, health, and how it ends. What it serves are doors (`doors.ts`), each a
 * plugin of its own.
 */
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import fastify, { type ConnectionError, type FastifyInstance } from 'fastify';
import { answerProblems, HttpProblem, sendProblem, writeProblem } from './problem.js';

/** Far more than any event or reservation has. */
const MOST_BODY_BYTES = 256 * 1024;
/** How long a request may take to come in; nobody who means well is slower. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Node looks for requests that take too long only so often. */
const CHECK_MS = 1_000;
/** Longer than load balancers keep a connection, so that it is they who close it. */
const KEEP_ALIVE_MS = 72_000;
/** Longer than any handler takes: what then still holds on to a connection is cut off. */
const DRAIN_MS = 20_000;
/** Two ids of 200 characters, each percent-encoded as twelve. */
const MOST_PARAM_LENGTH = 2_400;

export interface HttpServerOptions {
  /** Whether what the server depends on answers. */
  readonly isReady: () => Promise<boolean>;
  /** What has happened since the start, for `GET /healthz`. */
  readonly report: () => Readonly<Record<string, unknown>>;
  /** Told of what a handler did not expect; the caller gets a 500 without details. */
  readonly onError: (error: unknown) => void;
  /** Ten seconds unless told. */
  readonly requestTimeoutMs?: number;
}

export interface HttpServer {
  readonly app: FastifyInstance;
  /** Starts listening; answers the URL. @throws Error if the port is taken */
  listen(address: { readonly host: string; readonly port: number }): Promise<string>;
  /** Is no longer ready, takes no new connection, and resolves when every request that came in is answered, in 20 seconds at most. */
  drain(): Promise<void>;
}

/** `GET /healthz`: the process lives. `GET /readyz`: it can do its work; 503 otherwise, and once it is told to end. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
  let draining = false;
  /** The last answer on each connection. */
  const answers = new WeakMap<Socket, ServerResponse>();
  const app = fastify({
    bodyLimit: MOST_BODY_BYTES,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: MOST_PARAM_LENGTH },
    // A path whose percent-encoding is broken reaches no route, and so no error handler.
    frameworkErrors: (error, _request, reply) =>
      void sendProblem(
        reply,
        new HttpProblem(error.statusCode === 414 ? 'uri-too-long' : 'bad-request', error.message),
      ),
    clientErrorHandler(error, socket) {
      // Nobody is there to be told, or he waits for another answer, which more words would spoil or be taken for.
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
  // Or the caller keeps its connection, and us waiting for it.
  app.addHook('onSend', async (_request, reply) => {
    if (draining) reply.header('connection', 'close');
  });
  answerProblems(app, options.onError);
  app.get('/healthz', async () => ({ ok: true, ...options.report() }));
  app.get('/readyz', async (_request, reply) => {
    // Judged last: it may have been told to end meanwhile.
    const ready = (await options.isReady()) && !draining;
    return reply.code(ready ? 200 : 503).send({ ready });
  });
  return {
    app,
    listen: (address) => app.listen(address),
    async drain() {
      draining = true;
      const cutOff = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS);
      const closed = app.close();
      for (const socket of silent) socket.destroy();
      await closed;
      clearTimeout(cutOff);
    },
  };
}

/** A request that is too slow is itself what waits for an answer. */
function isOwed(answer: ServerResponse | undefined, { code }: ConnectionError): boolean {
  if (answer === undefined || answer.writableFinished) return false;
  return answer.headersSent || code !== 'ERR_HTTP_REQUEST_TIMEOUT';
}

/** What Node's parser refuses. */
function problemOfParser({ code }: ConnectionError): HttpProblem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HttpProblem('request-timeout', 'send the whole request sooner');
    case 'HPE_HEADER_OVERFLOW':
      return new HttpProblem('headers-too-large', 'send fewer or shorter headers');
    default:
      return new HttpProblem('bad-request', 'it is not HTTP as it should be');
  }
}

/** The connections without a request. Node counts those that never sent a whole one as busy, and looks for slow ones no more once it closes. */
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
