/** HTTP API for booking systems and front desks, `/v1/…` (`docs/http-api.md`), as one plugin of the server. */
import rateLimit from '@fastify/rate-limit';
import type { FastifyError, FastifyPluginAsync, FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { HttpProblem } from '../../http/problem.js';
import { check } from '../../domain/model/check.js';
import { logRequests, type AccessLog } from './access-log.js';
import type { ApiKeys } from './api-keys.js';
import { authenticate } from './authenticate.js';
import { addChangeRoutes } from './change-routes.js';
import { bookingContext, type ApiTypes, type BookingOptions } from './context.js';
import { addPhoneAccessRoutes } from './phone-access-routes.js';
import { parseEmptyJsonAsNone } from './empty-body.js';
import { addErasureRoutes } from './erasure-routes.js';
import { addEventRoutes } from './event-routes.js';
import { refuseUnknownQueries } from './no-query.js';
import { addDocs } from './openapi.js';
import { addPropertyRoutes } from './property-routes.js';
import { problemOfClient } from './refusals.js';
import { addReservationRoutes } from './reservation-routes.js';

export { lastKnownStay, listStays, type StayFilter } from './stay-search.js';
export { staysQuery, type StaySummary } from './schemas.js';
export { fixedApiKeys, makeApiKey, openApiKeys, type ApiKeys } from './api-keys.js';
export type { MadePhoneAccess, PhoneAccessAtSeam, PhoneAccessRequest } from './context.js';
export { collectRoutes } from './openapi.js';

export interface BookingApiOptions extends BookingOptions {
  readonly keys: ApiKeys;
  /** Request limit of one key on one server process. */
  readonly requestsPerMinute: number;
  /** Receives the errors of the searches behind the event stream. */
  readonly onError: (error: unknown) => void;
  /** Receives a line for every request. */
  readonly log: AccessLog;
}

/** Returns the plugin of the booking API. Register `collectRoutes` on the server before it. */
export function bookingApi({
  keys,
  requestsPerMinute,
  onError,
  log,
  ...options
}: BookingApiOptions): FastifyPluginAsync {
  return async (app) => {
    await app.register(addDocs);
    await app.register(
      async (plain) => {
        const scope = plain.withTypeProvider<ApiTypes>();
        scope.removeContentTypeParser('text/plain');
        parseEmptyJsonAsNone(scope);
        refuseUnknownQueries(scope);
        scope.setValidatorCompiler(validatorCompiler);
        // Responses are typed already. Parsing each one again finds nothing and costs a fifth of a query.
        scope.setSerializerCompiler(() => (body) => JSON.stringify(body));
        scope.setErrorHandler((error: FastifyError) => {
          throw problemOfClient(error) ?? error;
        });
        logRequests(scope, log);
        authenticate(scope, keys);
        await scope.register(rateLimit, {
          hook: 'preParsing',
          max: requestsPerMinute,
          timeWindow: '1 minute',
          keyGenerator: (request) => request.caller?.keyId ?? '',
          enableDraftSpec: true,
          errorResponseBuilder: (_request, { after }) => new HttpProblem('too-many-requests', `try again in ${after}`),
        });
        const context = bookingContext(options);
        addReservationRoutes(scope, context);
        addChangeRoutes(scope, context);
        addPhoneAccessRoutes(scope, context);
        addErasureRoutes(scope, context);
        addPropertyRoutes(scope, context);
        addEventRoutes(scope, context, onError);
      },
      { prefix: '/v1' },
    );
  };
}

const WHERE: Readonly<Record<string, string>> = {
  body: 'the body',
  params: 'the path',
  querystring: 'the query',
  headers: 'the headers',
};

const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart = '' }) =>
  (value) => {
    const checked = check(schema, value);
    if (checked.ok) return { value: checked.value };
    const detail = `${WHERE[httpPart] ?? 'the request'} cannot be used`;
    return { error: new HttpProblem('invalid-request', detail, { errors: checked.problems }) };
  };
