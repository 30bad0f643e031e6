/** OPERA's other key types, and its faults, from the HTTP server to phones at doors. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StayNotFound } from '../../../../src/client.js';
import { isReady, PROPERTY } from '../hotel.js';
import { connectOpera, type ConnectedOpera } from './connected.js';

let connected: ConnectedOpera;
beforeAll(async () => {
  connected = await connectOpera();
});
afterAll(() => connected.close());

const HOUR = 3_600_000;

test('39: a removal is carried out even if the worker is killed meanwhile and OPERA never asks again', async () => {
  const { opera, hotel } = connected;
  await opera.ask('New', 'KILL-1', { roomId: '111' });
  const { stay } = await hotel.stay('KILL-1', ({ settled }) => settled);
  expect(await stay.whoOpens('111', ['guest-1'])).toEqual(['guest-1']);
  await hotel.world.stack.worker().end('SIGKILL');
  const answer = await opera.ask('Remove', 'KILL-1', { roomId: '111' });
  expect(answer.responseCode).toBe('RY');
  await hotel.world.stack.startWorker();
  await hotel.stay('KILL-1', ({ phase }) => phase === 'over');
  expect(await stay.whoOpens('111', ['guest-1'])).toEqual([]);
});

test('a new key in place of others ends all earlier keys, and an online move moves every guest', async () => {
  const { opera, hotel } = connected;
  const both = ['guest-1', 'guest-2'];
  await opera.ask('New', 'ANEW-1', { roomId: '112' });
  await opera.ask('Duplicate', 'ANEW-1', { roomId: '112' });
  const { stay } = await hotel.stay('ANEW-1', ({ settled }) => settled);
  expect(await stay.whoOpens('112', both)).toEqual(both);
  await opera.ask('New', 'ANEW-1', { roomId: '112' });
  const anew = await hotel.stay('ANEW-1', ({ settled, phase }) => settled && phase === 'in-house');
  expect(await stay.whoOpens('112', both)).toEqual(['guest-1']);
  expect(anew.view.keys.filter(({ kind }) => kind === 'override')).toHaveLength(2);
  await opera.ask('Duplicate', 'ANEW-1', { roomId: '112' });
  expect(await opera.ask('RoomMove', 'ANEW-1', { roomId: '113', oldRoomId: '112' })).toMatchObject({
    responseCode: 'OK',
  });
  expect(await stay.whoOpens('113', both)).toEqual(both);
  expect(await stay.whoOpens('112', both)).toEqual([]);
});

test('37: a request repeated in sequence or in parallel is carried out once', async () => {
  const { opera, hotel } = connected;
  await opera.ask('New', 'TWICE-1', { roomId: '118' });
  const duplicate = opera.request('Duplicate', 'TWICE-1', { roomId: '118' });
  const atOnce = await Promise.all(Array.from({ length: 5 }, async () => opera.post(duplicate)));
  for (const { body } of [...atOnce, await opera.post(duplicate)]) expect(body.responseCode).toBe('OK');
  const { stay, view } = await hotel.stay('TWICE-1', ({ settled }) => settled);
  expect(view.guests.map(({ guestId }) => guestId)).toEqual(['guest-1', 'guest-2']);
  expect(await stay.whoOpens('118', ['guest-1', 'guest-2'])).toEqual(['guest-1', 'guest-2']);
});

test('OPERA changes the dates of a stay, re-encodes a key, and replaces the key of a lost phone', async () => {
  const { opera, hotel } = connected;
  await opera.ask('New', 'OTHER-1', { roomId: '114' });
  const end = new Date(Date.now() + 96 * HOUR).toISOString();
  expect(await opera.ask('ModifyStay', 'OTHER-1', { roomId: '114', keyValidityEnd: end })).toMatchObject({
    responseCode: 'OK',
  });
  const longer = await hotel.stay('OTHER-1', ({ settled }) => settled);
  expect(longer.view.keys.find(({ state }) => state === 'live')?.window.to).toBe(`${end.slice(0, 16)}Z`);
  expect(await opera.ask('ReEncode', 'OTHER-1', { roomId: '114', keyValidityEnd: end })).toMatchObject({
    responseCode: 'OK',
  });
  expect(await longer.stay.whoOpens('114', ['guest-1'])).toEqual(['guest-1']);
  // The guest's phone is lost with all its keys; the next phone that they set up gets a key.
  expect(await opera.ask('Lost', 'OTHER-1', { roomId: '114', keyValidityEnd: end })).toMatchObject({
    responseCode: 'OK',
  });
  expect(await longer.stay.whoOpens('114', ['guest-1'])).toEqual([]);
  longer.stay.enrol('guest-1');
  const found = await hotel.stay(
    'OTHER-1',
    ({ settled, keys }) => settled && keys.some(({ state }) => state === 'live'),
  );
  expect(await found.stay.whoOpens('114', ['guest-1'])).toEqual(['guest-1']);
});

test('sharers hold one room together, and the first sharer who leaves loses only their own key', async () => {
  const { opera, hotel } = connected;
  for (const id of ['SHARE-1', 'SHARE-2']) {
    expect(await opera.ask('New', id, { roomId: '115', guestShareFlag: true })).toMatchObject({ responseCode: 'OK' });
  }
  const one = await hotel.stay('SHARE-1', ({ settled }) => settled);
  const other = await hotel.stay('SHARE-2', ({ settled }) => settled);
  expect(await other.stay.whoOpens('115', ['guest-1'])).toEqual(['guest-1']);
  expect(await one.stay.whoOpens('115', ['guest-1'])).toEqual(['guest-1']);
  await opera.ask('Remove', 'SHARE-1', { roomId: '115', guestShareFlag: true });
  expect(await one.stay.whoOpens('115', ['guest-1'])).toEqual([]);
  expect(await other.stay.whoOpens('115', ['guest-1'])).toEqual(['guest-1']);
});

test('a key request for an occupied room gets "retry", and repeated requests yield the same keys once the room is free', async () => {
  const { opera, hotel } = connected;
  await opera.ask('New', 'FIRST-1', { roomId: '116' });
  for (const keyType of ['New', 'New', 'Duplicate', 'Duplicate']) {
    expect(await opera.ask(keyType, 'SECOND-1', { roomId: '116' })).toMatchObject({ responseCode: 'RY' });
  }
  await opera.ask('Remove', 'FIRST-1', { roomId: '116' });
  const second = await hotel.stay('SECOND-1', isReady(['116']));
  expect(second.view.guests.map(({ guestId }) => guestId)).toEqual(['guest-1', 'guest-2']);
  expect(await second.stay.whoOpens('116', ['guest-1', 'guest-2'])).toEqual(['guest-1', 'guest-2']);
});

test('40: a removal of keys that never existed is answered OK, and a request for a room without a door UR', async () => {
  const { opera } = connected;
  expect(await opera.ask('Remove', 'NOBODY-1', { roomId: '117' })).toMatchObject({ responseCode: 'OK' });
  const nowhere = await opera.ask('New', 'NOWHERE-1', { roomId: 'no such room' });
  expect(nowhere.responseCode).toBe('UR');
});

test('50: a request for a stay of long ago starts no stay, and the removal of its keys is answered OK', async () => {
  const { opera, hotel } = connected;
  const long = { roomId: '118', keyValidityStart: ago(72), keyValidityEnd: ago(48) };
  expect(await opera.ask('New', 'PAST-1', long)).toMatchObject({ responseCode: 'UR' });
  expect(await opera.ask('Remove', 'PAST-1', long)).toMatchObject({ responseCode: 'OK' });
  await expect(hotel.world.client.view({ propertyId: PROPERTY, reservationId: 'PAST-1' })).rejects.toThrow(
    StayNotFound,
  );
});

function ago(hours: number): string {
  return new Date(Date.now() - hours * HOUR).toISOString();
}
