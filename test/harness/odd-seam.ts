/** A proxy before the simulated Seam that answers oddly when a test says so: a wrong status, a broken body, a strange header. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answer of a proxy, of an outage, or of nobody's making, in place of Seam's. */
export interface OddAnswer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Endpoints that are answered so; every endpoint by default. */
  readonly paths?: readonly string[];
  /** True: Seam carries the request out, and its answer is replaced. */
  readonly carriedOut?: boolean;
}

export interface OddSeam {
  readonly url: string;
  /** Number of odd answers given so far, by path. */
  readonly odd: ReadonlyMap<string, number>;
  /** Paths of all requests so far, in order. */
  readonly received: readonly string[];
  answerOddly(answer: OddAnswer): void;
  answerProperly(): void;
  close(): Promise<void>;
}

/** Carries a request out; the connection of a request that it rejects is cut. */
export type Carry = (forward: () => Promise<Response>) => Promise<Response>;

/**
 * Starts the proxy.
 *
 * @param seamUrl asked at each request, because the simulator may start later than its proxy
 * @param carry hook around each request that reaches Seam; by default the request is forwarded
 */
export async function startOddSeam(seamUrl: () => string, carry: Carry = (forward) => forward()): Promise<OddSeam> {
  let odd: OddAnswer | undefined;
  const counts = new Map<string, number>();
  const received: string[] = [];
  const server = http.createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const path = request.url ?? '/';
    received.push(path);
    const strange = odd?.paths === undefined || odd.paths.includes(path) ? odd : undefined;
    if (strange === undefined || strange.carriedOut === true) {
      const real = await carry(() =>
        fetch(`${seamUrl()}${path}`, {
          method: request.method ?? 'POST',
          headers: { 'content-type': 'application/json', authorization: request.headers.authorization ?? '' },
          body: Buffer.concat(parts),
        }),
      );
      if (strange === undefined) {
        response.writeHead(real.status, { 'content-type': 'application/json' });
        response.end(Buffer.from(await real.arrayBuffer()));
        return;
      }
      await real.arrayBuffer();
    }
    counts.set(path, (counts.get(path) ?? 0) + 1);
    response.writeHead(strange.status, { 'content-type': 'application/json', ...strange.headers });
    response.end(strange.body ?? '');
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    odd: counts,
    received,
    answerOddly: (strange) => void (odd = strange),
    answerProperly: () => void (odd = undefined),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
