/** A room with as many claims as it takes: it stays quick, refuses the next stay by name, and takes it once one claim has ended. */
import { WithStartWorkflowOperation } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { instantAt } from '../../src/domain/model/instants.js';
import { roomWorkflowId } from '../../src/domain/model/ids.js';
import { MOST_CLAIMS } from '../../src/domain/room/state.js';
import { claimUpdate, releaseSignal } from '../../workflows/room/messages.js';
import { openStayWorld, PROPERTY_ID, type StayWorld } from '../harness/stay-world.js';

const ROOM = '101';
const DAY_MS = 24 * 3_600_000;

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld({ server: 'dev' });
});
afterAll(async () => world.stop());

test('a room takes claims for years, refuses the next stay, and takes it when another has ended', async () => {
  const workflowId = roomWorkflowId({ propertyId: PROPERTY_ID, room: ROOM });
  const handle = world.temporal.workflow.getHandle(workflowId);
  const start = Date.now() + 10 * DAY_MS;
  const idOf = (index: number): string => `stay/${PROPERTY_ID}/other-${index}`;
  const claim = async (index: number): Promise<void> => {
    const from = start + index * DAY_MS;
    const window = { from: instantAt(from), to: instantAt(from + DAY_MS - 4 * 3_600_000) };
    const startWorkflowOperation = new WithStartWorkflowOperation('room', {
      workflowId,
      taskQueue: 'stays',
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [{}],
    });
    const { decision } = await world.temporal.workflow.executeUpdateWithStart(claimUpdate, {
      args: [{ stayId: idOf(index), window }],
      startWorkflowOperation,
    });
    expect(decision.kind).toBe('granted');
  };
  // In order of time: a claim before another one changes its decision, and the room would drop a stay that does not exist.
  for (let index = 0; index < MOST_CLAIMS; index++) await claim(index);

  const stay = await world.book('one-more', { rooms: [ROOM] });
  const refused = await stay.until(({ attention }) => attention.length > 0);
  expect(refused.attention).toMatchObject([{ code: 'key-failed', room: ROOM }]);
  expect(refused.attention[0]?.message).toContain(`it has ${MOST_CLAIMS} claims`);

  await handle.signal(releaseSignal, { stayId: idOf(MOST_CLAIMS - 1) });
  await stay.signal('retry', {});
  await stay.until(({ guests, attention }) => guests[0]?.keyState === 'issued' && attention.length === 0);
  expect(await stay.tap('g1', ROOM)).toBe('opened');
});
