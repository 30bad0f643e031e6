/** Error answers: problem details (RFC 9457), `application/problem+json`. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { named } from './schema-names.js';

export const PROBLEM_TYPE = 'application/problem+json';

/** Kinds of problems: the last part of `type`, the status, and the title, which never changes. */
export const PROBLEMS = {
  'bad-request': { status: 400, title: 'The request cannot be read' },
  unauthorized: { status: 401, title: 'A valid API key is needed' },
  forbidden: { status: 403, title: 'The API key does not allow this' },
  'not-found': { status: 404, title: 'Not found' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'stale-revision': { status: 409, title: 'A newer revision of the reservation is known' },
  'stay-over': { status: 409, title: 'The stay is over' },
  'guest-needed': { status: 409, title: 'The guest has an open stay or a live key' },
  'no-phone-access': { status: 409, title: 'The guest gets no session or link now' },
  gone: { status: 410, title: 'The requested events are no longer available' },
  'too-large': { status: 413, title: 'The request is too large' },
  'uri-too-long': { status: 414, title: 'The path is too long' },
  'unsupported-media-type': { status: 415, title: 'The body must be JSON' },
  'invalid-request': { status: 422, title: 'Fields of the request are wrong' },
  'too-many-requests': { status: 429, title: 'Too many requests with this API key' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  internal: { status: 500, title: 'Internal error' },
  'seam-refused': { status: 502, title: 'Seam refused the request' },
  unavailable: { status: 503, title: 'Not available at the moment' },
} as const;

export type ProblemKind = keyof typeof PROBLEMS;

/** Invalid field: its path, such as `guests[1].email`, and the expected value. */
export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

export interface ProblemExtras {
  readonly errors?: readonly FieldProblem[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Additional members of the answer's body. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** Error that a handler or a hook throws; it becomes the answer. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  /** Status that fastify reads when a validator returns this error. */
  readonly statusCode: number;
  constructor(
    readonly kind: ProblemKind,
    detail: string,
    readonly extras: ProblemExtras = {},
  ) {
    super(detail);
    this.statusCode = PROBLEMS[kind].status;
  }
}

/** Schema of the answer's body, for the OpenAPI document. */
export const problemSchema = named(
  'Problem',
  z
    .object({
      type: z.string(),
      title: z.string(),
      status: z.int(),
      detail: z.string().exactOptional(),
      errors: z
        .array(named('FieldProblem', z.object({ path: z.string(), message: z.string() })))
        .exactOptional()
        .describe('For invalid-request: each wrong field'),
    })
    .describe('Problem details, RFC 9457'),
);

/** Sends the problem as the answer, with its status and headers. */
export function sendProblem(reply: FastifyReply, problem: HttpProblem): FastifyReply {
  const { headers = {} } = problem.extras;
  return reply.code(problem.statusCode).headers(headers).type(PROBLEM_TYPE).send(textOf(problem));
}

/** Writes the problem to a connection whose input never became a request, then closes the connection. */
export function writeProblem(socket: Socket, problem: HttpProblem): void {
  const text = textOf(problem);
  const head = [
    `HTTP/1.1 ${problem.statusCode} ${STATUS_CODES[problem.statusCode] ?? ''}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
  ];
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${text}`);
  socket.destroySoon();
}

function textOf({ kind, message, extras }: HttpProblem): string {
  const { status, title } = PROBLEMS[kind];
  const { errors, members = {} } = extras;
  return JSON.stringify({
    type: `urn:stayline:problem:${kind}`,
    title,
    status,
    detail: message,
    errors,
    ...members,
  });
}

/** Problem kinds of fastify's own refusals, by status. */
const BY_STATUS: Readonly<Record<number, ProblemKind>> = {
  400: 'bad-request',
  404: 'not-found',
  408: 'request-timeout',
  413: 'too-large',
  414: 'uri-too-long',
  415: 'unsupported-media-type',
  429: 'too-many-requests',
};

/**
 * Installs the error handlers, which answer every error of a handler.
 * @param onError receives unexpected errors; the caller gets a 500 without details
 */
export function answerProblems(app: FastifyInstance, onError: (error: unknown) => void): void {
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, new HttpProblem('not-found', 'no such path')));
  app.setErrorHandler((error: FastifyError | HttpProblem, _request: FastifyRequest, reply) => {
    if (error instanceof HttpProblem) return sendProblem(reply, error);
    const kind = BY_STATUS[error.statusCode ?? 500];
    if (kind !== undefined) return sendProblem(reply, new HttpProblem(kind, readable(error)));
    onError(error);
    return sendProblem(reply, new HttpProblem('internal', 'the error has been logged'));
  });
}

/** Returns fastify's own messages only; a parser's message could repeat a part of the body. */
function readable({ code, message }: FastifyError): string {
  return typeof code === 'string' && code.startsWith('FST_') ? message : 'the request is not well-formed';
}
