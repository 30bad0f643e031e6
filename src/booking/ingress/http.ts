/**
 * HTTP to a booking system: one request with a deadline returns parsed data or throws a `BookingSystemError`. Temporal
 * retries it.
 */
import axios, { type AxiosInstance, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import type { z } from 'zod';
import { defined } from '../../domain/model/defined.js';
import { outgoingOptions, retryAfterMs } from '../../http/outgoing.js';
import type { Call } from './adapter.js';
import { BookingSystemError, failureOfStatus } from './errors.js';

export interface BookingHttpOptions {
  readonly baseUrl: string;
  /** Time limit from sending to the complete response, in milliseconds; 10 s by default. */
  readonly timeoutMs?: number;
}

export interface BookingRequest<Answer> extends Call {
  /** Plain name for errors and Web UI, such as `GET reservation`. */
  readonly operation: string;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | readonly string[]>>;
  /** JSON, or a form (`URLSearchParams`). */
  readonly body?: unknown;
  /** Schema of the response. Not strict: booking systems may add fields at any time. */
  readonly answer: z.ZodType<Answer>;
}

export interface BookingHttp {
  /** Returns the parsed response. @throws BookingSystemError for every response but a readable 2xx */
  send<Answer>(request: BookingRequest<Answer>): Promise<Answer>;
  /** Same as `send`, but returns undefined for 404 and 410. */
  find<Answer>(request: BookingRequest<Answer>): Promise<Answer | undefined>;
}

const TIMEOUT_MS = 10_000;

/** Returns a client that follows no redirects: they could send credentials elsewhere. */
export function openBookingHttp({ baseUrl, timeoutMs = TIMEOUT_MS }: BookingHttpOptions): BookingHttp {
  const client = axios.create({
    ...outgoingOptions(baseUrl),
    paramsSerializer: { indexes: null },
  });
  const answerTo = async <Answer>(request: BookingRequest<Answer>): Promise<AxiosResponse<unknown>> =>
    ask(client, request, timeoutMs);
  return {
    async send(request) {
      return read(request, await answerTo(request));
    },
    async find(request) {
      const response = await answerTo(request);
      return response.status === 404 || response.status === 410 ? undefined : read(request, response);
    },
  };
}

async function ask<Answer>(
  client: AxiosInstance,
  request: BookingRequest<Answer>,
  timeoutMs: number,
): Promise<AxiosResponse<unknown>> {
  const config: AxiosRequestConfig = {
    url: request.path,
    method: request.method ?? 'GET',
    headers: { accept: 'application/json', ...request.headers },
    signal: AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]),
    ...defined({ params: request.query, data: request.body }),
  };
  try {
    return await client.request<unknown>(config);
  } catch {
    // The original error holds the request with its credentials, so it is dropped.
    throw new BookingSystemError(request.operation, { kind: 'unavailable' });
  }
}

function read<Answer>(request: BookingRequest<Answer>, response: AxiosResponse<unknown>): Answer {
  const { operation, answer } = request;
  if (response.status < 200 || response.status > 299) {
    throw new BookingSystemError(
      operation,
      failureOfStatus(response.status, retryAfterMs(response.headers['retry-after'])),
    );
  }
  const parsed = answer.safeParse(response.data);
  if (parsed.success) return parsed.data;
  throw unreadable(operation, parsed.error);
}

const MOST_FIELDS = 20;

/** Returns the failure of an answer that does not fit its schema. */
export function unreadable(operation: string, { issues }: z.ZodError): BookingSystemError {
  const fields = issues.map(({ path }) => path.map(String).join('.') || 'the whole answer');
  return new BookingSystemError(operation, { kind: 'unreadable', fields: [...new Set(fields)].slice(0, MOST_FIELDS) });
}
