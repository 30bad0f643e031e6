/**
 * A signal whose payload does not decode. The SDK decodes it before any handler runs, so the stay's task fails until the
 * signal is removed from its history (docs/failures.md). Other stays are not affected.
 */
import { temporal } from '@temporalio/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';
import { waitUntil } from '../harness/wait-until.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld({ server: 'dev' });
});
afterAll(async () => world.stop());

const { EventType } = temporal.api.enums.v1;

test('a signal that does not decode stops its own stay only, and a reset without the signal frees that stay', async () => {
  const [door = '', other = ''] = world.freeRooms(2);
  const stay = await world.book('undecodable', { rooms: [door] });
  await stay.settled();
  const { workflowService } = world.temporal;
  const workflowExecution = { workflowId: stay.workflowId };
  await workflowService.signalWorkflowExecution({
    namespace: 'default',
    workflowExecution,
    signalName: 'checkOut',
    input: { payloads: [{ metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{not json') }] },
  });
  const eventsOf = async (type: temporal.api.enums.v1.EventType): Promise<readonly bigint[]> => {
    const { events } = await world.temporal.workflow.getHandle(stay.workflowId).fetchHistory();
    return (events ?? []).flatMap(({ eventType, eventId }) =>
      Number(eventType) === Number(type) ? [BigInt(String(eventId ?? 0))] : [],
    );
  };
  await waitUntil(async () => (await eventsOf(EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED)).length > 0, {
    timeout: 30_000,
  });

  const neighbour = await world.book('undecodable-neighbour', { rooms: [other] });
  expect((await neighbour.settled()).guests.map(({ keyState }) => keyState)).toEqual(['issued']);

  const completed = await eventsOf(EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED);
  await workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution,
    reason: 'the payload of a signal does not decode',
    requestId: 'reset-1',
    workflowTaskFinishEventId: Number(completed.at(-1)) as never,
    resetReapplyExcludeTypes: [temporal.api.enums.v1.ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL],
  });
  expect((await stay.settled()).guests.map(({ keyState }) => keyState)).toEqual(['issued']);
  await stay.signal('checkOut', {});
  expect((await stay.settled()).keys.every(({ state }) => state === 'dead')).toBe(true);
});
