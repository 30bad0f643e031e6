/** Faults of a booking system's API, checked before every request. */
import type { FastifyInstance } from 'fastify';

export interface Trouble {
  /** Makes every request fail until `end`: with a status, or without an answer. */
  begin(kind: { readonly status: number; readonly retryAfterSeconds?: number } | 'no-answer', only?: string): void;
  end(): void;
  /** Returns the number of all requests, and of those that were refused during faults. */
  counts(): { readonly calls: number; readonly refused: number };
}

/** @param app the faults apply to all routes registered later; `only` limits them to paths with that prefix */
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
