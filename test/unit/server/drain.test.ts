/** A server that drains does end, despite open connections, and leaves no request unanswered. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createHttpServer, type HttpServer } from '../../../src/http/server.js';
import { waitUntil } from '../../harness/wait-until.js';

const PATIENCE = { timeout: 120_000 };

let server: HttpServer;
let port: number;
/** Functions that let waiting requests continue: `GET /slow` and readiness checks. */
const underWay: (() => void)[] = [];
const wait = (): Promise<void> => new Promise((resolve) => underWay.push(resolve));
const clients: Socket[] = [];
const errors: unknown[] = [];

beforeEach(async () => {
  underWay.length = 0;
  errors.length = 0;
  server = createHttpServer({
    whyNotReady: async () => {
      await wait();
      return undefined;
    },
    report: () => ({}),
    onError: (error) => errors.push(error),
  });
  server.app.get('/slow', async () => {
    await wait();
    return 'slow but sure';
  });
  port = Number(new URL(await server.listen({ host: '127.0.0.1', port: 0 })).port);
});
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  expect(errors).toEqual([]);
});

/** A client that sends `text`, and keeps its connection. */
async function clientThatSends(text: string): Promise<Socket> {
  const accepted = once(server.app.server, 'connection');
  const client = connect(port, '127.0.0.1');
  clients.push(client);
  await accepted;
  client.write(text);
  return client.resume();
}

/** Sends a request on its own connection; `whole` resolves to the response when the connection closes. */
async function answerTo(path: string): Promise<{ readonly whole: Promise<string> }> {
  const client = await clientThatSends(ask(path));
  let text = '';
  client.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return { whole: once(client, 'close').then(() => text) };
}

/** Drains the server, and returns whether it ended by itself or cut connections off, which it does after 20 seconds. */
function drained(): Promise<'by itself' | 'by force'> {
  const cutOff = new Promise<'by force'>((resolve) => {
    const closeAll = server.app.server.closeAllConnections.bind(server.app.server);
    vi.spyOn(server.app.server, 'closeAllConnections').mockImplementation(() => {
      resolve('by force');
      closeAll();
    });
  });
  return Promise.race([server.drain().then(() => 'by itself' as const), cutOff]);
}

const ask = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: here\r\n\r\n`;

test('a connection that never sent anything does not keep the server from ending', async () => {
  await clientThatSends('');
  expect(await drained()).toBe('by itself');
});

test('half a request does not keep the server from ending', async () => {
  await clientThatSends('GET /healthz HTTP/1.1\r\nhost:');
  expect(await drained()).toBe('by itself');
});

test('half a request after a whole one does not keep the server from ending', async () => {
  const answered = once(server.app.server, 'request').then(([, response]) => once(response, 'close'));
  const client = await clientThatSends(ask('/healthz'));
  await answered;
  client.write('GET /healthz');
  expect(await drained()).toBe('by itself');
});

test('a draining server answers running requests, reports that it is not ready, and accepts no new connection', async () => {
  const answers = [await answerTo('/slow'), await answerTo('/readyz')];
  await waitUntil(() => underWay.length === 2, PATIENCE);
  const end = drained();
  await waitUntil(() => !server.app.server.listening, PATIENCE);
  for (const goOn of underWay) goOn();
  const [slow, readiness] = await Promise.all(answers.map(({ whole }) => whole));
  expect(slow).toMatch(/^HTTP\/1\.1 200 [\s\S]*slow but sure$/);
  expect(readiness).toMatch(/^HTTP\/1\.1 503 [\s\S]*\{"ready":false,"why":"the server is shutting down"\}$/);
  expect(await end).toBe('by itself');
  await expect(fetch(`http://127.0.0.1:${port}/readyz`)).rejects.toThrow();
});

test('a draining server still serves until its notice is over, and reports that it is not ready', async () => {
  let over: () => void = () => undefined;
  const end = server.drain(new Promise<void>((resolve) => (over = resolve)));
  const ready = fetch(`http://127.0.0.1:${port}/readyz`);
  await waitUntil(() => underWay.length === 1, PATIENCE);
  underWay[0]?.();
  expect((await ready).status).toBe(503);
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  over();
  await end;
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
});

test('a server is ready until it drains', async () => {
  const ready = fetch(`http://127.0.0.1:${port}/readyz`);
  await waitUntil(() => underWay.length === 1, PATIENCE);
  underWay[0]?.();
  expect((await ready).status).toBe(200);
  expect(await drained()).toBe('by itself');
});
