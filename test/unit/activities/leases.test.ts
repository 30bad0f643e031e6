/** `settleLeases`: messages of a stay to its rooms, against real room workflows. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createLeaseActivities } from '../../../activities/leases.js';
import { stayWorkflowId } from '../../../src/client.js';
import { roomWorkflowId } from '../../../src/domain/model/ids.js';
import type { Window } from '../../../src/domain/model/instants.js';
import type { KeyReport, SettleLeasesInput, SettleLeasesOutcome } from '../../../src/domain/model/lease.js';
import type { RoomView } from '../../../src/domain/room/view.js';
import { GRPC_STATUS } from '../../../src/temporal/grpc-errors.js';
import { roomQuery } from '../../../workflows/room/messages.js';
import { refusedByServer } from '../../harness/refused-by-server.js';
import { openStayWorld, PROPERTY_ID, type StayWorld } from '../../harness/stay-world.js';

let world: StayWorld;
let window: Window;
beforeAll(async () => {
  world = await openStayWorld();
  window = { from: await world.inMinutes(-60), to: await world.inMinutes(2 * 24 * 60) };
});
afterAll(async () => world.stop());

type Claims = [SettleLeasesInput['claims'][number], SettleLeasesInput['claims'][number]];

/** Timeout that no room exceeds, however busy the machine is. */
const PATIENT = { startToCloseTimeoutMs: 60_000 };

/** Timeout that lets a room answer on a busy machine, and a test wait for a room that does not. */
const HURRIED = { startToCloseTimeoutMs: 4_000 };

function settle(
  reservationId: string,
  seq: number,
  said: Partial<SettleLeasesInput>,
  attempt: { readonly attempt?: number; readonly startToCloseTimeoutMs?: number } = {},
): Promise<SettleLeasesOutcome> {
  const { settleLeases } = createLeaseActivities();
  const environment = new MockActivityEnvironment(
    { ...PATIENT, ...attempt },
    {
      client: world.temporal,
      logger: new DefaultLogger('ERROR'),
    },
  );
  const stayId = stayWorkflowId({ propertyId: PROPERTY_ID, reservationId });
  const input = { propertyId: PROPERTY_ID, stayId, chain: 'c', seq, reports: [], releases: [], claims: [], ...said };
  return environment.run(settleLeases, input);
}

function claimsOf(reservationId: string, seq: number, rooms: readonly string[]): SettleLeasesInput['claims'] {
  const stayId = stayWorkflowId({ propertyId: PROPERTY_ID, reservationId });
  return rooms.map((room) => ({ room, claim: { stayId, chain: 'c', seq, revision: 1, part: 0, window } }));
}

function view(room: string): Promise<RoomView> {
  return world.temporal.workflow.getHandle(roomWorkflowId({ propertyId: PROPERTY_ID, room })).query(roomQuery);
}

function key(id: string): KeyReport {
  const facts = { acsCredentialId: id, guestId: 'g1', kind: 'override', lineage: id, window } as const;
  return { ...facts, state: 'live', issuedAt: window.from };
}

test('a room is started by its first claim, and each claim is answered', async () => {
  const rooms = Array.from({ length: 8 }, (_, index) => `A${index}`);
  const { news } = await settle('R-1', 1, { claims: claimsOf('R-1', 1, rooms) });
  expect(news.map(({ room, decision }) => [room, decision.kind])).toEqual(rooms.map((room) => [room, 'granted']));
  const handle = world.temporal.workflow.getHandle(roomWorkflowId({ propertyId: PROPERTY_ID, room: 'A0' }));
  expect(await (await handle.describe()).staticSummary()).toBe('Room A0 at seaside');
});

test('a repeated settleLeases changes nothing', async () => {
  const said = { reports: [{ room: 'B1', keys: [key('o1')] }], claims: claimsOf('R-2', 1, ['B1']) };
  const first = await settle('R-2', 1, said);
  const before = await view('B1');
  expect(await settle('R-2', 1, said)).toEqual(first);
  expect(await view('B1')).toEqual(before);
});

test('a claim that the server drops is sent again by the same attempt', async () => {
  const dropped = 'Unable to perform workflow execution update due to unexpected workflow task failure.';
  const sent = vi.spyOn(world.temporal.workflow, 'executeUpdateWithStart');
  sent.mockRejectedValueOnce(refusedByServer(GRPC_STATUS.FAILED_PRECONDITION, dropped));
  try {
    const { news } = await settle('R-12', 1, { claims: claimsOf('R-12', 1, ['B2']) });
    expect(news).toMatchObject([{ room: 'B2', decision: { kind: 'granted' } }]);
    expect(sent).toHaveBeenCalledTimes(2);
  } finally {
    sent.mockRestore();
  }
});

test('leases are released before any claim is sent, so that two stays can swap rooms', async () => {
  // Rooms send their news only to stays that exist.
  for (const id of ['R-3', 'R-4']) {
    await world.client.applyReservation(await world.snapshotOf(id, { rooms: [], status: 'tentative' }));
  }
  await settle('R-3', 1, { claims: claimsOf('R-3', 1, ['C1']) });
  await settle('R-4', 1, { claims: claimsOf('R-4', 1, ['C2']) });
  const letGo = (room: string): SettleLeasesInput['releases'] => [{ room, part: 0, revision: 1 }];
  const waits = await settle('R-3', 2, { releases: letGo('C1'), claims: claimsOf('R-3', 2, ['C2']) });
  expect(waits.news).toMatchObject([{ decision: { kind: 'waiting' } }]);
  const has = await settle('R-4', 2, { releases: letGo('C2'), claims: claimsOf('R-4', 2, ['C1']) });
  expect(has.news).toMatchObject([{ decision: { kind: 'granted' } }]);
  const stayId = stayWorkflowId({ propertyId: PROPERTY_ID, reservationId: 'R-3' });
  await expect.poll(async () => (await view('C2')).leases.map(({ stays }) => stays)).toEqual([[stayId]]);
});

test('a room receives the reported keys before it answers the claim', async () => {
  const claims = claimsOf('R-5', 1, ['D1']).map(({ room, claim }) => ({ room, claim: { ...claim, shareGroup: 's' } }));
  await settle('R-5', 1, { reports: [{ room: 'D1', keys: [key('o1')] }], claims });
  const others = claimsOf('R-6', 1, ['D1']).map(({ room, claim }) => ({ room, claim: { ...claim, shareGroup: 's' } }));
  const { news } = await settle('R-6', 1, { claims: others });
  expect(news).toMatchObject([{ decision: { kind: 'granted', opener: false, anchors: [{ acsCredentialId: 'o1' }] } }]);
});

test('a release of a room without claims succeeds and does not start the room', async () => {
  const releases = [{ room: 'E1', part: 0, revision: 1 }];
  const reports = [{ room: 'E1', keys: [] }];
  expect(await settle('R-7', 1, { releases, reports })).toEqual({ news: [] });
  await expect(view('E1')).rejects.toThrow();
});

test('a late claim is answered with the current state of the room', async () => {
  await settle('R-8', 4, { claims: claimsOf('R-8', 4, ['F1']) });
  await settle('R-8', 5, { releases: [{ room: 'F1', part: 0, revision: 1 }] });
  const { news } = await settle('R-8', 4, { claims: claimsOf('R-8', 4, ['F1']) });
  expect(news).toMatchObject([{ decision: { kind: 'waiting', behind: [] } }]);
  expect((await view('F1')).leases).toEqual([]);
});

test('a claim that a room refuses is reported, and delays no other room', async () => {
  const [{ room, claim }, other] = claimsOf('R-9', 1, ['G1', 'G2']) as Claims;
  const wrong = { ...claim, window: { from: window.to, to: window.from } };
  const { news, unsettled } = await settle('R-9', 1, { claims: [{ room, claim: wrong }, other] });
  expect(news).toMatchObject([{ room: 'G2', decision: { kind: 'granted' } }]);
  expect(unsettled).toEqual([
    { room: 'G1', kind: 'refused', why: 'room G1 refused the claim: window.to must be later than "from"' },
  ]);
});

describe('a room that does not answer', () => {
  beforeAll(async () => {
    const workflowId = roomWorkflowId({ propertyId: PROPERTY_ID, room: 'H1' });
    await world.temporal.workflow.start('room', { workflowId, taskQueue: 'nobody', args: [{}] });
  });

  test('settleLeases fails and can be retried when a room does not answer', async () => {
    await expect(settle('R-10', 1, { claims: claimsOf('R-10', 1, ['H1', 'H2']) }, HURRIED)).rejects.toThrow();
  });

  test('a room that does not answer is reported on the third attempt, and delays no other room', async () => {
    const said = { claims: claimsOf('R-11', 1, ['H1', 'H3']) };
    const { news, unsettled } = await settle('R-11', 1, said, { ...HURRIED, attempt: 3 });
    expect(news).toMatchObject([{ room: 'H3', decision: { kind: 'granted' } }]);
    expect(unsettled).toEqual([{ room: 'H1', kind: 'silent', why: 'room H1 does not answer' }]);
  });
});
