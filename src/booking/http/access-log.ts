/** Access log: one line for each answered request, with the key that sent it, by ids only. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { defined } from '../../domain/model/defined.js';
import { limitLog } from '../../http/log-limit.js';

export interface AccessLog {
  info(about: object, message: string): void;
  warn(about: object, message: string): void;
}

/**
 * Logs every request of the scope once it is answered. A line has no path and no query, which could hold anything, but
 * the route and its ids. Requests without a valid key are limited: anybody can send them.
 */
export function logRequests(scope: FastifyInstance, log: AccessLog): void {
  const refused = limitLog();
  scope.addHook('onResponse', async (request, reply) => {
    const line = lineOf(request, reply);
    if (request.caller === undefined) {
      refused(`${line.status}`, (leftOut) => log.warn({ ...line, leftOut }, 'a request was refused'));
    } else log.info({ ...line, apiKey: request.caller.keyId, ids: request.params }, 'request');
  });
}

interface RequestLine {
  readonly method: string;
  /** Absent: no route has this path. */
  readonly route?: string;
  readonly status: number;
  readonly ms: number;
}

function lineOf({ method, routeOptions: { url } }: FastifyRequest, reply: FastifyReply): RequestLine {
  return defined({ method, route: url, status: reply.statusCode, ms: Math.round(reply.elapsedTime) });
}
