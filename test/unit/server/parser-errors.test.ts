/** Malformed requests: those that Node's parser refuses before there is a route are answered as problem details, too. */
import { connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHttpServer, type HttpServer } from '../../../src/http/server.js';
import { waitUntil } from '../../harness/wait-until.js';

let server: HttpServer;
const errors: unknown[] = [];
const clients: Socket[] = [];

beforeEach(async () => {
  errors.length = 0;
  server = createHttpServer({
    whyNotReady: async () => undefined,
    report: () => ({}),
    onError: (error) => errors.push(error),
    requestTimeoutMs: 200,
    idleTimeoutMs: 400,
  });
  server.app.post('/take', async () => ({}));
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await server.drain();
  expect(errors).toEqual([]);
});

interface Answer {
  readonly status: number;
  readonly headers: string;
  readonly body: unknown;
}

/** Sends bytes as they are, and then nothing; returns what was received when the server ends the connection. */
async function send(text: string): Promise<string> {
  const port = Number(new URL(await server.listen({ host: '127.0.0.1', port: 0 })).port);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const client = connect(port, '127.0.0.1', () => client.write(text));
    clients.push(client);
    client.on('data', (chunk) => chunks.push(chunk));
    client.on('close', () => resolve(Buffer.concat(chunks).toString('utf8')));
    client.on('error', reject);
  });
}

function read(text: string): Answer {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
  expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`);
  return { status, headers: head, body: JSON.parse(body) as unknown };
}

test.each([
  ['no HTTP at all', 'good morning\r\n\r\n', 400, 'bad-request'],
  [
    'two lengths of one body',
    'POST /take HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
    400,
    'bad-request',
  ],
  ['a header that has no name', 'GET /healthz HTTP/1.1\r\nhost: x\r\n: y\r\n\r\n', 400, 'bad-request'],
  [
    'headers without end',
    `GET /healthz HTTP/1.1\r\nhost: x\r\nx-much: ${'x'.repeat(100_000)}\r\n\r\n`,
    431,
    'headers-too-large',
  ],
  ['headers that do not come to an end', 'GET /healthz HTTP/1.1\r\nhost:', 408, 'request-timeout'],
  [
    'a body that does not come',
    'POST /take HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{"half":',
    408,
    'request-timeout',
  ],
])('the server answers %s with problem details', async (_what, text, status, kind) => {
  const answer = read(await send(text));
  expect(answer).toMatchObject({ status, body: { type: `urn:stayline:problem:${kind}`, status } });
  expect(answer.headers).toMatch(/^content-type: application\/problem\+json/m);
  expect(answer.headers).toMatch(/^connection: close/m);
});

test('malformed input after a request does not get into the response to that request', async () => {
  const stream = new PassThrough();
  server.app.get('/stream', async (_request, reply) => reply.type('text/event-stream').send(stream));
  const answer = send('GET /stream HTTP/1.1\r\nhost: x\r\n\r\n');
  await waitUntil(() => stream.readableFlowing, { timeout: 120_000 });
  stream.write('first');
  await waitUntil(() => clients[0]?.bytesRead, { timeout: 120_000 });
  clients[0]?.write('good morning\r\n\r\n');
  const text = await answer;
  expect(text).toMatch(/^HTTP\/1\.1 200 /);
  expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
});

test.each([
  ['says nothing', ''],
  ['says half of a line', 'GET /hea'],
  ['says an empty line', '\r\n'],
  [
    'announces a body and sends none',
    'POST /take HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n',
  ],
  [
    'asks for another protocol',
    'GET /nowhere HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
  ],
  ['asks for a tunnel', 'CONNECT example.com:443 HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['is silent after an answer', 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['says half of a line after an answer', 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /he'],
])('a connection that %s is closed after a while', async (_what, text) => {
  await send(text);
});

test('an answer that the client does not read is given up after a while', async () => {
  server.app.get('/much', async () => 'x'.repeat(50_000_000));
  const port = Number(new URL(await server.listen({ host: '127.0.0.1', port: 0 })).port);
  const held: Socket[] = [];
  server.app.server.on('connection', (socket) => held.push(socket));
  const client = connect(port, '127.0.0.1', () => client.write('GET /much HTTP/1.1\r\nhost: x\r\n\r\n'));
  clients.push(client);
  client.pause();
  client.on('error', () => undefined);
  await waitUntil(() => held.length === 1 && held.every((socket) => socket.destroyed), { timeout: 120_000 });
});
