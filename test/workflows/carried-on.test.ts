/** Continue-as-new: what a stay knows survives it, and nothing is done twice or lost. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStayWorld, type StayWorld } from '../support/stay-world.js';

/** The server suggests continue-as-new at 4,096 events or 4 MB. The field is refused by name, and so changes nothing. */
const BALLAST = 'x'.repeat(300_000);

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld({ server: 'dev' });
});
afterAll(async () => world.stop());

test('a stay with a long history continues as new with its keys, its timeline and the requests that it has handled', async () => {
  const [door = ''] = world.freeRooms(1);
  const stay = await world.book('long', { rooms: [door], guests: [{ guestId: 'g1' }, { guestId: 'g2' }] });
  await stay.settled();
  await stay.signal('addGuests', { guests: [{ guestId: 'g3' }], requestId: 'r-1' });
  const before = await stay.settled();
  const handle = world.temporal.workflow.getHandle(stay.workflowId);
  const { runId } = await handle.describe();
  while ((await handle.describe()).runId === runId) {
    await handle.signal('phoneReady', { guestId: 'g1', ballast: BALLAST });
  }
  const after = await stay.settled();
  expect(after.keys).toEqual(before.keys);
  expect(after.guests).toEqual(before.guests);
  expect(after.timeline.slice(0, before.timeline.length)).toEqual(before.timeline);
  expect(JSON.parse(JSON.stringify(after))).toEqual(after);

  await stay.signal('removeGuest', { guestId: 'g3' });
  await stay.settled();
  await stay.signal('addGuests', { guests: [{ guestId: 'g3' }], requestId: 'r-1' });
  const view = await stay.settled();
  expect(view.guests).toContainEqual({ guestId: 'g3', keyState: 'gone' });
  expect(await stay.whoOpens(door, ['g1', 'g2', 'g3'])).toEqual(['g1', 'g2']);
  await expect(world.client.applyReservation({ ...stay.snapshot, revision: 0 })).rejects.toMatchObject({
    type: 'StaleRevision',
  });
  await stay.signal('checkOut', {});
  expect((await stay.settled()).keys.every((key) => key.state === 'dead')).toBe(true);
  const history = await handle.fetchHistory();
  const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
  expect(started?.continuedExecutionRunId).not.toBe('');
});
