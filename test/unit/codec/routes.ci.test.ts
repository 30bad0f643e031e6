/** The codec server: who may read what, what comes back, and what is written about it. */
import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { FastifyInstance } from 'fastify';
import { OAuth2Server } from 'oauth2-mock-server';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fixedApiKeys, makeApiKey } from '../../../src/booking/http/index.js';
import { openTokenVerifier } from '../../../src/codec/oidc.js';
import { codecRoutes } from '../../../src/codec/routes.js';
import { stayWorkflowId } from '../../../src/domain/model/ids.js';
import { addMetrics } from '../../../src/http/metrics.js';
import { createHttpServer } from '../../../src/http/server.js';
import { createLog } from '../../../src/log.js';
import { encryptionCodec, readEncryptionKeys } from '../../../src/temporal/encryption/index.js';

const { Payload: WirePayload } = proto.temporal.api.common.v1;

const ORIGIN = 'https://temporal.example.com';
const AUDIENCE = 'stayline-codec';
const REQUESTS_PER_MINUTE = 50;

const made = {
  all: makeApiKey({ keyId: 'engineer', properties: 'all', access: 'decode' }),
  seaside: makeApiKey({ keyId: 'seaside-desk', properties: ['seaside'], access: 'decode' }),
  booking: makeApiKey({ keyId: 'booking', properties: 'all', access: 'write' }),
  expired: makeApiKey({ keyId: 'late', properties: 'all', access: 'decode', expiresAt: '2020-01-01T00:00Z' }),
};

let provider: OAuth2Server;
let app: FastifyInstance;
let lines: string[];
let codec: ReturnType<typeof encryptionCodec>;

beforeAll(async () => {
  provider = new OAuth2Server();
  await provider.issuer.keys.generate('RS256');
  await provider.start(0, '127.0.0.1');
});
afterAll(async () => provider.stop());

beforeEach(async () => {
  lines = [];
  const keys = await readEncryptionKeys(`k1=${randomBytes(32).toString('base64')}`);
  codec = encryptionCodec(keys);
  const log = createLog('info', { write: (line) => void lines.push(line) });
  ({ app } = createHttpServer({
    whyNotReady: async () => undefined,
    report: () => ({}),
    onError: (error) => log.error({ error }, 'a request failed'),
  }));
  const issuer = provider.issuer.url ?? '';
  await app.register(
    codecRoutes({
      keys,
      credentials: {
        apiKeys: fixedApiKeys(Object.values(made).map(({ record }) => record)),
        tokens: openTokenVerifier({ issuer, audience: AUDIENCE }),
      },
      origin: ORIGIN,
      requestsPerMinute: REQUESTS_PER_MINUTE,
      log,
      metrics: addMetrics(app),
    }),
  );
});

function basic(key: string): string {
  return `Basic ${Buffer.from(`engineer:${key}`).toString('base64')}`;
}

async function stored(value: unknown, propertyId?: string): Promise<object> {
  const payload = defaultPayloadConverter.toPayload(value);
  const workflowId = propertyId === undefined ? 'other' : stayWorkflowId({ propertyId, reservationId: 'R-1' });
  const [encoded] = await codec.encode([payload], { type: 'workflow', namespace: 'default', workflowId });
  return WirePayload.toObject(WirePayload.fromObject(encoded ?? {}), { bytes: String });
}

interface Answer {
  readonly status: number;
  readonly payloads: readonly object[];
}

async function call(path: string, payloads: readonly object[], authorization?: string): Promise<Answer> {
  const headers = { 'x-namespace': 'hotels', ...(authorization === undefined ? {} : { authorization }) };
  const answer = await app.inject({ method: 'POST', url: path, headers, payload: { payloads } });
  return { status: answer.statusCode, payloads: answer.statusCode === 200 ? answer.json<Answer>().payloads : [] };
}

function valueOf(payload: object | undefined): unknown {
  return defaultPayloadConverter.fromPayload(WirePayload.fromObject(payload ?? {}));
}

async function tokenOf(claims: Readonly<Record<string, unknown>>): Promise<string> {
  return provider.issuer.buildToken({
    scopesOrTransform: (_header, payload) => Object.assign(payload, { sub: 'u-7', aud: AUDIENCE, ...claims }),
  });
}

describe('callers', () => {
  test('a key with the access decode reads payloads, as password of a browser and as token', async () => {
    const payload = await stored({ name: 'Ada' }, 'seaside');
    for (const authorization of [basic(made.all.key), `Bearer ${made.all.key}`]) {
      const { status, payloads } = await call('/decode', [payload], authorization);
      expect([status, valueOf(payloads[0])]).toEqual([200, { name: 'Ada' }]);
    }
    const { body } = await app.inject('/metrics');
    expect(body).toContain('stayline_codec_payloads_total{operation="decode",outcome="changed"} 2\n');
    expect(body).toContain('stayline_codec_payloads_total{operation="decode",outcome="unchanged"} 0\n');
  });

  test('a caller without a key, with an unknown, an expired or another kind of key reads nothing', async () => {
    const payload = await stored('secret', 'seaside');
    expect((await call('/decode', [payload])).status).toBe(401);
    expect((await call('/decode', [payload], 'Bearer nonsense')).status).toBe(401);
    expect((await call('/decode', [payload], basic(made.expired.key))).status).toBe(401);
    expect((await call('/decode', [payload], basic(made.booking.key))).status).toBe(403);
    expect((await call('/encode', [payload], basic(made.booking.key))).status).toBe(403);
  });

  test('a browser is asked for the key when a person opens the page, and not when Temporal Web UI calls', async () => {
    const opened = await app.inject('/');
    expect([opened.statusCode, opened.headers['www-authenticate']]).toEqual([
      401,
      expect.stringMatching(/^Basic realm=/),
    ]);
    const called = await app.inject({ method: 'POST', url: '/decode', payload: { payloads: [] } });
    expect([called.statusCode, called.headers['www-authenticate']]).toEqual([
      401,
      expect.stringMatching(/^Bearer realm=/),
    ]);
    const signedIn = await app.inject({ url: '/', headers: { authorization: basic(made.all.key) } });
    expect([signedIn.statusCode, signedIn.body]).toEqual([200, 'Signed in as api-key:engineer.\n']);
  });

  test('an access token of the provider reads payloads, and its subject is in the audit', async () => {
    const { status, payloads } = await call('/decode', [await stored('x', 'hills')], `Bearer ${await tokenOf({})}`);
    expect([status, valueOf(payloads[0])]).toEqual([200, 'x']);
    expect(lines.join()).toContain('"by":"oidc:u-7"');
  });

  test.each([
    ['of another audience', { aud: 'another' }],
    ['of another provider', { iss: 'https://evil.example.com' }],
    ['that has expired', { exp: 1_700_000_000 }],
    ['without a subject', { sub: undefined }],
  ])('an access token %s is refused', async (_, claims) => {
    const authorization = `Bearer ${await tokenOf(claims)}`;
    expect((await call('/decode', [await stored('x', 'hills')], authorization)).status).toBe(401);
  });

  test('an access token with a changed signature is refused', async () => {
    const token = await tokenOf({});
    const [header, payload] = token.split('.');
    const forged = `${header}.${payload}.${'A'.repeat(342)}`;
    expect((await call('/decode', [await stored('x')], `Bearer ${forged}`)).status).toBe(401);
  });
});

describe('payloads', () => {
  test('a key for some properties reads only their payloads; the others come back as they are', async () => {
    const all = [await stored('ours', 'seaside'), await stored('theirs', 'hills'), await stored('of no property')];
    const { payloads } = await call('/decode', all, basic(made.seaside.key));
    expect(valueOf(payloads[0])).toBe('ours');
    expect(payloads.slice(1)).toEqual(all.slice(1));
  });

  test('a payload that is not encrypted, of another key, or changed comes back as it is', async () => {
    const plain = WirePayload.toObject(WirePayload.fromObject(defaultPayloadConverter.toPayload('plain')), {
      bytes: String,
    });
    const foreign = await stored('x', 'seaside');
    const other = encryptionCodec(await readEncryptionKeys(`k2=${randomBytes(32).toString('base64')}`));
    const [unknown] = await other.encode([defaultPayloadConverter.toPayload('x')]);
    const spoiled = { ...foreign, data: Buffer.alloc(40).toString('base64') };
    const all = [plain, spoiled, WirePayload.toObject(WirePayload.fromObject(unknown ?? {}), { bytes: String })];
    const { status, payloads } = await call('/decode', all, basic(made.all.key));
    expect([status, payloads]).toEqual([200, all]);
  });

  test('an encoded payload is encrypted, and decodes to the same', async () => {
    const plain = WirePayload.toObject(WirePayload.fromObject(defaultPayloadConverter.toPayload({ a: 1 })), {
      bytes: String,
    });
    const encoded = await call('/encode', [plain], basic(made.all.key));
    expect(encoded.payloads).not.toEqual([plain]);
    const decoded = await call('/decode', encoded.payloads, basic(made.all.key));
    expect(decoded.payloads).toEqual([plain]);
  });

  test.each([[{}], [{ payloads: 'x' }], [{ payloads: [{ data: 'not Base64!' }] }]])(
    'a body that is not of the protocol is refused with the field: %j',
    async (payload) => {
      const headers = { authorization: basic(made.all.key) };
      const answer = await app.inject({ method: 'POST', url: '/decode', headers, payload });
      expect(answer.statusCode).toBe(422);
      expect(answer.json()).toMatchObject({ errors: [{ path: expect.stringMatching(/^payloads/) as string }] });
    },
  );
});

describe('limits', () => {
  test('only pages of Temporal Web UI may call from a browser, with credentials', async () => {
    const preflight = async (origin: string): Promise<Readonly<Record<string, unknown>>> => {
      const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-namespace' };
      return (await app.inject({ method: 'OPTIONS', url: '/decode', headers: { origin, ...asked } })).headers;
    };
    const allowed = await preflight(ORIGIN);
    expect(allowed['access-control-allow-origin']).toBe(ORIGIN);
    expect(allowed['access-control-allow-credentials']).toBe('true');
    expect((await preflight('https://evil.example.com'))['access-control-allow-origin']).not.toBe(
      'https://evil.example.com',
    );
  });

  test('a caller above the limit is refused for a while, and others are not', async () => {
    const from = (key: string): Promise<Answer> => call('/decode', [], basic(key));
    const statuses: number[] = [];
    for (let count = 0; count <= REQUESTS_PER_MINUTE; count++) statuses.push((await from(made.all.key)).status);
    expect([statuses.at(-2), statuses.at(-1)]).toEqual([200, 429]);
    expect((await from(made.seaside.key)).status).toBe(200);
  });

  test('each call is one line of the audit: caller, namespace, counts and properties, and no content', async () => {
    await call(
      '/decode',
      [await stored('Ada Lovelace', 'seaside'), await stored('x', 'hills')],
      basic(made.seaside.key),
    );
    const [line, ...others] = lines.map((text) => JSON.parse(text) as object);
    expect(others).toEqual([]);
    expect(line).toMatchObject({
      audit: 'decode',
      by: 'api-key:seaside-desk',
      namespace: 'hotels',
      payloads: 2,
      unchanged: 1,
      properties: ['seaside', 'hills'],
    });
    expect(lines.join()).not.toContain('Ada');
  });
});
