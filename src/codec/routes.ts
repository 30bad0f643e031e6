/**
 * Routes of the codec server: `POST /decode` and `POST /encode`, the protocol of Temporal's remote codecs
 * (https://docs.temporal.io/codec-server). Payloads that the caller may not read, or that no key fits, come back as they
 * are. Each call is one line of the audit.
 */
import cors from '@fastify/cors';
import rateLimit from '@fastify/rate-limit';
import type { Payload } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import { Counter, type Registry } from 'prom-client';
import { z } from 'zod';
import { HttpProblem } from '../http/problem.js';
import type { Log } from '../log.js';
import { encryptionCodec, NotDecrypted, propertyOfPayload, type EncryptionKeys } from '../temporal/encryption/index.js';
import { callerOf, type CodecCaller, type Credentials } from './caller.js';

const { Payload: WirePayload } = proto.temporal.api.common.v1;

/** Limit of a body: a page of a history has many payloads of up to 2 MB. */
const MOST_BODY_BYTES = 32 * 1024 * 1024;

const base64 = z.base64();
const bodySchema = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), base64).optional(), data: base64.nullish() })),
});
type Body = z.infer<typeof bodySchema>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route behind authentication. */
    codecCaller: CodecCaller | undefined;
  }
}

export interface CodecOptions {
  readonly keys: EncryptionKeys;
  readonly credentials: Credentials;
  /** Origin of Temporal Web UI, such as `https://temporal.example.com`: pages of no other origin may call. */
  readonly origin: string;
  readonly requestsPerMinute: number;
  readonly log: Log;
  /** Registry of the metrics. */
  readonly metrics: Registry;
}

/** Returns the plugin with both routes, and a page to sign in. */
export function codecRoutes(options: CodecOptions): FastifyPluginAsync {
  const { keys, credentials, origin, requestsPerMinute } = options;
  const codec = encryptionCodec(keys);
  const report = reporting(options);
  return async (app) => {
    await app.register(cors, {
      origin,
      credentials: true,
      methods: ['POST'],
      allowedHeaders: ['authorization', 'content-type', 'x-namespace'],
      maxAge: 600,
    });
    app.decorateRequest('codecCaller', undefined);
    app.addHook('onRequest', async (request) => {
      if (request.method === 'OPTIONS') return;
      request.codecCaller = await callerOf(request, credentials);
    });
    await app.register(rateLimit, {
      hook: 'preParsing',
      max: requestsPerMinute,
      timeWindow: '1 minute',
      keyGenerator: (request) => request.codecCaller?.who ?? '',
      errorResponseBuilder: (_request, { after }) => new HttpProblem('too-many-requests', `try again in ${after}`),
    });
    // A browser asks for the key when a person opens this page, and sends it along when Web UI calls.
    app.get('/', async (request, reply) => reply.type('text/plain').send(`Signed in as ${callerOn(request).who}.\n`));
    addRoute(app, '/decode', report, (payload, caller) => readable(payload, caller, codec));
    addRoute(app, '/encode', report, async (payload) => (await codec.encode([payload]))[0]);
  };
}

/** Work on one payload; undefined if it stays as it is. */
type Work = (payload: Payload, caller: CodecCaller) => Promise<Payload | undefined>;

/** One call, for the audit and the metrics. */
interface CodecCall {
  readonly audit: string;
  readonly by: string;
  readonly namespace: FastifyRequest['headers'][string];
  readonly payloads: number;
  readonly unchanged: number;
  readonly properties: readonly (string | undefined)[];
}

type Report = (call: CodecCall) => void;

/** Returns a function that writes each call as one line of the audit, and counts its payloads. */
function reporting({ log, metrics }: Pick<CodecOptions, 'log' | 'metrics'>): Report {
  const counter = new Counter({
    name: 'stayline_codec_payloads_total',
    help: 'Payloads of calls to the codec server, by operation and outcome',
    labelNames: ['operation', 'outcome'],
    registers: [metrics],
  });
  return (call) => {
    log.info(call, 'codec call');
    counter.inc({ operation: call.audit, outcome: 'changed' }, call.payloads - call.unchanged);
    counter.inc({ operation: call.audit, outcome: 'unchanged' }, call.unchanged);
  };
}

function addRoute(app: FastifyInstance, path: string, report: Report, work: Work): void {
  app.post(path, { bodyLimit: MOST_BODY_BYTES }, async (request) => {
    const caller = callerOn(request);
    const sent = bodyOf(request).payloads;
    const payloads = sent.map((payload) => WirePayload.fromObject(payload));
    const worked = await Promise.all(payloads.map((payload) => work(payload, caller)));
    report({
      audit: path.slice(1),
      by: caller.who,
      namespace: request.headers['x-namespace'],
      payloads: payloads.length,
      unchanged: worked.filter((one) => one === undefined).length,
      properties: [...new Set(payloads.map(propertyOfPayload))],
    });
    return { payloads: worked.map((one, index) => (one === undefined ? sent[index] : jsonOf(one))) };
  });
}

async function readable(
  payload: Payload,
  { properties }: CodecCaller,
  codec: ReturnType<typeof encryptionCodec>,
): Promise<Payload | undefined> {
  const property = propertyOfPayload(payload);
  // Without a property, a payload may be about any: only a caller for all properties reads it.
  if (property === undefined || (properties !== 'all' && !properties.includes(property))) return undefined;
  try {
    return (await codec.decode([payload]))[0];
  } catch (error) {
    if (error instanceof NotDecrypted) return undefined;
    throw error;
  }
}

function callerOn({ codecCaller }: FastifyRequest): CodecCaller {
  if (codecCaller === undefined) throw new Error('the route is not behind authentication');
  return codecCaller;
}

function bodyOf({ body }: FastifyRequest): Body {
  const checked = bodySchema.safeParse(body);
  if (checked.success) return checked.data;
  const errors = checked.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  throw new HttpProblem('invalid-request', 'the body must be {"payloads": [...]} as Temporal sends it', { errors });
}

function jsonOf(payload: Payload): object {
  return WirePayload.toObject(WirePayload.fromObject(payload), { bytes: String });
}
