/** What an API of a booking system does when it is not well; asked before every request. */
import type { FastifyInstance } from 'fastify';

export interface Trouble {
  /** Every request is answered so until `end`: a status, or not at all. */
  begin(kind: { readonly status: number; readonly retryAfterSeconds?: number } | 'no-answer', only?: string): void;
  end(): void;
  /** How many requests came in at all, and how many of them while there was trouble. */
  counts(): { readonly calls: number; readonly refused: number };
}

/** @param app the trouble is over all its routes that are registered later; `only` limits it to paths that begin so */
export function addTrouble(app: FastifyInstance): Trouble {
  let current: { readonly kind: Parameters<Trouble['begin']>[0]; readonly only: string } | undefined;
  const counts = { calls: 0, refused: 0 };
  app.addHook('onRequest', async (request, reply) => {
    counts.calls += 1;
    if (current === undefined || !request.url.startsWith(current.only)) return;
    counts.refused += 1;
    const { kind } = current;
    if (kind === 'no-answer') {
      request.raw.destroy();
      return reply.hijack();
    }
    if (kind.retryAfterSeconds !== undefined) reply.header('retry-after', String(kind.retryAfterSeconds));
    return reply.code(kind.status).send({ messages: ['not now'] });
  });
  return {
    begin(kind, only = '/') {
      current = { kind, only };
    },
    end() {
      current = undefined;
    },
    counts: () => ({ ...counts }),
  };
}
