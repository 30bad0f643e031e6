/** A gate before a Temporal server: it passes `lets` reservations, and then refuses all others, as with an expired key. */
import { connect, createServer, type ServerHttp2Stream, type IncomingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** Path of the call that sends a reservation. */
const SENDING = /\/ExecuteMultiOperation$/;
const PERMISSION_DENIED = '7';

export interface Gate {
  readonly address: string;
  close(): Promise<void>;
}

export async function openGate(address: string, { lets }: { readonly lets: number }): Promise<Gate> {
  const behind = connect(`http://${address}`);
  let seen = 0;
  const server = createServer();
  server.on('stream', (stream, headers) => {
    if (SENDING.test(headers[':path'] ?? '') && (seen += 1) > lets) refuse(stream);
    else passOn(stream, headers);
  });
  const passOn = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void => {
    const request = behind.request({ ...headers, ':authority': address });
    request.on('response', (answered) => {
      stream.respond(answered, { waitForTrailers: true });
      let trailers: IncomingHttpHeaders = {};
      request.on('trailers', (found) => (trailers = found));
      stream.on('wantTrailers', () => stream.sendTrailers(trailers));
      request.pipe(stream);
    });
    stream.pipe(request);
    // A caller that gives up a call ends it here, as it would at the server.
    stream.on('error', () => request.close());
    request.on('error', () => stream.close());
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      behind.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function refuse(stream: ServerHttp2Stream): void {
  stream.respond(
    {
      ':status': 200,
      'content-type': 'application/grpc',
      'grpc-status': PERMISSION_DENIED,
      'grpc-message': 'the key has run out',
    },
    { endStream: true },
  );
}
