/** Continue-as-new: the state of a stay survives it, and no step is repeated or lost. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { KeyOutcome } from '../../src/domain/key-request/outcome.js';
import { awaitKeysUpdate } from '../../workflows/stay/messages.js';
import type { BookedStay } from '../harness/booked-stay.js';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';

/** The server suggests continue-as-new at 4,096 events or 4 MB. The field is refused by name, and so changes nothing. */
const BALLAST = 'x'.repeat(300_000);
const SIGNALS_BEFORE_A_NEW_RUN = 12;

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld({ server: 'dev' });
});
afterEach(async () => world.undisturb());
afterAll(async () => world.stop());

async function growIntoNextRun(stay: BookedStay): Promise<void> {
  const handle = world.temporal.workflow.getHandle(stay.workflowId);
  const { runId } = await handle.describe();
  const grow = (): Promise<void> => handle.signal('phoneReady', { guestId: 'g1', ballast: BALLAST });
  for (let sent = 0; sent < SIGNALS_BEFORE_A_NEW_RUN; sent++) await grow();
  const hasLeft = async (): Promise<boolean> => {
    if ((await handle.describe()).runId !== runId) return true;
    await grow();
    return false;
  };
  // Slowly from here: requests in flight end first, and a history has a limit.
  await vi.waitUntil(hasLeft, { timeout: 120_000, interval: 300 });
}

test('a stay with a long history continues as new with its keys, its timeline and the requests that it has handled', async () => {
  const [door = ''] = world.freeRooms(1);
  const stay = await world.book('long', { rooms: [door], guests: [{ guestId: 'g1' }, { guestId: 'g2' }] });
  await stay.settled();
  await stay.signal('addGuests', { guests: [{ guestId: 'g3' }], requestId: 'r-1' });
  const before = await stay.settled();
  const handle = world.temporal.workflow.getHandle(stay.workflowId);
  await growIntoNextRun(stay);
  const after = await stay.settled();
  expect(after.keys).toEqual(before.keys);
  expect(after.guests).toEqual(before.guests);
  expect(after.timeline.slice(0, before.timeline.length)).toEqual(before.timeline);
  expect(JSON.parse(JSON.stringify(after))).toEqual(after);

  await stay.signal('removeGuest', { guestId: 'g3' });
  await stay.settled();
  await stay.signal('addGuests', { guests: [{ guestId: 'g3' }], requestId: 'r-1' });
  const view = await stay.settled();
  expect(view.guests).toContainEqual(expect.objectContaining({ guestId: 'g3', keyState: 'gone' }));
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

test('a step that is stuck in an outage neither keeps a stay from continuing as new nor holds up a revoke', async () => {
  const [door = ''] = world.freeRooms(1);
  const stay = await world.book('stuck', { rooms: [door], guests: [{ guestId: 'g1' }, { guestId: 'g2' }] });
  await stay.settled();
  await world.disturb({ kind: 'status', status: 503, path: '/acs/credentials/create' });
  await stay.signal('addGuests', { guests: [{ guestId: 'g3' }] });
  await stay.until((view) => view.guests.some((guest) => guest.guestId === 'g3' && guest.keyState === 'issuing'));
  await growIntoNextRun(stay);
  // The revoke of the stuck key's anchor would wait a while for that key, so the other guest leaves.
  const anchor = (await stay.view()).keys.findLast((key) => key.guestId === 'g3')?.joinedTo;
  const stays = (await stay.view()).keys.find((key) => key.acsCredentialId === anchor)?.guestId ?? '';
  const leaves = stays === 'g1' ? 'g2' : 'g1';
  await stay.signal('removeGuest', { guestId: leaves });
  await stay.until((view) => view.guests.some((guest) => guest.guestId === leaves && guest.keyState === 'gone'));
  expect(await stay.whoOpens(door, ['g1', 'g2', 'g3'])).toEqual([stays]);
  await world.undisturb();
  await stay.until((view) => view.settled && view.guests.some((g) => g.guestId === 'g3' && g.keyState === 'issued'));
  expect(await stay.whoOpens(door, ['g1', 'g2', 'g3'])).toEqual([stays, 'g3']);
});

test('a stay that was reinstated after its workflow was cancelled also handles the next cancellation', async () => {
  const [door = ''] = world.freeRooms(1);
  const stay = await world.book('cancelled-twice', { rooms: [door], guests: [{ guestId: 'g1' }, { guestId: 'g2' }] });
  await stay.settled();
  const { workflow } = world.temporal;
  await workflow.getHandle(stay.workflowId).cancel();
  await stay.until((now) => now.phase === 'cancelled' && now.settled);
  await stay.amend({ status: 'confirmed' });
  await stay.until((now) => now.phase === 'ready' && now.settled);
  expect(await stay.whoOpens(door, ['g1', 'g2'])).toEqual(['g1', 'g2']);
  await workflow.getHandle(stay.workflowId).cancel();
  await stay.until((now) => now.phase === 'cancelled' && now.settled);
  expect(await stay.whoOpens(door, ['g1', 'g2'])).toEqual([]);
});

test('a caller who waits for keys does not keep a stay from continuing as new, and may wait again in the next run', async () => {
  const stay = await world.book('awaited', { rooms: world.freeRooms(1) });
  await stay.settled();
  await world.disturb({ kind: 'status', status: 503, path: '/acs/credentials/create' });
  await stay.signal('addGuests', { guests: [{ guestId: 'g2' }] });
  await stay.until((view) => view.guests.some((guest) => guest.guestId === 'g2' && guest.keyState === 'issuing'));
  const awaitKeys = (): Promise<KeyOutcome> =>
    world.temporal.workflow
      .getHandle(stay.workflowId)
      .executeUpdate(awaitKeysUpdate, { args: [{ kind: 'duplicate', rooms: [], withinMs: 60_000 }] });
  const interrupted = awaitKeys();
  await growIntoNextRun(stay);
  expect(await interrupted).toMatchObject({ kind: 'pending' });
  const again = awaitKeys();
  await world.undisturb();
  expect(await again).toMatchObject({ kind: 'done' });
});
