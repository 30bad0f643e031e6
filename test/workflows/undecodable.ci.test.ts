/**
 * Messages and start arguments that cannot be decoded, or are none. Any program that reaches Temporal can send them, so no workflow may
 * stop for them: a signal becomes attention, an update or query fails, a start goes on without its argument or fails.
 */
import { Context } from '@temporalio/activity';
import { temporal } from '@temporalio/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  commandWorkflowId,
  deliveryWorkflowId,
  eraseWorkflowId,
  listenWorkflowId,
} from '../../src/domain/model/ids.js';
import { TASK_QUEUES } from '../../src/temporal/task-queues.js';
import { WORKFLOW_TYPES } from '../../src/temporal/workflow-types.js';
import { NO_MESSAGE, queryRaw, signalRaw, startRaw, UNDECODABLE, updateRaw } from '../harness/raw-messages.js';
import { PROPERTY_ID, openStayWorld, type StayWorld } from '../harness/stay-world.js';

let world: StayWorld;
beforeAll(async () => {
  /** Lasts until the worker ends. */
  const never = (): Promise<never> => Context.current().cancelled;
  world = await openStayWorld({
    server: 'dev',
    bookings: {
      readReservation: () => Promise.resolve({ kind: 'ignored', why: 'a test' }),
      handOverReservations: never,
      sweepPage: never,
      listenToBookings: never,
      carryOutCommand: never,
    },
  });
});
afterAll(async () => world.stop());

const { EventType } = temporal.api.enums.v1;
const ALL = Object.entries({ ...UNDECODABLE, ...NO_MESSAGE });

async function hasFailedTask(workflowId: string): Promise<boolean> {
  const { events } = await world.temporal.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).some(
    ({ eventType }) => Number(eventType) === Number(EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED),
  );
}

async function statusOf(workflowId: string): Promise<string> {
  return (await world.temporal.workflow.getHandle(workflowId).describe()).status.name;
}

test('signals that cannot be decoded become attention with their name and encoding, and the stay goes on', async () => {
  const stay = await world.book('undecodable', {});
  await stay.settled();
  for (const payload of Object.values(UNDECODABLE))
    await signalRaw(world.temporal, stay.workflowId, 'addGuests', payload);
  await signalRaw(
    world.temporal,
    stay.workflowId,
    'hold',
    UNDECODABLE['of JSON that is cut off'],
    NO_MESSAGE['of a text'],
  );
  const complaints = (await stay.view()).attention.map(({ code, message }) => `${code}: ${message}`);
  expect(complaints).toEqual([
    'ignored-message: addGuests: the value cannot be decoded (encoding binary/encrypted)',
    'ignored-message: addGuests: the value cannot be decoded (without an encoding)',
    'ignored-message: addGuests: the value cannot be decoded (without an encoding)',
    'ignored-message: addGuests: the value cannot be decoded (encoding json/plain)',
    'ignored-message: addGuests: the value cannot be decoded (encoding json/plain)',
    'ignored-message: addGuests: the value cannot be decoded (without an encoding)',
    'ignored-message: addGuests: the value cannot be decoded (encoding json/protobuf)',
    'ignored-message: hold: the value cannot be decoded (encoding json/plain)',
  ]);
  expect(JSON.stringify(await stay.view())).not.toMatch(/anna/i);
  await stay.signal('checkOut', {});
  expect((await stay.settled()).keys.every(({ state }) => state === 'dead')).toBe(true);
  expect(await hasFailedTask(stay.workflowId)).toBe(false);
});

test('a signal that holds JSON null counts as one without fields', async () => {
  const stay = await world.book('null-signal', {});
  await stay.settled();
  await signalRaw(world.temporal, stay.workflowId, 'checkOut', NO_MESSAGE['of JSON null']);
  expect((await stay.settled()).phase).toBe('over');
});

test('a stay that is started with an argument that cannot be decoded opens, says so, and takes its snapshot', async () => {
  for (const [index, [, payload]] of Object.entries(UNDECODABLE).entries()) {
    const reservationId = `start-${index}`;
    const workflowId = `stay/${PROPERTY_ID}/${reservationId}`;
    await startRaw(world.temporal, WORKFLOW_TYPES.stay, workflowId, payload);
    const { attention } = await world.client.view({ propertyId: PROPERTY_ID, reservationId });
    expect(attention).toMatchObject([
      {
        code: 'ignored-message',
        message: expect.stringMatching(/^the start argument cannot be decoded \((encoding|without)/) as string,
      },
    ]);
  }
  const stay = await world.book('start-0', {});
  expect((await stay.settled()).guests).toMatchObject([{ keyState: 'issued' }]);
});

test('a start argument of any other kind stops no workflow', async () => {
  const carried = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{"carried":{"schema":1}}') };
  const garbage = {
    metadata: { encoding: Buffer.from('json/plain') },
    data: Buffer.from('{"pace":{"quietMs":"x"},"connectionId":7}'),
  };
  const payloads = [...Object.values(UNDECODABLE), ...Object.values(NO_MESSAGE), carried, garbage];
  const ids = { stay: 'stay', room: 'room', ingest: 'ingest', keyRequests: 'key-requests' } as Record<string, string>;
  const started: string[] = [];
  for (const type of Object.values(WORKFLOW_TYPES)) {
    for (const [index, payload] of payloads.entries()) {
      const workflowId = `${ids[type] ?? type}/${PROPERTY_ID}/any-start-${index}`;
      await startRaw(world.temporal, type, workflowId, payload);
      started.push(workflowId);
    }
    const bare = `${ids[type] ?? type}/${PROPERTY_ID}/bare-start`;
    await startRaw(world.temporal, type, bare);
    started.push(bare);
  }
  // Each workflow has done its first task: it answers a query, or it has ended.
  for (const workflowId of started) {
    expect(await queryRaw(world.temporal, workflowId, 'noSuchQuery'), workflowId).toMatch(
      /there is no query|InvalidMessage/,
    );
    expect(await hasFailedTask(workflowId), workflowId).toBe(false);
  }
  const { length } = payloads;
  const refusing = [
    ...['bookingDelivery', 'bookingSweep', 'bookingListener', 'bookingCommand', 'eraseGuest', 'findDoors', 'keyAudit'],
  ];
  for (const type of refusing) {
    expect(await statusOf(`${type}/${PROPERTY_ID}/any-start-${length - 1}`), type).toBe('FAILED');
  }
}, 300_000);

/** A look for doors is over within four seconds, whatever it receives. */
const LASTING = Object.values(WORKFLOW_TYPES).filter((type) => type !== WORKFLOW_TYPES.findDoors);

test.each(LASTING)('no signal, update or query stops the workflow %s', async (type) => {
  const { temporal: client } = world;
  const workflowId = await startOf(type);
  const names = {
    stay: 'joinTo',
    room: 'release',
    ingest: 'reservationChanged',
    bookingDelivery: 'delivered',
    keyRequests: 'keysAskedFor',
  } as Record<string, string>;
  for (const [, payload] of ALL) {
    for (const name of [names[type] ?? 'none', 'noSuchSignal', '__temporal_x'])
      await signalRaw(client, workflowId, name, payload);
  }
  const updates = { stay: 'applyReservation', room: 'claim', keyRequests: 'keyRequestAnswer' } as Record<
    string,
    string
  >;
  const encrypted = UNDECODABLE['of an encoding that the worker has no codec for'];
  for (const name of [updates[type] ?? 'none', 'noSuchUpdate', '__temporal_x']) {
    expect(await updateRaw(client, workflowId, name, encrypted), name).toMatch(/there is no update|cannot be decoded/);
  }
  for (const name of ['noSuchQuery', '__temporal_x']) {
    expect(await queryRaw(client, workflowId, name, encrypted)).toMatch(/^InvalidMessage: there is no query/);
  }
  expect(await hasFailedTask(workflowId)).toBe(false);
  expect(await statusOf(workflowId)).toBe('RUNNING');
});

/** Starts a workflow that has something to wait for, and returns its id. */
async function startOf(type: string): Promise<string> {
  if (type === WORKFLOW_TYPES.stay) {
    const stay = await world.book('any-signal', {});
    await stay.settled();
    return stay.workflowId;
  }
  const pace = { quietMs: 600_000, longestMs: 600_000, rereadMs: [], goneMs: 1 };
  const booking = { connectionId: 'c', propertyId: PROPERTY_ID, commandId: '1', firstDays: 1, overlapMinutes: 1, pace };
  const guest = { propertyId: PROPERTY_ID, reservationId: 'none', guestId: 'g1' };
  const delivery = { connectionId: 'c', deliveryId: 'd', pace, reservations: [guest] };
  const own: Readonly<Record<string, object>> = { eraseGuest: guest, bookingDelivery: delivery };
  const args = [own[type] ?? booking];
  const ids: Readonly<Record<string, string>> = {
    room: `room/${PROPERTY_ID}/any-signal`,
    ingest: `ingest/${PROPERTY_ID}/any-signal`,
    keyRequests: `key-requests/${PROPERTY_ID}/any-signal`,
    bookingDelivery: deliveryWorkflowId('c', 'd'),
    bookingListener: listenWorkflowId('c'),
    bookingCommand: commandWorkflowId('c', '1'),
    eraseGuest: eraseWorkflowId(guest),
  };
  const workflowId = ids[type] ?? `${type}/any-signal`;
  const callsSeam = type === WORKFLOW_TYPES.eraseGuest || type === WORKFLOW_TYPES.keyAudit;
  if (callsSeam) await world.disturb({ kind: 'drop-before', times: 10_000 });
  await world.temporal.workflow.start(type, { workflowId, taskQueue: TASK_QUEUES.stays, args });
  return workflowId;
}
