/** A server that answers Seam's paths exactly as a test defines, and records what it receives. */
import Fastify, { type FastifyReply } from 'fastify';

export interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

export type Answering = (reply: FastifyReply, received: Received) => unknown;

export interface TinySeam {
  readonly url: string;
  readonly received: readonly Received[];
  /** Answers every later request to `path`. */
  on(path: string, answering: Answering): void;
  close(): Promise<void>;
}

export async function startTinySeam(): Promise<TinySeam> {
  const received: Received[] = [];
  const answers = new Map<string, Answering>();
  const server = Fastify({ forceCloseConnections: true });
  server.post('/*', async (request, reply) => {
    const one = { path: request.url, headers: request.headers, body: request.body };
    received.push(one);
    const answering = answers.get(request.url);
    const missing = { error: { type: 'record_not_found', message: 'nothing here' } };
    if (answering === undefined) return reply.code(404).send(missing);
    return answering(reply, one);
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    received,
    on: (path, answering) => void answers.set(path, answering),
    close: () => server.close(),
  };
}
