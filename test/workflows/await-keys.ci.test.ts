/** The update `awaitKeys`: it answers as soon as the keys of a request are made or ended, and at its limit at the latest. */
import { WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stayWorkflowId } from '../../src/domain/model/ids.js';
import type { KeyOutcome } from '../../src/domain/key-request/outcome.js';
import { awaitKeysUpdate } from '../../workflows/stay/messages.js';
import { openStayWorld, PROPERTY_ID, type StayWorld } from '../harness/stay-world.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld();
});
afterAll(async () => world.stop());

function awaitKeys(reservationId: string, input: unknown, temporal: Client = world.temporal): Promise<KeyOutcome> {
  const handle = temporal.workflow.getHandle(stayWorkflowId({ propertyId: PROPERTY_ID, reservationId }));
  return handle.executeUpdate(awaitKeysUpdate, { args: [input as never] });
}

const NEW = { kind: 'new', rooms: [], withinMs: 60_000 };

test('a caller who waits for new keys gets the answer once every key is issued', async () => {
  const stay = await world.book('await-new', {
    rooms: world.freeRooms(1),
    guests: [{ guestId: 'g1' }, { guestId: 'g2' }],
  });
  expect(await awaitKeys('await-new', NEW)).toMatchObject({ kind: 'done' });
  expect((await stay.settled()).guests.map(({ keyState }) => keyState)).toEqual(['issued', 'issued']);
});

test('a caller who waits for the end of keys gets the answer once no key is left', async () => {
  const stay = await world.book('await-end', { rooms: world.freeRooms(1) });
  await stay.settled();
  const ended = awaitKeys('await-end', { ...NEW, kind: 'remove' });
  await stay.signal('cancel', {});
  expect(await ended).toMatchObject({ kind: 'done' });
  expect((await stay.settled()).keys.every(({ state }) => state === 'dead')).toBe(true);
});

test('a wait that reaches its limit answers with what is missing', async () => {
  const rooms = world.freeRooms(1);
  await (await world.book('await-holder', { rooms })).settled();
  await world.book('await-behind', { rooms });
  const outcome = await awaitKeys('await-behind', { ...NEW, withinMs: 1 });
  expect(outcome.kind).toBe('pending');
});

test('a wait with an invalid argument is refused, and the refusal names the field', async () => {
  await world.book('await-wrong', {});
  const refused = awaitKeys('await-wrong', { ...NEW, withinMs: 'soon' });
  await expect(refused).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
  await expect(refused).rejects.toMatchObject({
    cause: { type: 'InvalidMessage', message: expect.stringMatching(/withinMs/) as string },
  });
});

test('a wait is answered although the workflow was cancelled', async () => {
  const stay = await world.book('await-cancelled', { rooms: world.freeRooms(1) });
  await stay.settled();
  await world.temporal.workflow.getHandle(stay.workflowId).cancel();
  expect(await awaitKeys('await-cancelled', { ...NEW, kind: 'remove' })).toMatchObject({ kind: 'done' });
});
