/** Continue-as-new of a room: its leases, waiting claims and possible keys survive it, and no lease news is lost. */
import { WithStartWorkflowOperation } from '@temporalio/client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { stayWorkflowId } from '../../src/client.js';
import { roomWorkflowId } from '../../src/domain/model/ids.js';
import type { Claim, LeaseNews } from '../../src/domain/model/lease.js';
import type { RoomView } from '../../src/domain/room/view.js';
import { claimUpdate, anchoredSignal, roomQuery, releaseSignal } from '../../workflows/room/messages.js';
import { openStayWorld, PROPERTY_ID, type StayWorld } from '../harness/stay-world.js';

/** The server suggests continue-as-new at 4 MB. The field is refused by name: all that it leaves is a line of the history. */
const BALLAST = 'x'.repeat(300_000);
const SIGNALS_BEFORE_A_NEW_RUN = 12;

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld({ server: 'dev' });
});
afterAll(async () => world.stop());

test('a room with a long history continues as new with its leases, and notifies the waiting stay when the room is free', async () => {
  const workflowId = roomWorkflowId({ propertyId: PROPERTY_ID, room: '901' });
  const handle = world.temporal.workflow.getHandle(workflowId);
  const claim = (message: Claim): Promise<LeaseNews> => {
    const startWorkflowOperation = new WithStartWorkflowOperation('room', {
      workflowId,
      taskQueue: 'stays',
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [{}],
    });
    return world.temporal.workflow.executeUpdateWithStart(claimUpdate, { args: [message], startWorkflowOperation });
  };
  const view = (): Promise<RoomView> => handle.query(roomQuery);
  const [first, second] = ['R-1', 'R-2'].map((reservationId) =>
    stayWorkflowId({ propertyId: PROPERTY_ID, reservationId }),
  ) as [string, string];
  for (const reservationId of ['R-1', 'R-2']) {
    await world.client.applyReservation(await world.snapshotOf(reservationId, { rooms: [], status: 'tentative' }));
  }
  const window = { from: await world.inMinutes(-60), to: await world.inMinutes(600) };
  const asked = { window, chain: 'c', revision: 1, seq: 4 };
  await claim({ stayId: first, ...asked });
  await claim({ stayId: second, ...asked, graceMinutes: 30 });
  const facts = {
    guestId: 'g1',
    kind: 'override',
    lineage: 'o1',
    window,
    state: 'live',
    issuedAt: window.from,
  } as const;
  await handle.signal(anchoredSignal, { stayId: first, seq: 4, keys: [{ acsCredentialId: 'o1', ...facts }] });
  const before = await view();

  const { runId } = await handle.describe();
  const grow = (): Promise<void> => handle.signal('release', { stayId: first, ballast: BALLAST });
  for (let sent = 0; sent < SIGNALS_BEFORE_A_NEW_RUN; sent++) await grow();
  const hasLeft = async (): Promise<boolean> => {
    if ((await handle.describe()).runId !== runId) return true;
    await grow();
    return false;
  };
  // Slowly from here: a signal that arrives during a workflow task causes another task before a new run can begin.
  await vi.waitUntil(hasLeft, { timeout: 120_000, interval: 2_000 });

  const after = await view();
  expect({ ...after, history: [] }).toEqual({ ...before, history: [] });
  expect(after.history.slice(0, before.history.length)).toEqual(before.history);
  const late = { stayId: first, window: { ...window, to: await world.inMinutes(900) }, chain: 'c', seq: 3 };
  expect(await claim(late)).toMatchObject({ decision: { kind: 'granted', until: window.to } });

  await handle.signal(releaseSignal, { stayId: first, chain: 'c', revision: 1, seq: 5 });
  await expect.poll(async () => (await view()).leases.map(({ stays }) => stays)).toEqual([[second]]);
  const heard = async (): Promise<number> => {
    const { events } = await world.temporal.workflow.getHandle(second).fetchHistory();
    const names = (events ?? []).map((event) => event.workflowExecutionSignaledEventAttributes?.signalName);
    return names.filter((name) => name === 'leaseChanged').length;
  };
  await expect.poll(heard).toBe(1);
  expect(await claim({ stayId: first, window, chain: 'other', revision: 1 })).toMatchObject({
    decision: { kind: 'ended', revision: 1 },
  });
  const { events } = await handle.fetchHistory();
  expect(events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId).toBe(runId);
}, 300_000);
