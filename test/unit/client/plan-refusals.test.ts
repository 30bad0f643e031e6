/** Refusals of `planFor` have the type with which the message itself would be refused. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PlannedChange } from '../../../src/client.js';
import type { BookedStay } from '../../harness/booked-stay.js';
import { openStayWorld, type StayWorld } from '../../harness/stay-world.js';

let world: StayWorld;
let stay: BookedStay;
beforeAll(async () => {
  world = await openStayWorld();
  stay = await world.book('R-1', { revision: 5, guests: [] });
  await stay.settled();
});
afterAll(async () => world.stop());

const refusals: readonly {
  readonly what: string;
  readonly change: () => unknown;
  readonly type: string;
  readonly message: string;
}[] = [
  {
    what: 'an old revision',
    change: () => ({ message: 'applyReservation', payload: { ...stay.snapshot, revision: 4 } }),
    type: 'StaleRevision',
    message: 'revision is older than the known one, 5',
  },
  {
    what: "another stay's snapshot",
    change: () => ({ message: 'applyReservation', payload: { ...stay.snapshot, reservationId: 'R-2' } }),
    type: 'InvalidSnapshot',
    message: 'reservationId must be "R-1", as in the workflow id',
  },
  {
    what: 'an unknown message',
    change: () => ({ message: 'openDoor', payload: {} }),
    type: 'InvalidMessage',
    message: 'message must be applyReservation or one of addGuests',
  },
];

test.each(refusals)('planFor refuses $what with the type $type', async ({ change, type, message }) => {
  const refused = world.client.planFor(stay.name, change() as PlannedChange);
  await expect(refused).rejects.toMatchObject({
    name: 'StayRefused',
    type,
    message: expect.stringMatching(new RegExp(`^${message}`)),
  });
});
