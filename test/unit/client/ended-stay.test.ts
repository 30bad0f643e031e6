/** A stay that has ended is not revived by a revision that it had received, only by a newer one (`docs/messages.md`). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStayWorld, PROPERTY_ID, type StayWorld } from '../../harness/stay-world.js';

const DAY = 24 * 60;

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld();
});
afterAll(async () => world.stop());

async function runIdOf(reservationId: string): Promise<string> {
  const { runId } = await world.temporal.workflow.getHandle(`stay/${PROPERTY_ID}/${reservationId}`).describe();
  return runId;
}

test('a stay that has ended is started again by a newer revision, and never by one that it had received', async () => {
  const long = { from: await world.inMinutes(-60), to: await world.inMinutes(20 * DAY) };
  const short = { from: long.from, to: await world.inMinutes(DAY) };
  const stay = await world.book('R-1', { revision: 2, window: long, guests: [] });
  await stay.settled();
  const known = stay.snapshot;
  await stay.amend({ status: 'departed', window: short });
  await stay.settled();
  await world.pass('3 days');
  expect((await stay.view()).phase, 'for as long as an old snapshot could bring it back, it is there to meet it').toBe(
    'over',
  );
  await world.pass('19 days');
  const execution = world.temporal.workflow.getHandle(stay.workflowId);
  await expect.poll(async () => (await execution.describe()).status.name).toBe('COMPLETED');
  const ended = await runIdOf('R-1');

  const window = { from: await world.inMinutes(-60), to: await world.inMinutes(5 * DAY) };
  for (const late of [
    { ...known, window },
    { ...stay.snapshot, window },
    { ...known, window, revision: 3 },
  ]) {
    await expect(world.client.applyReservation(late)).rejects.toMatchObject({
      name: 'StayRefused',
      type: 'StaleRevision',
    });
    expect(await runIdOf('R-1')).toBe(ended);
  }

  for (const again of [stay.snapshot, { ...stay.snapshot, supersede: true }]) {
    expect(await world.client.applyReservation(again)).toMatchObject({ taken: 'known', revision: 3, phase: 'over' });
    expect(await runIdOf('R-1')).toBe(ended);
  }

  const revived = await world.client.applyReservation({ ...known, window, revision: 4 });
  expect(revived).toMatchObject({ phase: 'in-house', revision: 4 });
  expect(await runIdOf('R-1')).not.toBe(ended);
});

test('the last revision of a terminated stay is reported as known, and starts nothing', async () => {
  const stay = await world.book('R-4', { revision: 2, guests: [] });
  await stay.settled();
  await world.temporal.workflow.getHandle(stay.workflowId).terminate();
  const ended = await runIdOf('R-4');
  expect(await world.client.applyReservation(stay.snapshot)).toMatchObject({ taken: 'known', revision: 2 });
  for (const other of [{ revision: 1 }, { shareGroup: 's' }, { shareGroup: 's', supersede: true }]) {
    const sent = world.client.applyReservation({ ...stay.snapshot, ...other });
    await expect(sent).rejects.toMatchObject({ type: 'StaleRevision', sameRevision: other.revision === undefined });
  }
  expect(await runIdOf('R-4')).toBe(ended);
});

test('a snapshot whose window is over starts no stay', async () => {
  const window = { from: '2020-01-03T14:00Z', to: '2020-01-05T10:00Z' };
  const late = await world.snapshotOf('R-2', { window });
  await expect(world.client.applyReservation(late)).rejects.toMatchObject({ name: 'StayRefused', type: 'StayOver' });
  await expect(runIdOf('R-2')).rejects.toThrow();
});

test('an open stay accepts a snapshot whose window is over', async () => {
  const stay = await world.book('R-3', { guests: [] });
  await stay.settled();
  const view = await stay.amend({ status: 'departed', window: { from: '2020-01-03T14:00Z', to: '2020-01-05T10:00Z' } });
  expect(view.revision).toBe(2);
});
