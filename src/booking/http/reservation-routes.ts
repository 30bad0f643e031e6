/** `/v1/properties/{propertyId}/reservations/{reservationId}`: send a reservation, read its stay, dry-run a change. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ERROR_TYPES, StayRefused, type PlannedChange, type StayName, type StayView } from '../../client.js';
import { standingOf } from '../../client/standing.js';
import { planSnapshot, snapshotToPlan, windowIn } from '../../client/plan-snapshot.js';
import { HttpProblem, problemSchema, type FieldProblem } from '../../http/problem.js';
import { named } from '../../http/schema-names.js';
import { defined } from '../../domain/model/defined.js';
import { check } from '../../domain/model/check.js';
import { endingIn } from '../../domain/model/ending.js';
import { MOST_ID_LENGTH, stayWorkflowId } from '../../domain/model/ids.js';
import { instantAt } from '../../domain/model/instants.js';
import type { Property } from '../../domain/model/property-schema.js';
import { snapshotSchema, type StaySnapshotInput } from '../../domain/model/snapshot-schema.js';
import { authorOn, callerOn } from './authenticate.js';
import { openLimit } from './open-limit.js';
import { ownRequestId } from './request-id.js';
import { reportRefusedSnapshot } from '../ingress/apply-reservation.js';
import type { ApiScope, BookingContext } from './context.js';
import { BODY_REFUSALS, refusal, refusals } from './openapi.js';
import { problemOfClient } from './refusals.js';
import { lastKnownStay } from './stay-search.js';
import { planBody, reservationBody, reservationParams, staySummarySchema } from './schemas.js';
import { dryRunSchema, stayViewSchema } from './view-schemas.js';

/** Dry runs that a key may have under way: the stay's worker computes them beside the changes of all stays. */
const MOST_DRY_RUNS = 4;

export const RESERVATION_PATH = '/properties/:propertyId/reservations/:reservationId';

/** Stay view with its link to Temporal Web UI. */
const answeredViewSchema = named(
  'StayView',
  stayViewSchema.extend({
    webUi: z.string().exactOptional().describe('The stay in Temporal Web UI'),
  }),
);

/** Problem for a snapshot that is not newer, with the known revision and view. */
const conflictSchema = named(
  'Conflict',
  problemSchema.extend({
    revision: stayViewSchema.shape.revision.describe('For stale-revision: the recorded revision'),
    current: answeredViewSchema.exactOptional().describe('For stale-revision: the current view'),
  }),
);

/** Problem for a stay that no worker can show now. */
const unavailableSchema = named(
  'Unavailable',
  problemSchema.extend({
    lastKnown: staySummarySchema
      .exactOptional()
      .describe('What Temporal itself has of the stay, since its last change'),
  }),
);

/** Adds the routes that send, read and dry-run a reservation. */
export function addReservationRoutes(scope: ApiScope, context: BookingContext): void {
  const { stays, ask, temporal, connection } = context;
  const detail = `the API key has ${MOST_DRY_RUNS} dry runs under way; wait for one of them`;
  const dryRuns = openLimit(MOST_DRY_RUNS, detail, 1);

  const withLink = (name: StayName, view: StayView): StayView & { readonly webUi?: string } => {
    const webUi = context.webUiOf(name);
    return webUi === undefined ? view : { ...view, webUi };
  };

  /** Returns the error, with what Temporal has of the stay if no worker answers. */
  async function withLastKnown(name: StayName, error: unknown): Promise<unknown> {
    if (!(error instanceof HttpProblem && error.kind === 'unavailable')) return error;
    const lastKnown = await ask(() => lastKnownStay(temporal, connection, name)).catch(() => undefined);
    if (lastKnown === undefined) return error;
    const { message, extras } = error;
    return new HttpProblem('unavailable', message, { ...extras, members: { ...extras.members, lastKnown } });
  }

  async function apply(name: StayName, snapshot: StaySnapshotInput): Promise<StayView> {
    try {
      return await ask(() => stays.applyReservation(snapshot));
    } catch (error) {
      if (!(error instanceof StayRefused && error.type === ERROR_TYPES.staleRevision)) throw error;
      const current = withLink(name, await ask(() => stays.view(name)));
      throw new HttpProblem('stale-revision', error.message, { members: { revision: current.revision, current } });
    }
  }

  /**
   * Returns the property of a snapshot; undefined if it is no longer configured, and its stay is open.
   * @throws HttpProblem `not-found`
   */
  async function propertyFor(name: StayName): Promise<Property | undefined> {
    const property = await context.properties.find(name.propertyId);
    if (property !== undefined || (await ask(() => standingOf(temporal, name))) === 'open') return property;
    return context.property(name.propertyId);
  }

  /** Returns the snapshot of a request. @throws HttpProblem; StayRefused; an open stay shows it as attention */
  async function usable(request: SnapshotRequest): Promise<StaySnapshotInput> {
    const { params, body, validationError } = request;
    try {
      if (validationError !== undefined) throw validationError;
      const snapshot = snapshotOf(params, body);
      const property = await propertyFor(params);
      if (property !== undefined && endingIn(snapshot) === undefined) windowIn(snapshot.window, property);
      return snapshot;
    } catch (error) {
      const problem = problemOfClient(error) ?? error;
      if (problem instanceof HttpProblem && problem.kind === 'invalid-request') {
        const { message, extras } = problem;
        const refusal = { message, problems: extras.errors ?? [] };
        await ask(() => reportRefusedSnapshot(temporal, params, refusal)).catch(() => undefined);
      }
      throw error;
    }
  }

  scope.put(
    RESERVATION_PATH,
    {
      attachValidation: true,
      schema: {
        operationId: 'putReservation',
        tags: ['reservations'],
        summary: 'Send a whole reservation',
        description:
          'Starts the stay or amends it. Returns its view once the snapshot is recorded; keys follow. The same revision with the same content changes nothing. An older revision, or the same revision with other content, gets a 409 with the current view. A snapshot that ends a known stay is recorded as its end even if other fields are wrong.',
        params: reservationParams,
        body: reservationBody,
        response: {
          200: answeredViewSchema,
          ...refusals(401, 403, 404, 422, ...BODY_REFUSALS),
          409: refusal(409, conflictSchema),
        },
      },
    },
    async (request) => {
      const { params, body } = request;
      const snapshot = wrongEndingIn(request) ?? (await usable(request));
      // A refused body may be anything; only a text can name a person.
      const by = authorOn(request, typeof body?.by === 'string' ? { by: body.by } : {});
      // Other callers may use the same request id.
      const named = snapshot.requestId === undefined ? undefined : requestIdFor(request, snapshot.requestId);
      return withLink(params, await apply(params, { ...snapshot, by, ...defined({ requestId: named }) }));
    },
  );

  scope.get(
    RESERVATION_PATH,
    {
      schema: {
        operationId: 'getReservation',
        tags: ['reservations'],
        summary: 'Show the stay: guests, keys with reasons, next steps and attention',
        params: reservationParams,
        description:
          'A worker answers. While none does, the answer is 503 with what Temporal itself has of the stay (`lastKnown`).',
        response: { 200: answeredViewSchema, ...refusals(401, 403, 404), 503: refusal(503, unavailableSchema) },
      },
    },
    async ({ params }) => {
      try {
        return withLink(params, await ask(() => stays.view(params)));
      } catch (error) {
        throw await withLastKnown(params, error);
      }
    },
  );

  scope.post(
    `${RESERVATION_PATH}/plan`,
    {
      config: { onlyReads: true },
      schema: {
        operationId: 'planChange',
        tags: ['reservations'],
        summary: 'Dry-run a change',
        description:
          'Returns the steps of the change, in order, with reasons. Changes nothing. For a snapshot, the stay need not exist yet.',
        params: reservationParams,
        body: planBody,
        response: { 200: dryRunSchema, ...refusals(401, 403, 404, 409, 422, ...BODY_REFUSALS) },
      },
    },
    async (request) =>
      dryRuns.during(callerOn(request).keyId, async () => {
        const { params, body } = request;
        if (body.message !== 'applyReservation') return ask(() => stays.planFor(params, body as PlannedChange));
        const snapshot = snapshotOf(params, body.payload, 'payload.');
        const property = await context.property(params.propertyId);
        const toPlan = snapshotToPlan(snapshot, property, instantAt(Date.now()));
        return ask(async () => planSnapshot(temporal, stays, toPlan));
      }),
  );
}

/** Returns an invalid snapshot that ends the stay of the path; undefined for all others. */
function wrongEndingIn(request: SnapshotRequest): StaySnapshotInput | undefined {
  const { params, body, validationError } = request;
  if (validationError !== undefined && validationError.validationContext !== 'body') return undefined;
  if (!(body instanceof Object) || differing(params, body).length > 0) return undefined;
  const snapshot = { ...body, ...params } as StaySnapshotInput;
  return check(snapshotSchema, snapshot).ok || endingIn(snapshot) === undefined ? undefined : snapshot;
}

function requestIdFor(request: FastifyRequest, requestId: string): string {
  return ownRequestId(callerOn(request).keyId, 'applyReservation', requestId);
}

interface SnapshotRequest extends Pick<FastifyRequest, 'validationError'> {
  readonly params: StayName;
  readonly body: z.output<typeof reservationBody>;
}

type NamesOfBody = { readonly [Field in keyof StayName]?: string | undefined };

/** Returns the ids that a body has, and that differ from the path's. */
function differing(name: StayName, body: NamesOfBody): readonly (keyof StayName)[] {
  return (['propertyId', 'reservationId'] as const).filter(
    (field) => body[field] !== undefined && body[field] !== name[field],
  );
}

/** Returns the body with the ids of the path. @throws HttpProblem `invalid-request` */
function snapshotOf(
  name: StayName,
  body: z.output<typeof reservationBody>,
  prefix: 'payload.' | '' = '',
): StaySnapshotInput {
  const { propertyId, reservationId } = name;
  const checked = check(snapshotSchema, { ...body, propertyId, reservationId });
  const problems: readonly FieldProblem[] = [
    ...differing(name, body).map((path) => ({ path, message: 'must be absent, or the same as in the path' })),
    ...(checked.ok ? [] : checked.problems),
    ...(stayWorkflowId(name).length <= MOST_ID_LENGTH
      ? []
      : [
          {
            path: 'reservationId',
            message: 'must be shorter: the percent-encoded ids are too long for a workflow id of Temporal',
          },
        ]),
  ];
  if (problems.length === 0 && checked.ok) return checked.value;
  const within = (path: string): string => (path === '' ? prefix.replace('.', '') : `${prefix}${path}`);
  const errors = problems.map(({ path, message }) => ({ path: within(path), message }));
  throw new HttpProblem('invalid-request', 'the body cannot be used', { errors });
}
