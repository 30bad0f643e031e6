/** The workflow `room`: claims by update-with-start, news by signal to stays that exist. */
import { WithStartWorkflowOperation } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { stayWorkflowId } from '../../src/client.js';
import { cachedBundle } from '../../src/dev/bundle-cache.js';
import { roomWorkflowId } from '../../src/domain/model/ids.js';
import type { Claim, KeyReport, LeaseNews } from '../../src/domain/model/lease.js';
import type { RoomView } from '../../src/domain/room/view.js';
import { claimUpdate, anchoredSignal, forceSignal, roomQuery, releaseSignal } from '../../workflows/room/messages.js';
import { openStayWorld, PROPERTY_ID, type StayWorld } from '../harness/stay-world.js';

const HOUR = 60;

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld();
});
afterAll(async () => world.stop());

function idOf(room: string): string {
  return roomWorkflowId({ propertyId: PROPERTY_ID, room });
}

/** Starts a stay that claims no room by itself. Returns its workflow id. */
async function aStay(reservationId: string): Promise<string> {
  await world.client.applyReservation(await world.snapshotOf(reservationId, { rooms: [], status: 'tentative' }));
  return stayWorkflowId({ propertyId: PROPERTY_ID, reservationId });
}

async function claim(
  room: string,
  stayId: string,
  [from, to]: readonly [number, number],
  more: Partial<Claim> = {},
): Promise<LeaseNews> {
  const window = { from: await world.inMinutes(from * HOUR), to: await world.inMinutes(to * HOUR) };
  return send(room, { stayId, window, ...more });
}

function send(room: string, message: Claim): Promise<LeaseNews> {
  const startWorkflowOperation = new WithStartWorkflowOperation('room', {
    workflowId: idOf(room),
    taskQueue: 'stays',
    workflowIdConflictPolicy: 'USE_EXISTING',
    args: [{}],
  });
  return world.temporal.workflow.executeUpdateWithStart(claimUpdate, { args: [message], startWorkflowOperation });
}

function view(room: string): Promise<RoomView> {
  return world.temporal.workflow.getHandle(idOf(room)).query(roomQuery);
}

/** Returns the lease news that a stay received, in the order of arrival. */
async function newsOf(stayId: string): Promise<LeaseNews[]> {
  const { events } = await world.temporal.workflow.getHandle(stayId).fetchHistory();
  return (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) => {
    const data = signal?.signalName === 'leaseChanged' ? signal.input?.payloads?.[0]?.data : undefined;
    return data == null ? [] : [JSON.parse(Buffer.from(data).toString()) as LeaseNews];
  });
}

function liveKey(id: string, fields: Partial<KeyReport> & Pick<KeyReport, 'window' | 'issuedAt'>): KeyReport {
  return { acsCredentialId: id, guestId: 'g1', kind: 'override', lineage: id, state: 'live', ...fields };
}

test('a claim starts the room and is answered at once, and a second claim waits until the room is released', async () => {
  const [first, second] = [await aStay('R-1'), await aStay('R-2')];
  expect(await claim('901', first, [1, 40])).toMatchObject({ room: '901', part: 0, decision: { kind: 'granted' } });
  expect(await claim('901', second, [20, 60])).toMatchObject({ decision: { kind: 'waiting', behind: [first] } });
  await world.temporal.workflow.getHandle(idOf('901')).signal(releaseSignal, { stayId: first });
  await expect.poll(() => newsOf(second)).toMatchObject([{ room: '901', part: 0, decision: { kind: 'granted' } }]);
  expect(await newsOf(first)).toEqual([]);
  const { leases, waiting } = await view('901');
  expect([leases.map(({ stays }) => stays), waiting]).toEqual([[[second]], []]);
});

test('a waiting stay gets the room when the lease before it ends, without any message', async () => {
  const [first, second] = [await aStay('R-3'), await aStay('R-4')];
  await claim('902', first, [-1, 5]);
  await claim('902', second, [4, 60]);
  await world.pass('5 hours');
  await expect.poll(() => newsOf(second)).toMatchObject([{ decision: { kind: 'granted' } }]);
  const { events } = await world.temporal.workflow.getHandle(idOf('902')).fetchHistory();
  expect((events ?? []).filter((event) => event.timerStartedEventAttributes != null)).toHaveLength(1);
});

test('a room without a waiting stay sets no timer', async () => {
  await claim('903', await aStay('R-5'), [1, 5]);
  await claim('903', await aStay('R-6'), [5, 60]);
  const { events } = await world.temporal.workflow.getHandle(idOf('903')).fetchHistory();
  expect((events ?? []).filter((event) => event.timerStartedEventAttributes != null)).toEqual([]);
});

test('claims of a stay that does not exist are dropped when a signal to it fails, and the next stay gets the room', async () => {
  const [here, next] = [await aStay('R-7'), await aStay('R-8')];
  const gone = stayWorkflowId({ propertyId: PROPERTY_ID, reservationId: 'never was' });
  await claim('904', here, [1, 40]);
  await claim('904', gone, [1, 40]);
  await claim('904', next, [1, 40]);
  await world.temporal.workflow.getHandle(idOf('904')).signal(releaseSignal, { stayId: here });
  await expect.poll(async () => (await newsOf(next)).at(-1)).toMatchObject({ decision: { kind: 'granted' } });
  const { history } = await view('904');
  expect(history.map(({ what }) => what)).toContain(`${gone}: claims dropped`);
});

test('the front desk gives the room to the waiting stay, and the displaced stay is notified', async () => {
  const [first, second] = [await aStay('R-9'), await aStay('R-10')];
  await claim('905', first, [-1, 40]);
  await claim('905', second, [-1, 60]);
  const desk = { stayId: second, reason: 'the guest is here', by: 'anna', requestId: 'f-1' };
  await world.temporal.workflow.getHandle(idOf('905')).signal(forceSignal, desk);
  await expect.poll(() => newsOf(second)).toMatchObject([{ decision: { kind: 'granted' } }]);
  await expect
    .poll(() => newsOf(first))
    .toMatchObject([{ decision: { kind: 'waiting', behind: [second], displaced: true } }]);
});

test('a room shows the keys that are reported to it, and offers them as anchors to the stays of a share group', async () => {
  const [first, second] = [await aStay('R-11'), await aStay('R-12')];
  const window = { from: await world.inMinutes(-HOUR), to: await world.inMinutes(40 * HOUR) };
  await claim('906', first, [-1, 40], { shareGroup: 'friends', ready: true });
  const keys = [liveKey('o1', { window, issuedAt: window.from })];
  await world.temporal.workflow.getHandle(idOf('906')).signal(anchoredSignal, { stayId: first, keys });
  expect(await claim('906', second, [-1, 60], { shareGroup: 'friends' })).toMatchObject({
    decision: { kind: 'granted', opener: false, anchors: [{ acsCredentialId: 'o1', stayId: first }], lineage: 'o1' },
  });
  expect((await view('906')).keys.certain).toMatchObject([{ acsCredentialId: 'o1', guestId: 'g1', stayId: first }]);
});

test.each([
  ['no object', 'nonsense', 'the value must be an object'],
  ['no window', { stayId: 'stay/seaside/R-1' }, 'window is missing; it must be an object'],
  [
    'a window that ends before it begins',
    { stayId: 'stay/seaside/R-1', window: { from: '2030-01-02T10:00Z', to: '2030-01-01T10:00Z' } },
    'window.to must be later than "from"',
  ],
  // Temporal accepts no signal to a longer workflow id: the first lease news for it would block the room.
  [
    'the id of no stay',
    { stayId: 'ü'.repeat(600), window: { from: '2030-01-01T10:00Z', to: '2030-01-02T10:00Z' } },
    'stayId must be the workflow id of a stay, such as "stay/seaside/R-1001"',
  ],
  [
    'an unknown field',
    { stayId: 'stay/seaside/R-1', window: { from: '2030-01-01T10:00Z', to: '2030-01-02T10:00Z' }, guest: 'x' },
    'guest is not a known field',
  ],
])('a claim with %s is refused as InvalidMessage, with the field and the problem', async (_what, message, problem) => {
  await expect(send('907', message as Claim)).rejects.toMatchObject({
    cause: { type: 'InvalidMessage', message: problem, nonRetryable: true },
  });
});

test("an invalid signal becomes a line of the room's history, and the room keeps running", async () => {
  const first = await aStay('R-13');
  await claim('908', first, [1, 40]);
  const handle = world.temporal.workflow.getHandle(idOf('908'));
  await handle.signal('release', { stayId: 7 });
  await handle.signal('force', 'nonsense');
  await handle.signal('open-sesame', {});
  await handle.signal('anchored');
  const ignored = async (): Promise<unknown> =>
    (await view('908')).history.filter(({ what }) => what === 'message ignored').map(({ why }) => why);
  await expect
    .poll(ignored)
    .toEqual([
      'release: stayId must be the workflow id of a stay, such as "stay/seaside/R-1001"',
      'force: the value must be an object',
      'there is no signal "open-sesame"',
      'anchored: the value is missing; it must be an object',
    ]);
  expect(await claim('908', first, [1, 41])).toMatchObject({ decision: { kind: 'granted' } });
});

test('moveOn changes nothing in a room, and is no unknown message', async () => {
  const first = await aStay('R-19');
  await claim('913', first, [1, 40]);
  const before = await view('913');
  await world.temporal.workflow.getHandle(idOf('913')).signal('moveOn');
  expect(await claim('913', first, [1, 40])).toMatchObject({ decision: { kind: 'granted' } });
  expect((await view('913')).history).toEqual(before.history);
});

test('a room ignores a cancellation, so that its leases are not lost', async () => {
  const [first, second] = [await aStay('R-14'), await aStay('R-15')];
  await claim('909', first, [1, 40]);
  const handle = world.temporal.workflow.getHandle(idOf('909'));
  await handle.cancel();
  await vi.waitUntil(async () => (await view('909')).history.some(({ why }) => why?.startsWith('a room cannot')));
  expect(await claim('909', second, [1, 40])).toMatchObject({ decision: { kind: 'waiting', behind: [first] } });
  expect((await handle.describe()).status.name).toBe('RUNNING');
});

test('search attributes find a room by its property and its number', async () => {
  await claim('910', await aStay('R-16'), [1, 40]);
  const { typedSearchAttributes } = await world.temporal.workflow.getHandle(idOf('910')).describe();
  expect(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value])).toEqual(
    expect.arrayContaining([
      ['StayProperty', PROPERTY_ID],
      ['StayRooms', ['910']],
    ]),
  );
});

test('a room workflow whose id is not the id of a room fails as InvalidMessage', async () => {
  const handle = await world.temporal.workflow.start('room', { workflowId: 'room-911', taskQueue: 'stays', args: [] });
  await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'InvalidMessage' } });
});

test("a room handles a stay's key report before its claim, even when both arrive while no worker is running", async () => {
  const stayId = await aStay('R-while-away');
  const window = { from: await world.inMinutes(-HOUR), to: await world.inMinutes(24 * HOUR) };
  const start = { workflowId: idOf('990'), taskQueue: 'nobody-yet', args: [{}] as [object] };
  const keys = [liveKey('o1', { window, issuedAt: window.from })];
  await world.temporal.workflow.signalWithStart('room', {
    ...start,
    signal: anchoredSignal,
    signalArgs: [{ stayId, keys }],
  });
  const startWorkflowOperation = new WithStartWorkflowOperation('room', {
    ...start,
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  const answer = world.temporal.workflow.executeUpdateWithStart(claimUpdate, {
    args: [{ stayId, window }],
    startWorkflowOperation,
  });
  const worker = await Worker.create({
    connection: world.native,
    taskQueue: start.taskQueue,
    workflowBundle: { codePath: await cachedBundle() },
  });
  const [{ version }, known] = await worker.runUntil(async () => [await answer, await view('990')] as const);
  expect(known.version).toBe(version);
});
