/**
 * A span for each request, under the caller's trace. Attributes are those of OpenTelemetry's conventions for HTTP; queries,
 * headers, bodies and error texts, which may hold what a person wrote, are left out. Plugins made for this record them.
 */
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Context } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';

const tracer = trace.getTracer('stayline/http');

/** Adds the spans to all routes that are defined after this call. Without an exporter of traces, they cost and do nothing. */
export function traceRequests(app: FastifyInstance): void {
  const contexts = new WeakMap<FastifyRequest, Context>();
  app.addHook('onRequest', (request, _reply, done) => {
    const { method, url, headers, routeOptions } = request;
    const route = routeOptions.url;
    const attributes = {
      'http.request.method': method,
      'url.path': url.replace(/\?.*$/, ''),
      ...(route === undefined ? {} : { 'http.route': route }),
    };
    const caller = propagation.extract(ROOT_CONTEXT, headers);
    const span = tracer.startSpan([method, route].join(' ').trim(), { kind: SpanKind.SERVER, attributes }, caller);
    contexts.set(request, trace.setSpan(caller, span));
    done();
  });
  // After the body, whose events belong to the connection and not to the request.
  app.addHook('preValidation', (request, _reply, done) => {
    context.with(contexts.get(request) ?? ROOT_CONTEXT, done);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const its = contexts.get(request);
    endSpan(its, reply.statusCode);
    // Lines of the log name the trace.
    context.with(its ?? ROOT_CONTEXT, done);
  });
  // No answer is sent to a caller that is gone.
  app.addHook('onRequestAbort', (request, done) => {
    endSpan(contexts.get(request));
    done();
  });
}

function endSpan(its: Context | undefined, status?: number): void {
  const span = its && trace.getSpan(its);
  if (span === undefined || !span.isRecording()) return;
  if (status !== undefined) span.setAttribute('http.response.status_code', status);
  if (status === undefined || status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
