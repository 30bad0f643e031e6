/**
 * Traces of real processes, with encryption: each change of a booking has one, from the request through the stay and its
 * rooms to the calls at Seam.
 */
import { readFileSync } from 'node:fs';
import { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defined } from '../../../src/domain/model/defined.js';
import { instantAt } from '../../../src/domain/model/instants.js';
import { TRACE_HEADER } from '../../../src/domain/model/trace-parent.js';
import { encryptingConverter } from '../../../src/temporal/encryption/index.js';
import { callApi } from '../../harness/call-api.js';
import { openRealWorld, type RealWorld } from '../../harness/real-world.js';
import { startTraceCollector, type CollectedSpan, type TraceCollector } from '../../harness/trace-collector.js';
import { waitUntil } from '../../harness/wait-until.js';
import { aKey } from '../encryption/world.js';

const PATIENCE = { timeout: 240_000 };
const HOUR_MS = 3_600_000;
const CREATE = 'POST /acs/credentials/create';
const DELETE = 'POST /acs/credentials/delete';
const PUT = 'PUT /v1/properties/:propertyId/reservations/:reservationId';
const CALLER = '00f067aa0ba902b7';

let collector: TraceCollector;
let world: RealWorld;
let name: { readonly propertyId: string; readonly reservationId: string };
beforeAll(async () => {
  collector = await startTraceCollector();
  const settings = { ...collector.settings, STAYLINE_ENCRYPTION_KEYS: aKey('k1') };
  world = await openRealWorld({ seamEvents: 'delivered', seamTimeoutMs: 5_000, settings });
  name = { propertyId: world.simulator.property.propertyId, reservationId: 'traced' };
});
afterAll(async () => {
  await world.stop();
  await collector.stop();
});

/** Sends a revision of the stay as part of a trace of the caller, and waits until its keys are as they should be. */
async function change(traceId: string, fields: { revision: number; rooms: string[]; status?: string }): Promise<void> {
  const window = { from: instantAt(Date.now() - HOUR_MS), to: instantAt(Date.now() + 48 * HOUR_MS) };
  const guests = [{ guestId: 'g1', primary: true }];
  const answer = await callApi(world.stack.server?.url ?? '', name, {
    headers: { traceparent: `00-${traceId}-${CALLER}-01` },
    body: { status: 'in-house', window, guests, ...fields },
  });
  expect(answer.status).toBeLessThan(300);
  const [room = ''] = fields.status === undefined ? fields.rooms : [];
  await waitUntil(async () => {
    const { settled, keys } = await world.client.view(name);
    const live = keys.filter(({ state }) => state !== 'dead');
    return settled && live.every(({ rooms }) => rooms.includes(room)) && live.length === (room === '' ? 0 : 1);
  }, PATIENCE);
}

function spansIn(traceId: string, spanName: string): readonly CollectedSpan[] {
  return collector.spans().filter((span) => span.traceId === traceId && span.name === spanName);
}

/** Returns the names of a span and of those above it, and the span above all of them. */
function upFrom(span: CollectedSpan): { readonly names: readonly string[]; readonly above: string | undefined } {
  const parent = collector.spans().find(({ spanId }) => spanId === span.parentSpanId);
  if (parent === undefined) return { names: [span.name], above: span.parentSpanId };
  const { names, above } = upFrom(parent);
  return { names: [span.name, ...names], above };
}

/** Returns the same once every span above has arrived. Processes send their spans in batches of their own. */
async function wholeWayUp(span: CollectedSpan): Promise<ReturnType<typeof upFrom>> {
  await waitUntil(() => Promise.resolve(upFrom(span).above === CALLER), PATIENCE);
  return upFrom(span);
}

async function arrived(traceId: string, spanName: string, count: number): Promise<readonly CollectedSpan[]> {
  const found = (): readonly CollectedSpan[] => spansIn(traceId, spanName);
  await waitUntil(() => Promise.resolve(found().length >= count), PATIENCE);
  return found();
}

test('each change has one trace, from the request of the booking system to the call at Seam', async () => {
  const [first = '', second = '', third = ''] = ['1', '2', '3'].map((digit) => digit.repeat(32));
  const [room, next] = world.freeRooms(2) as [string, string];
  await world.disturb({ kind: 'status', path: '/acs/credentials/create', status: 503, times: 1 });
  await change(first, { revision: 1, rooms: [room] });
  // The first attempt fails, and the second is part of the same trace.
  const made = await arrived(first, CREATE, 2);
  expect(made.map(({ failed, attributes }) => [failed, attributes['http.response.status_code']])).toEqual([
    [true, 503],
    [false, 200],
  ]);
  await arrived(first, PUT, 1);
  for (const call of made) {
    const { names, above } = await wholeWayUp(call);
    expect(names).toEqual([
      CREATE,
      'RunActivity:issueKey',
      'HandleUpdate:applyReservation',
      'UpdateWithStartWorkflow:applyReservation',
      PUT,
    ]);
    expect(above).toBe(CALLER);
  }
  // The room took part.
  expect(spansIn(first, 'HandleUpdate:claim')).not.toEqual([]);

  await change(second, { revision: 2, rooms: [next] });
  await change(third, { revision: 3, rooms: [next], status: 'departed' });
  await arrived(second, PUT, 1);
  await arrived(third, PUT, 1);
  // Seam's events, which have traces of their own, take no step from a change.
  const [remade, removed] = [await arrived(second, CREATE, 1), await arrived(third, DELETE, 1)];
  for (const call of [...remade, ...removed]) expect((await wholeWayUp(call)).above).toBe(CALLER);
  expect(spansIn(first, CREATE)).toHaveLength(2);
  expect(new Set(collector.spans().map(({ service }) => service))).toEqual(
    new Set(['stayline-server', 'stayline-worker']),
  );

  const lines = readFileSync(world.stack.server?.log ?? '', 'utf8').split('\n');
  const requests = lines.filter((line) => line.includes('"request"') && line.includes('"traced"'));
  expect(requests.map((line) => (JSON.parse(line) as { trace_id?: string }).trace_id)).toEqual([first, second, third]);
});

test.each([
  ['is no JSON', { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{') }],
  ['has an unknown encoding', { metadata: { encoding: Buffer.from('binary/other') }, data: Buffer.from([255, 0]) }],
  ['names no trace', defaultPayloadConverter.toPayload({ traceparent: 'junk' })],
])('a stay takes a message whose trace header %s', async (what, header) => {
  const stay = await world.book(`odd-header-${what.replaceAll(' ', '-')}`, {});
  await stay.until(({ settled }) => settled);
  const headers = { [TRACE_HEADER]: header };
  const { namespace, encryption } = world.stack.temporal;
  const sender = new Client({
    connection: world.temporal.connection,
    namespace,
    interceptors: { workflow: [{ signal: (input, next) => next({ ...input, headers }) }] },
    ...defined({ dataConverter: encryption && encryptingConverter(encryption, 'client') }),
  });
  await sender.workflow.getHandle(stay.workflowId).signal('hold', { reason: what });
  await stay.until(({ timeline }) => timeline.some((line) => line.what === 'hold'));
  await stay.signal('checkOut', {});
  await stay.until(({ settled, keys }) => settled && keys.every(({ state }) => state === 'dead'));
});
