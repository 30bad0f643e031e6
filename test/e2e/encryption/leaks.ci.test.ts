/**
 * A guest's name, address and number after a run of real processes: with encryption they are in no database, answer,
 * log, metric or OpenTelemetry trace. The same run without encryption shows that the search finds them.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { DEV_API_KEY } from '../../../src/dev/stack.js';
import { instantAt } from '../../../src/domain/model/instants.js';
import { stayWorkflowId } from '../../../src/domain/model/ids.js';
import { encryptionCodec } from '../../../src/temporal/encryption/index.js';
import { callApi } from '../../harness/call-api.js';
import { openRealWorld, type RealWorld } from '../../harness/real-world.js';
import { startTraceCollector } from '../../harness/trace-collector.js';
import { waitUntil } from '../../harness/wait-until.js';
import { aKey, found, GUEST, PERSONAL } from './world.js';

const PATIENCE = { timeout: 240_000 };
const HOUR_MS = 3_600_000;

/** All that a run left, by the place where it was left. */
type Traces = Readonly<Record<string, Buffer>>;

interface Run {
  readonly traces: Traces;
  /** Text of a failure in the run. */
  readonly failure: string;
}

test('a guest is found nowhere in Temporal, in logs or in metrics with encryption, and in the database without it', async () => {
  const key = aKey('k1');
  const plain = await live({});
  const encrypted = await live({ STAYLINE_ENCRYPTION_KEYS: key });
  expect(encrypted.failure).toBe(plain.failure);

  const texts = [...PERSONAL, plain.failure];
  expect(found(joined(plain.traces, 'database'), texts)).toEqual(texts);
  expect(found(joined(plain.traces, 'web api'), PERSONAL)).not.toEqual([]);
  const secrets = [key.slice(key.indexOf('=') + 1), DEV_API_KEY];
  for (const [place, bytes] of Object.entries(encrypted.traces)) {
    expect(bytes.length, place).toBeGreaterThan(0);
    expect(found(bytes, [...texts, ...secrets]), place).toEqual([]);
  }
  for (const [place, bytes] of Object.entries(plain.traces)) {
    if (place.startsWith('database') || place.startsWith('web api')) continue;
    expect(found(bytes, [...PERSONAL, ...secrets]), place).toEqual([]);
  }
});

/** Runs one stay from its booking to its end, through the HTTP API, with a Seam that fails at first. */
async function live(settings: Readonly<Record<string, string>>): Promise<Run> {
  const collector = await startTraceCollector();
  const world = await openRealWorld({ seamEvents: 'delivered', settings: { ...collector.settings, ...settings } });
  try {
    await world.disturb({ kind: 'status', path: '/acs/credentials/create', status: 503, times: 1 });
    const name = { propertyId: world.simulator.property.propertyId, reservationId: 'R-1' };
    const [room, next] = world.freeRooms(2) as [string, string];
    const window = { from: instantAt(Date.now() - HOUR_MS), to: instantAt(Date.now() + 48 * HOUR_MS) };
    const booked = { revision: 1, status: 'in-house', window, rooms: [room], guests: [GUEST] };
    const answers = [await put(world, name.reservationId, booked)];
    await issued(world, 1);
    const companion = { ...GUEST, guestId: 'g2', primary: false, phone: undefined, email: `2.${GUEST.email}` };
    await world.client.signal(name, 'addGuests', { guests: [companion] });
    await issued(world, 2);
    answers.push(await put(world, name.reservationId, { ...booked, revision: 2, rooms: [next] }));
    await waitUntil(async () => (await world.client.view(name)).settled, PATIENCE);
    answers.push(
      await put(world, name.reservationId, { ...booked, revision: 3, guests: [{ ...GUEST, email: GUEST.name }] }),
    );
    await world.client.signal(name, 'checkOut', {});
    await waitUntil(async () => (await world.client.view(name)).phase === 'over', PATIENCE);
    return {
      traces: {
        ...(await tracesOf(world, stayWorkflowId(name))),
        'http answers': Buffer.from(answers.join('\n')),
        spans: Buffer.from(collector.received()),
      },
      failure: await failureIn(world, stayWorkflowId(name)),
    };
  } finally {
    await world.stop();
    await collector.stop();
  }
}

async function put(world: RealWorld, reservationId: string, body: object): Promise<string> {
  const { propertyId } = world.simulator.property;
  return (await callApi(urlOf(world), { propertyId, reservationId }, { body })).text();
}

async function issued(world: RealWorld, count: number): Promise<void> {
  const name = { propertyId: world.simulator.property.propertyId, reservationId: 'R-1' };
  await waitUntil(async () => {
    const { guests } = await world.client.view(name);
    return guests.filter(({ keyState }) => keyState === 'issued').length === count;
  }, PATIENCE);
}

async function tracesOf(world: RealWorld, workflowId: string): Promise<Traces> {
  const { server, webUi = '' } = world.stack.temporal;
  if (server === undefined) throw new Error('the world has no server of its own');
  const text = async (url: string): Promise<Buffer> => Buffer.from(await (await fetch(url)).text());
  const workflow = `${webUi}/api/v1/namespaces/default/workflows/${encodeURIComponent(workflowId)}`;
  return {
    ...filesIn(
      'database',
      ['', '-wal'].map((end) => `${server.databaseFile}${end}`),
    ),
    'web api: list': await text(`${webUi}/api/v1/namespaces/default/workflows`),
    'web api: history': await text(`${workflow}/history?maximumPageSize=1000`),
    'web api: workflow': await text(workflow),
    ...filesIn('log', [server.logFile, world.stack.workerLog, world.stack.server?.log ?? '']),
    metrics: await text(`${urlOf(world)}/metrics`),
    health: await text(`${urlOf(world)}/healthz`),
    readiness: await text(`${urlOf(world)}/readyz`),
  };
}

function filesIn(place: string, files: readonly string[]): Traces {
  const written = files.filter((file) => existsSync(file) && readFileSync(file).length > 0);
  return Object.fromEntries(written.map((file) => [`${place}: ${path.basename(file)}`, readFileSync(file)]));
}

function joined(traces: Traces, place: string): Buffer {
  return Buffer.concat(Object.entries(traces).flatMap(([name, bytes]) => (name.startsWith(place) ? [bytes] : [])));
}

function urlOf(world: RealWorld): string {
  return world.stack.server?.url ?? '';
}

/** Returns the message of the last failure of an activity in the history, as a client with the keys reads it. */
async function failureIn(world: RealWorld, workflowId: string): Promise<string> {
  const { events } = await world.temporal.workflow.getHandle(workflowId).fetchHistory();
  const failures = (events ?? []).flatMap(
    ({ activityTaskStartedEventAttributes: started }) => started?.lastFailure ?? [],
  );
  const [failure] = failures;
  if (failure === undefined) throw new Error('no activity failed');
  const { encryption } = world.stack.temporal;
  // The end of the text is the id of one request.
  const lasting = (text: string): string => text.replace(/ \(request .*/, '');
  if (encryption === undefined) return lasting(failure.message ?? '');
  expect(failure.message).toBe('Encoded failure');
  const [decoded] = await encryptionCodec(encryption).decode([failure.encodedAttributes ?? {}]);
  const { message } = JSON.parse(Buffer.from(decoded?.data ?? []).toString()) as { readonly message: string };
  return lasting(message);
}
