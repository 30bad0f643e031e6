/** Guests whom Seam no longer has: they are registered again, the desk is told at once, and the key comes back with their phone. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BookedStay } from '../harness/booked-stay.js';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld();
});
afterAll(async () => world.stop());

/** Deletes the guest at Seam, as somebody would in Seam's console. */
async function deleteAtSeam(stay: BookedStay, guestId: string): Promise<void> {
  const { hotel, url, apiKey } = world.simulator;
  const key = `${stay.name.propertyId}/${stay.name.reservationId}/${guestId}`;
  const { id } = hotel.identities.find({ user_identity_key: key });
  const answer = await fetch(`${url}/user_identities/delete`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ user_identity_id: id }),
  });
  expect(answer.status).toBe(200);
  hotel.settle();
}

async function backAgain(stay: BookedStay, door: string): Promise<void> {
  const told = await stay.inTime((view) => view.attention.some(({ code }) => code === 'phone-missing'), { minutes: 2 });
  expect(told.attention).toMatchObject([
    { code: 'phone-missing', guestId: 'g1', message: expect.stringContaining('registered again') as string },
  ]);
  stay.enrol('g1');
  const view = await stay.inTime((now) => now.settled && now.guests[0]?.keyState === 'issued', { minutes: 10 });
  expect(view.attention).toEqual([]);
  expect(await stay.whoOpens(door, ['g1'])).toEqual(['g1']);
}

test('the end of the key of a guest whom Seam loses is attention at once, and force brings guest and key back', async () => {
  const [door = ''] = world.freeRooms(1);
  const stay = await world.book('lost-with-event', { rooms: [door] }, { phones: 'by-hand' });
  await stay.until((view) => view.guests[0]?.waitingFor === 'phone');
  stay.enrol('g1');
  const view = await stay.inTime((now) => now.settled && now.guests[0]?.keyState === 'issued');
  await deleteAtSeam(stay, 'g1');
  const acsCredentialId = view.keys[0]?.acsCredentialId ?? '';
  await stay.signal('credentialChanged', { acsCredentialId, eventType: 'acs_credential.deleted', eventId: 'e1' });
  await stay.until((now) => now.attention.some(({ code }) => code === 'key-invalidated'));
  await stay.signal('force', { reason: 'deleted by mistake' });
  // A forced key waits for no phone.
  await stay.inTime((now) => now.settled && now.guests[0]?.keyState === 'issued', { minutes: 10 });
  stay.enrol('g1');
  await stay.inTime((now) => now.settled && now.attention.length === 0, { minutes: 10 });
  expect(await stay.whoOpens(door, ['g1'])).toEqual(['g1']);
});

test('a guest whom Seam loses without an event comes back when the desk asks for a new key', async () => {
  const [door = ''] = world.freeRooms(1);
  const stay = await world.book('lost-without-event', { rooms: [door] }, { phones: 'by-hand' });
  await stay.until((view) => view.guests[0]?.waitingFor === 'phone');
  stay.enrol('g1');
  await stay.inTime((now) => now.settled && now.guests[0]?.keyState === 'issued');
  await deleteAtSeam(stay, 'g1');
  await stay.signal('replaceKey', { guestId: 'g1', mode: 'convenient' });
  await backAgain(stay, door);
});

test('a guest whom Seam loses while the stay waits for their phone is registered again, and gets their key', async () => {
  const [door = ''] = world.freeRooms(1);
  const stay = await world.book('lost-while-waiting', { rooms: [door] }, { phones: 'by-hand' });
  await stay.until((view) => view.guests[0]?.waitingFor === 'phone');
  await deleteAtSeam(stay, 'g1');
  await stay.inTime((view) => view.attention.length > 0, { minutes: 10 });
  await backAgain(stay, door);
});
