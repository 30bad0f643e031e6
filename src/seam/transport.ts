/**
 * HTTP transport to Seam: one POST within the request budget and a deadline, answered by parsed data or a `SeamError`.
 * It never retries. Seam has no idempotency key, so only the caller can decide whether a retry is safe.
 */
import http from 'node:http';
import https from 'node:https';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import type { z } from 'zod';
import { defined } from '../domain/model/defined.js';
import { outgoingOptions, retryAfterMs as retryAfterOf } from '../http/outgoing.js';
import type { Budget, Turn } from './budget.js';
import { SeamError, type SeamFailure } from './errors.js';
import { masked } from './masked.js';
import { errorAnswer } from './schemas.js';

const tracer = trace.getTracer('stayline/seam');

/** Credentials for Seam. An API key belongs to one workspace; a personal access token also needs the workspace id. */
export type SeamAuth =
  | { readonly kind: 'api-key'; readonly apiKey: string }
  | { readonly kind: 'personal-access-token'; readonly token: string; readonly workspaceId: string };

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * Time that a sent request may still take after `signal` fired, in milliseconds (0 by default). A discarded answer is
   * a lost id.
   */
  readonly lingerMs?: number;
}

/** Creates an axios instance for Seam at `endpoint`, such as `https://connect.getseam.com`. */
export function openHttp(endpoint: string, auth: SeamAuth): AxiosInstance {
  return axios.create({
    ...outgoingOptions(endpoint),
    headers: { ...authHeaders(auth), 'content-type': 'application/json', accept: 'application/json' },
    httpAgent: new http.Agent({ keepAlive: true }),
    httpsAgent: new https.Agent({ keepAlive: true }),
  });
}

function authHeaders(auth: SeamAuth): Record<string, string> {
  switch (auth.kind) {
    case 'api-key':
      return { authorization: `Bearer ${auth.apiKey}` };
    case 'personal-access-token':
      return { authorization: `Bearer ${auth.token}`, 'seam-workspace': auth.workspaceId };
    default:
      return auth satisfies never;
  }
}

/** One call, for metrics. */
export interface ObservedCall {
  readonly endpoint: string;
  readonly acsSystemId: string;
  readonly priority: Turn['priority'];
  /** HTTP status of the answer; else why there is none: `no-answer`, `cancelled` or `paused`. */
  readonly status: string;
  /** Time that the call waited for its turn in the budget. */
  readonly waitMs: number;
  /** Time from sending to the answer, or to its absence; 0 if the call was not sent. */
  readonly durationMs: number;
  /** Rate that the budget allows at the end of the call, in calls a second; 0 during a pause. */
  readonly allowedRate: number;
}

/** Settings that all calls of one access system share. */
export interface Wire {
  readonly acsSystemId: string;
  /** Receives each call when it is over. */
  readonly onCall?: ((call: ObservedCall) => void) | undefined;
  readonly http: AxiosInstance;
  readonly budget: Budget;
  /** Time from sending to the complete answer, in milliseconds. */
  readonly timeoutMs: number;
}

export interface Endpoint<Answer> {
  readonly path: string;
  readonly answer: z.ZodType<Answer>;
  /** True for an endpoint that changes nothing. */
  readonly isRead: boolean;
  readonly priority: Turn['priority'];
}

/**
 * Posts `body` and returns the parsed answer.
 * @throws SeamError
 */
export async function post<Answer>(
  wire: Wire,
  { path, answer, priority, isRead }: Endpoint<Answer>,
  body: object,
  { signal, lingerMs = 0 }: CallOptions,
): Promise<Answer> {
  const observe = observing(wire, { path, priority });
  let sentAt = 0;
  const sent = (): Promise<AxiosResponse<unknown>> => {
    sentAt = performance.now();
    return observe.during(() => send(wire.http, path, body, { signal, lingerMs, timeoutMs: wire.timeoutMs }));
  };
  const turn = await wire.budget.run(sent, { signal, priority });
  switch (turn.kind) {
    case 'given-up':
      observe.unsent('cancelled');
      throw new SeamError(path, { kind: 'cancelled', sent: false });
    case 'paused':
      observe.unsent('paused');
      throw new SeamError(path, { kind: 'paused', retryAfterMs: turn.remainingMs });
    case 'done':
      break;
  }
  const response = turn.result;
  if (response.status < 200 || response.status > 299) {
    const error = new SeamError(path, refusal(response, { body, isRead }));
    if (response.status === 429) wire.budget.refused({ sentAt, pauseMs: error.retryAfterMs ?? 0 });
    throw error;
  }
  const parsed = answer.safeParse(response.data);
  if (parsed.success) return parsed.data;
  const paths = parsed.error.issues.map((issue) => issue.path.join('.')).filter((path) => path !== '');
  throw new SeamError(path, { kind: 'unreadable', status: response.status, paths, ...requestIdOf(response) });
}

interface Observing {
  /** Returns the answer of `send`, and reports the call. */
  readonly during: (send: () => Promise<AxiosResponse<unknown>>) => Promise<AxiosResponse<unknown>>;
  /** Reports a call that was not sent. */
  readonly unsent: (status: string) => void;
}

function observing(
  { acsSystemId, onCall, budget }: Wire,
  { path: endpoint, priority }: Pick<Endpoint<unknown>, 'path' | 'priority'>,
): Observing {
  const begunAt = performance.now();
  const report = (status: string, sentAt: number): void =>
    onCall?.({
      ...{ endpoint, acsSystemId, priority, status },
      waitMs: sentAt - begunAt,
      durationMs: performance.now() - sentAt,
      allowedRate: budget.rate(),
    });
  return {
    unsent: (status) => report(status, performance.now()),
    async during(send) {
      const sentAt = performance.now();
      const attributes = {
        'http.request.method': 'POST',
        'url.template': endpoint,
        'stayline.acs_system_id': acsSystemId,
      };
      const span = tracer.startSpan(`POST ${endpoint}`, { kind: SpanKind.CLIENT, attributes });
      try {
        const response = await send();
        report(String(response.status), sentAt);
        span.setAttribute('http.response.status_code', response.status);
        if (response.status >= 400) span.setStatus({ code: SpanStatusCode.ERROR });
        return response;
      } catch (error) {
        const why = error instanceof SeamError ? error.failure.kind : 'no-answer';
        report(why, sentAt);
        span.setAttribute('error.type', why).setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.setAttribute('stayline.budget_wait_ms', Math.round(sentAt - begunAt)).end();
      }
    },
  };
}

async function send(
  client: AxiosInstance,
  path: string,
  body: object,
  {
    signal,
    lingerMs,
    timeoutMs,
  }: { readonly signal?: AbortSignal | undefined; readonly lingerMs: number; readonly timeoutMs: number },
): Promise<AxiosResponse<unknown>> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const abandon = new AbortController();
  let linger: NodeJS.Timeout | undefined;
  const onCancel = (): void => {
    linger = setTimeout(() => abandon.abort(), lingerMs);
  };
  if (signal?.aborted) onCancel();
  else signal?.addEventListener('abort', onCancel, { once: true });
  try {
    return await client.post<unknown>(path, body, { signal: AbortSignal.any([deadline, abandon.signal]) });
  } catch (error) {
    if (abandon.signal.aborted) throw new SeamError(path, { kind: 'cancelled', sent: true });
    if (deadline.aborted) throw new SeamError(path, { kind: 'no-answer', code: 'timeout' });
    throw new SeamError(path, { kind: 'no-answer', code: transportCode(error) });
  } finally {
    clearTimeout(linger);
    signal?.removeEventListener('abort', onCancel);
  }
}

function transportCode(error: unknown): string {
  if (!axios.isAxiosError(error)) return 'unknown transport error';
  if (error.message.startsWith('maxContentLength')) return 'answer too large';
  return safeWord(error.code) ?? 'unknown transport error';
}

function refusal(
  response: AxiosResponse<unknown>,
  { body, isRead }: { readonly body: object; readonly isRead: boolean },
): SeamFailure {
  const parsed = errorAnswer.safeParse(response.data);
  const error = parsed.success ? parsed.data.error : undefined;
  return {
    kind: 'answered',
    status: response.status,
    bySeam: parsed.success,
    isRead,
    fields: refusedFields(error?.validation_errors ?? {}),
    ...defined({
      seamType: safeWord(error?.type),
      words: masked(error?.message ?? '', personalValues(body)),
      retryAfterMs: retryAfterOf(response.headers['retry-after']),
    }),
    ...requestIdOf(response),
  };
}

/** Fields of requests that hold a person's name or contacts. */
const PERSONAL_FIELDS: ReadonlySet<string> = new Set(['full_name', 'email_address', 'phone_number']);

function personalValues(body: object): readonly string[] {
  return Object.entries(body).flatMap(([field, value]) =>
    PERSONAL_FIELDS.has(field) && typeof value === 'string' ? value : [],
  );
}

function refusedFields(validationErrors: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(validationErrors).filter((field) => field !== '_errors' && safeWord(field) !== undefined);
}

function requestIdOf(response: AxiosResponse<unknown>): { readonly requestId?: string } {
  return defined({ requestId: safeWord(response.headers['seam-request-id']) });
}

/** Returns a code or an id unchanged, and undefined for any other text, because prose could name a guest. */
function safeWord(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.:-]{1,100}$/.test(value) ? value : undefined;
}
