/** That a server told to end does end, whoever still holds a connection to it. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHttpServer, type HttpServer } from '../../src/server/http.js';

let server: HttpServer;
let port: number;
const clients: Socket[] = [];

beforeEach(async () => {
  server = createHttpServer({
    isReady: async () => true,
    report: () => ({}),
    onError: (error) => expect.unreachable(String(error)),
  });
  port = Number(new URL(await server.listen({ host: '127.0.0.1', port: 0 })).port);
});
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
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

const FETCH_HEALTH = 'GET /healthz HTTP/1.1\r\nhost: here\r\n\r\n';

test('a connection that never sent anything does not keep the server', async () => {
  await clientThatSends('');
  await server.drain();
});

test('half a request does not keep the server', async () => {
  await clientThatSends('GET /healthz HTTP/1.1\r\nhost:');
  await server.drain();
});

test('half a request after a whole one does not keep the server', async () => {
  const answered = once(server.app.server, 'request').then(([, response]) => once(response, 'close'));
  const client = await clientThatSends(FETCH_HEALTH);
  await answered;
  client.write('GET /healthz');
  await server.drain();
});
