/** One call to Seam: the request, the handling of each response, and that nothing is ever sent twice. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSeamClient, everyItem, type SeamCalls, type SeamClientOptions } from '../../../src/seam/client.js';
import { SeamError } from '../../../src/seam/errors.js';
import { startTinySeam, type TinySeam } from './tiny-seam.js';

let seam: TinySeam;
beforeEach(async () => {
  seam = await startTinySeam();
});
afterEach(() => seam.close());

function calls(options: Partial<SeamClientOptions> = {}): SeamCalls {
  const client = createSeamClient({
    auth: { kind: 'api-key', apiKey: 'seam_test_key' },
    endpoint: seam.url,
    ...options,
  });
  return client.forSystem('sys');
}

async function errorOf(call: Promise<unknown>): Promise<SeamError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SeamError);
  return error as SeamError;
}

const PATH = '/acs/systems/get';
const askSystem = (seam: SeamCalls, signal?: AbortSignal) => seam.getSystem({ acs_system_id: 'sys' }, { signal });
const CHANGE = '/acs/credentials/delete';
const change = (seam: SeamCalls) => seam.deleteCredential({ acs_credential_id: 'key' });
const system = { acs_system: { acs_system_id: 'sys', errors: [], warnings: [], brand_new_field: 1 }, ok: true };

describe('a request', () => {
  it('a request carries the API key and a JSON body', async () => {
    seam.on(PATH, () => system);
    expect(await askSystem(calls())).toEqual({ acs_system_id: 'sys', errors: [], warnings: [] });
    expect(seam.received).toMatchObject([
      { path: PATH, headers: { authorization: 'Bearer seam_test_key' }, body: { acs_system_id: 'sys' } },
    ]);
    expect(seam.received[0]?.headers['seam-workspace']).toBeUndefined();
  });

  it('a request with a personal access token names the workspace', async () => {
    seam.on(PATH, () => system);
    await askSystem(calls({ auth: { kind: 'personal-access-token', token: 'seam_at1', workspaceId: 'w1' } }));
    expect(seam.received[0]?.headers).toMatchObject({ authorization: 'Bearer seam_at1', 'seam-workspace': 'w1' });
  });

  it("a request to this machine bypasses the environment's proxy", async () => {
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:9');
    seam.on(PATH, () => system);
    try {
      expect((await askSystem(calls())).acs_system_id).toBe('sys');
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('a request keeps its connection for the next request', async () => {
    const ports = new Set<number | undefined>();
    seam.on(PATH, (reply) => {
      ports.add(reply.request.socket.remotePort);
      return system;
    });
    const client = calls();
    await askSystem(client);
    await askSystem(client);
    expect(ports.size).toBe(1);
  });
});

const RETRIED = { type: 'SeamUnavailable', retryable: true };
const REFUSED = { type: 'SeamRejected', retryable: false, mayHaveReached: false };
const MISSING = { type: 'NotFoundAtSeam', retryable: false, mayHaveReached: false };

const enveloped = (type: string): object => ({ error: { type, message: 'no' }, ok: false });
/** Bodies that are no error envelope of Seam's. */
const STRANGE_BODIES: readonly (readonly [string, string, string])[] = [
  ['empty', 'application/json', ''],
  ['HTML', 'text/html', '<html><h1>Error</h1></html>'],
  ['broken JSON', 'application/json', '{"error":{"type":"user_identity_not_fou'],
  ['another shape', 'application/json', '{"error":"acs_credential_not_found"}'],
  ['a list', 'application/json', '[{"error":{"type":"acs_credential_not_found"}}]'],
  ['null', 'application/json', 'null'],
];
const STATUSES = [
  300, 302, 307, 400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 422, 425, 429, 451, 500, 501, 502, 503, 504, 520,
];

describe('an unsuccessful response', () => {
  it.each(STATUSES.flatMap((status) => STRANGE_BODIES.map(([what, type, body]) => ({ status, what, type, body }))))(
    'a response with status $status and $what as its body is doubt, and is retried',
    async ({ status, type, body }) => {
      seam.on(CHANGE, (reply) => reply.code(status).header('location', '/elsewhere').type(type).send(body));
      expect(await errorOf(change(calls()))).toMatchObject(RETRIED);
      expect(seam.received).toHaveLength(1);
    },
  );

  it.each([
    { status: 400, type: 'invalid_input', is: REFUSED },
    { status: 400, type: 'user_identity_not_found', is: MISSING },
    { status: 401, type: 'unauthorized', is: { ...RETRIED, mayHaveReached: true } },
    { status: 403, type: 'forbidden', is: { ...RETRIED, mayHaveReached: true } },
    { status: 404, type: 'acs_user_not_found', is: MISSING },
    { status: 404, type: 'acs_system_not_found', is: REFUSED },
    { status: 404, type: 'workspace_not_found', is: REFUSED },
    { status: 404, type: 'not_found', is: { ...RETRIED, mayHaveReached: true } },
    { status: 404, type: 'simulated_fault', is: { ...RETRIED, mayHaveReached: true } },
    { status: 408, type: 'timeout', is: { ...RETRIED, mayHaveReached: true } },
    { status: 409, type: 'conflict', is: REFUSED },
    { status: 422, type: 'invalid_input', is: REFUSED },
    { status: 425, type: 'too_early', is: { ...RETRIED, mayHaveReached: false } },
    { status: 429, type: 'too_many_requests', is: { ...RETRIED, mayHaveReached: false } },
    { status: 302, type: 'found', is: { ...RETRIED, mayHaveReached: true } },
    { status: 500, type: 'internal_server_error', is: { ...RETRIED, mayHaveReached: true } },
    { status: 501, type: 'not_implemented', is: { ...RETRIED, mayHaveReached: true } },
  ])("a change that Seam's envelope answers with $status $type is $is.type", async ({ status, type, is }) => {
    seam.on(CHANGE, (reply) => reply.code(status).send(enveloped(type)));
    expect(await errorOf(change(calls()))).toMatchObject(is);
  });

  it.each([
    { status: 400, type: 'invalid_input', is: RETRIED },
    { status: 409, type: 'conflict', is: RETRIED },
    { status: 404, type: 'acs_system_not_found', is: RETRIED },
    { status: 404, type: 'acs_credential_not_found', is: MISSING },
  ])("a read that Seam's envelope answers with $status $type is $is.type", async ({ status, type, is }) => {
    seam.on(PATH, (reply) => reply.code(status).send(enveloped(type)));
    expect(await errorOf(askSystem(calls()))).toMatchObject(is);
  });

  it('a refusal is reported with its type, the refused fields and the request id, and without the body', async () => {
    seam.on(PATH, (reply) =>
      reply
        .code(400)
        .header('seam-request-id', 'req_7')
        .send({
          ok: false,
          error: {
            type: 'invalid_input',
            message: 'Ada Lovelace <ada@example.org> is unknown',
            validation_errors: { _errors: [], ends_at: { _errors: ['ada@example.org'] }, 'ada@example.org': {} },
          },
        }),
    );
    const error = await errorOf(askSystem(calls()));
    expect(error.message).toBe(
      'Seam answered /acs/systems/get with 400 invalid_input for ends_at: … is unknown (request req_7)',
    );
    expect(JSON.stringify(error)).not.toMatch(/ada/i);
  });

  it('a refusal whose type is prose is reported without the type', async () => {
    seam.on(PATH, (reply) => reply.code(400).send({ error: { type: 'Ada Lovelace is unknown', message: '' } }));
    expect((await errorOf(askSystem(calls()))).message).toBe('Seam answered /acs/systems/get with 400');
  });

  it.each([
    ['seconds', () => '7', 7_000, 7_000],
    ['a date', () => new Date(Date.now() + 50_000).toUTCString(), 40_000, 50_000],
    ['a year, cut to one minute', () => String(365 * 86_400), 60_000, 60_000],
    ['nothing, raised to one second', () => '0', 1_000, 1_000],
  ])('an unsuccessful response sets the delay before a retry: %s', async (_what, header, least, most) => {
    seam.on(PATH, (reply) => reply.code(503).header('retry-after', header()).send());
    const { retryAfterMs = -1 } = await errorOf(askSystem(calls()));
    expect(retryAfterMs).toBeGreaterThanOrEqual(least);
    expect(retryAfterMs).toBeLessThanOrEqual(most);
  });
});

describe('a success that cannot be used', () => {
  it.each([
    ['is not JSON', () => '<html>ada@example.org</html>'],
    ['lacks what is relied on', () => ({ acs_system: { acs_system_id: 'sys' }, ok: true })],
  ])('a success response that %s is doubt, may have been carried out, and is not shown', async (_what, body) => {
    seam.on(PATH, (reply) => reply.send(body()));
    const error = await errorOf(askSystem(calls()));
    expect(error).toMatchObject({ type: 'SeamUnavailable', retryable: true, mayHaveReached: true });
    expect(error.message).not.toMatch(/ada/);
  });

  it('a success of a call without a result needs the field ok', async () => {
    seam.on(CHANGE, () => ({}));
    expect(await errorOf(change(calls()))).toMatchObject({ type: 'SeamUnavailable', mayHaveReached: true });
  });

  it('an answer that never ends is cut off, and is retried', async () => {
    seam.on(PATH, (reply) => {
      reply.hijack();
      reply.raw.writeHead(200, { 'content-type': 'application/json' });
      const flood = Buffer.alloc(1024 * 1024, 0x20);
      const more = (): void => void reply.raw.write(flood, (error) => (error ? undefined : more()));
      more();
    });
    const error = await errorOf(askSystem(calls({ timeoutMs: 60_000 })));
    expect(error).toMatchObject({ ...RETRIED, failure: { kind: 'no-answer', code: 'answer too large' } });
  });
});

describe('a missing response', () => {
  it('a refused connection means that the request did not arrive', async () => {
    const client = calls();
    await seam.close();
    expect(await errorOf(askSystem(client))).toMatchObject({
      type: 'SeamUnavailable',
      mayHaveReached: false,
      failure: { kind: 'no-answer', code: 'ECONNREFUSED' },
    });
  });

  it('a broken connection leaves open whether the request arrived, and the request is not sent again', async () => {
    seam.on(PATH, (reply) => reply.raw.destroy());
    expect(await errorOf(askSystem(calls()))).toMatchObject({ type: 'SeamUnavailable', mayHaveReached: true });
    expect(seam.received).toHaveLength(1);
  });

  it('a timeout leaves open whether the request arrived', async () => {
    seam.on(PATH, () => new Promise(() => undefined));
    const error = await errorOf(askSystem(calls({ timeoutMs: 50 })));
    expect(error).toMatchObject({ mayHaveReached: true, failure: { kind: 'no-answer', code: 'timeout' } });
  });

  it('a response that stops halfway is reported as a timeout', async () => {
    seam.on(PATH, (reply) => {
      reply.hijack();
      reply.raw.writeHead(200, { 'content-type': 'application/json' });
      reply.raw.write('{"acs_system":');
    });
    expect(await errorOf(askSystem(calls({ timeoutMs: 50 })))).toMatchObject({ failure: { code: 'timeout' } });
  });
});

describe('cancellation', () => {
  it('a request that is cancelled before it was sent is never sent', async () => {
    expect(await errorOf(askSystem(calls(), AbortSignal.abort()))).toMatchObject({ mayHaveReached: false });
    expect(seam.received).toHaveLength(0);
  });

  it('a cancellation ends a request that is in flight', async () => {
    const cancel = new AbortController();
    seam.on(PATH, () => {
      cancel.abort();
      return new Promise(() => undefined);
    });
    expect(await errorOf(askSystem(calls(), cancel.signal))).toMatchObject({
      mayHaveReached: true,
      failure: { kind: 'cancelled', sent: true },
    });
  });

  it('a cancelled request that may linger still returns its response', async () => {
    const cancel = new AbortController();
    seam.on(PATH, async () => {
      cancel.abort();
      await delay(20);
      return system;
    });
    const answer = await calls().getSystem({ acs_system_id: 'sys' }, { signal: cancel.signal, lingerMs: 5_000 });
    expect(answer.acs_system_id).toBe('sys');
  });
});

describe('the budget', () => {
  it('the budget limits the number of concurrent calls', async () => {
    let underWay = 0;
    let most = 0;
    seam.on(PATH, async () => {
      most = Math.max(most, ++underWay);
      await delay(5);
      underWay -= 1;
      return system;
    });
    const client = calls({ budget: { concurrency: 3 } });
    await Promise.all(Array.from({ length: 12 }, () => askSystem(client)));
    expect(most).toBe(3);
  });

  it('the budget refuses calls, unsent, while Seam asks for a long pause', async () => {
    seam.on(PATH, (reply) => reply.code(429).header('retry-after', '60').send());
    const client = calls();
    await errorOf(askSystem(client));
    const { retryAfterMs = 0, ...error } = await errorOf(askSystem(client));
    expect(error).toMatchObject({ type: 'SeamUnavailable', mayHaveReached: false, failure: { kind: 'paused' } });
    expect(retryAfterMs).toBeGreaterThan(50_000);
    expect(seam.received).toHaveLength(1);
  });

  it('the budget of one access system does not limit another', async () => {
    const client = createSeamClient({ auth: { kind: 'api-key', apiKey: 'seam_test_key' }, endpoint: seam.url });
    seam.on(PATH, (reply) => reply.code(429).header('retry-after', '60').send());
    await errorOf(askSystem(client.forSystem('sys')));
    seam.on(PATH, () => system);
    expect((await askSystem(client.forSystem('other'))).acs_system_id).toBe('sys');
  });

  it('the budget sends deletes before other waiting calls', async () => {
    const order: string[] = [];
    seam.on(PATH, (_reply, { path }) => (order.push(path), system));
    seam.on('/acs/credentials/delete', (_reply, { path }) => (order.push(path), { ok: true }));
    const client = calls({ budget: { concurrency: 1 } });
    await Promise.all([askSystem(client), askSystem(client), client.deleteCredential({ acs_credential_id: 'c' })]);
    expect(order).toEqual([PATH, '/acs/credentials/delete', PATH]);
  });

  it('a waiting call that is cancelled frees its place in the budget', async () => {
    const cancel = new AbortController();
    let release = (): void => undefined;
    seam.on(PATH, () => new Promise((resolve) => (release = () => resolve(system))));
    const client = calls({ budget: { concurrency: 1 } });
    const first = askSystem(client);
    const second = errorOf(askSystem(client, cancel.signal));
    cancel.abort();
    expect(await second).toMatchObject({ mayHaveReached: false, failure: { kind: 'cancelled', sent: false } });
    while (seam.received.length === 0) await delay(1);
    release();
    expect((await first).acs_system_id).toBe('sys');
  });
});

describe('a paged list', () => {
  it('a paged list is read to its end, with the same parameters on every page', async () => {
    seam.on('/acs/entrances/list', (_reply, { body }) => {
      const { page_cursor } = body as { page_cursor?: string };
      return page_cursor === undefined ? entrancePage('a', 'next') : entrancePage('b', null);
    });
    const client = calls();
    const all = await everyItem((cursor) => client.listEntrances({ acs_system_id: 'sys', ...cursor }));
    expect(all.map((entrance) => entrance.acs_entrance_id)).toEqual(['a', 'b']);
    expect(seam.received.map(({ body }) => body)).toEqual([
      { acs_system_id: 'sys' },
      { acs_system_id: 'sys', page_cursor: 'next' },
    ]);
  });

  it('a paged list whose cursor repeats comes to an end', async () => {
    seam.on('/acs/entrances/list', () => entrancePage('a', 'again'));
    const client = calls();
    expect(await everyItem((cursor) => client.listEntrances({ acs_system_id: 'sys', ...cursor }))).toHaveLength(2);
  });
});

function entrancePage(id: string, next: string | null) {
  return {
    acs_entrances: [{ acs_entrance_id: id, display_name: id }],
    pagination: { next_page_cursor: next, has_next_page: next !== null, next_page_url: null },
    ok: true,
  };
}
