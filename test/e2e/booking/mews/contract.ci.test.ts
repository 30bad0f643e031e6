/** Tests from Mews's WebSocket and webhooks through the HTTP server to phones at doors. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isReady } from '../hotel.js';
import { connectMews, type ConnectedMews } from './connected.js';
import { ADA, BEN, roomId } from './reservation.js';

let connected: ConnectedMews;
beforeAll(async () => {
  connected = await connectMews();
});
afterAll(() => connected.close());

const ID = 'bfee2c44-1f84-4326-a862-000000000001';
const BOTH = [ADA.Id, BEN.Id];

test('36: a walk-in and a companion open their door, the front desk cuts a key, and check-out ends their keys', async () => {
  const { mews, hotel, whoOpens } = connected;
  // Webhooks are late, as in production at Mews, so the WebSocket must suffice.
  mews.deliveries.hold();
  await mews.save({ Id: ID, State: 'Started', AssignedResourceId: roomId('101') }, [ADA, BEN]);
  const { view } = await hotel.stay(ID, isReady(['101']));
  expect(view.guests.map(({ guestId }) => guestId)).toEqual(BOTH);
  expect(whoOpens('101', BOTH)).toEqual(BOTH);

  const command = mews.cutKey('2391a3df-1c61-4131-b6f8-c85b4234adcb', ID);
  await expect.poll(() => command.State, { timeout: 120_000 }).toBe('Processed');
  expect(command).toMatchObject({
    states: ['Processing', 'Processed'],
    Notes: 'The keys are on their way to the phones.',
  });

  // Now the WebSocket is silent, and the webhooks arrive: the old ones too, duplicated and in the wrong order.
  mews.silent = true;
  await mews.save({ Id: ID, State: 'Processed' });
  await mews.deliveries.release({ order: 'reversed', copies: 2 });
  await hotel.stay(ID, ({ phase }) => phase === 'over');
  expect(whoOpens('101', BOTH)).toEqual([]);
  expect(mews.deliveries.answers).toEqual([202, 202, 202, 202]);
});
