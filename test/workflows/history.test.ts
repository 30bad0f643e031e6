/** Events that a whole stay leaves in Temporal's history, on the real server: an exact number, within the bounds 90 and 270. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { enrolBefore } from '../harness/enrol-before.js';
import { countHistory, type HistoryCount } from '../harness/history-count.js';
import { openStayWorld, PROPERTY_ID, type StayWorld } from '../harness/stay-world.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld({ server: 'dev' });
});
afterAll(async () => {
  console.log(table());
  await world.stop();
});

const ONE_GUEST = 45;
const EIGHT_GUESTS = 111;
const counted: { readonly stay: string; readonly count: HistoryCount }[] = [];

/** Runs a stay from booking to check-out: guests registered with phones a day ahead, then check-in, keys, check-out. */
async function wholeStay(reservationId: string, rooms: readonly string[], guests: number): Promise<HistoryCount> {
  const party = Array.from({ length: guests }, (_, index) => ({ guestId: `g${index + 1}` }));
  for (const { guestId } of party) enrolBefore(world.simulator, `${PROPERTY_ID}/${reservationId}/${guestId}`);
  const stay = await world.book(reservationId, {
    status: 'confirmed',
    window: { from: await world.inMinutes(24 * 60), to: await world.inMinutes(72 * 60) },
    rooms: [...rooms],
    guests: party,
  });
  await stay.settled();
  await stay.signal('checkIn', {});
  const ids = party.map((guest) => guest.guestId);
  await stay.until((view) => view.settled && view.guests.every((guest) => guest.keyState === 'issued'));
  for (const room of rooms) expect(await stay.whoOpens(room, ids)).toEqual(ids);
  await stay.signal('checkOut', {});
  await stay.until((view) => view.settled && view.phase === 'over');
  const count = countHistory(await world.temporal.workflow.getHandle(stay.workflowId).fetchHistory());
  counted.push({ stay: `${guests} guests, ${rooms.length} rooms`, count });
  return count;
}

test.each([1, 2, 3])('a stay of one guest leaves exactly the same events every time (%i)', async (turn) => {
  const count = await wholeStay(`one-${turn}`, world.freeRooms(1), 1);
  expect(count.byType).toEqual(counted[0]?.count.byType);
  expect(count.ownEvents).toBe(ONE_GUEST);
  expect(count.events).toBeLessThanOrEqual(90);
});

test.each([1, 2, 3])(
  'a stay of eight guests in two rooms leaves exactly the same events every time (%i)',
  async (turn) => {
    const count = await wholeStay(`eight-${turn}`, world.freeRooms(2), 8);
    expect(count.byType).toEqual(counted[3]?.count.byType);
    expect(count.ownEvents).toBe(EIGHT_GUESTS);
    expect(count.events).toBeLessThanOrEqual(270);
  },
);

function table(): string {
  const rows = counted.map(
    ({ stay, count }) => `| ${stay} | ${count.ownEvents} | ${count.events} | ${count.bytes} | ${count.actions} |`,
  );
  return ['| stay | events but workflow tasks | all events | bytes | actions |', '|---|---|---|---|---|', ...rows].join(
    '\n',
  );
}
