/** The stays whose histories are kept: what each holds, by the name of its file. Guests are made up. */
import type { BookedStay } from '../support/booked-stay.js';
import type { StayWorld } from '../support/stay-world.js';

type Scenario = (world: StayWorld) => Promise<BookedStay>;

const party = (count: number): { guestId: string }[] =>
  Array.from({ length: count }, (_, index) => ({ guestId: `g${index + 1}` }));

async function checkedOut(stay: BookedStay): Promise<BookedStay> {
  await stay.signal('checkOut', {});
  await stay.until((view) => view.settled && view.phase === 'over');
  return stay;
}

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  async 'single-guest'(world) {
    const stay = await world.book('single-guest', {});
    await stay.settled();
    return checkedOut(stay);
  },
  async 'returning-guest'(world) {
    const guests = [{ guestId: 'g1', personId: 'p-77' }];
    const before = await world.book('first-visit', { guests });
    await before.settled();
    await checkedOut(before);
    const again = await world.book('returning-guest', { guests });
    await again.settled();
    return checkedOut(again);
  },
  async 'several-guests-in-several-rooms'(world) {
    const stay = await world.book('several', { rooms: world.freeRooms(2), guests: party(4) });
    await stay.settled();
    return checkedOut(stay);
  },
  async 'guest-added-and-removed'(world) {
    const stay = await world.book('added', { guests: party(2) });
    await stay.settled();
    await stay.signal('addGuests', { guests: [{ guestId: 'g3' }] });
    await stay.settled();
    await stay.signal('removeGuest', { guestId: 'g2' });
    await stay.settled();
    return stay;
  },
  async 'room-changed'(world) {
    const stay = await world.book('moved', { guests: party(3) });
    await stay.settled();
    await stay.signal('changeRooms', { rooms: world.freeRooms(1) });
    await stay.settled();
    return checkedOut(stay);
  },
  async 'room-changed-while-keys-are-on-their-way'(world) {
    const stay = await world.book('moved-meanwhile', { guests: party(3) });
    await stay.until((view) => view.keys.some((key) => key.state === 'issuing'));
    await stay.signal('changeRooms', { rooms: world.freeRooms(1) });
    await stay.settled();
    return stay;
  },
  async 'door-added'(world) {
    const stay = await world.book('mixed', { guests: party(2) });
    const { rooms } = await stay.settled();
    await stay.signal('changeRooms', { rooms: [...rooms, ...world.freeRooms(1)] });
    await stay.settled();
    return stay;
  },
  async 'dates-changed'(world) {
    const stay = await world.book('dates', { guests: party(2) });
    await stay.settled();
    await stay.signal('changeDates', { window: { to: await world.inMinutes(6000) } });
    await stay.settled();
    await stay.signal('changeDates', { window: { to: await world.inMinutes(600) } });
    await stay.settled();
    return stay;
  },
  async 'workflow-cancelled-and-reinstated'(world) {
    const stay = await world.book('cancelled', { guests: party(2), status: 'confirmed' });
    await stay.settled();
    await world.temporal.workflow.getHandle(stay.workflowId).cancel();
    await stay.until((view) => view.settled && view.phase === 'cancelled');
    await stay.amend({ status: 'in-house' });
    await stay.settled();
    return stay;
  },
  async 'answer-lost'(world) {
    await world.disturb({ kind: 'drop-after', path: '/acs/credentials/create', times: 1 });
    const stay = await world.book('answer-lost', { guests: party(2) });
    await stay.until((view) => view.settled && view.guests.every((guest) => guest.keyState === 'issued'));
    await world.undisturb();
    return checkedOut(stay);
  },
  async 'carried-on'(world) {
    const stay = await world.book('carried-on', { guests: party(2) });
    await stay.settled();
    const handle = world.temporal.workflow.getHandle(stay.workflowId);
    const { runId } = await handle.describe();
    while ((await handle.describe()).runId === runId) {
      await handle.signal('phoneReady', { guestId: 'g1', ballast: 'x'.repeat(1_000_000) });
      // One at a time: a history has a limit, and what is in flight ends before the stay goes on.
      await stay.settled();
    }
    await stay.signal('addGuests', { guests: [{ guestId: 'g3' }] });
    await stay.settled();
    return checkedOut(stay);
  },
};
