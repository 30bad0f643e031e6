/** Faults between Mews and Stayline, from the HTTP server to phones at doors: scenarios 38 to 40 and 50 where Mews differs. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isReady } from '../hotel.js';
import { connectMews, type ConnectedMews } from './connected.js';
import { ADA, BEN, ENTERPRISE, guidOf, INTEGRATION, roomId } from './reservation.js';

let connected: ConnectedMews;
beforeAll(async () => {
  connected = await connectMews();
});
afterAll(() => connected.close());

/** One person for each stay, so that no key joins another. */
function person(number: number): typeof ADA {
  return { ...ADA, Id: `35d4b117-4e60-44a3-9580-${String(number).padStart(12, '0')}`, Email: `p${number}@example.com` };
}

test('39: a room change that both the WebSocket and the webhooks missed is carried out after reconnection', async () => {
  const { mews, hotel, whoOpens } = connected;
  const Id = guidOf('cut-1');
  const guest = person(1);
  await mews.save({ Id, State: 'Started', AccountId: guest.Id, AssignedResourceId: roomId('111') }, [guest]);
  await hotel.stay(Id, isReady(['111']));
  mews.deliveries.lose();
  mews.cut({ refuse: true });
  await mews.save({ Id, AssignedResourceId: roomId('112') });
  mews.acceptAgain();
  await hotel.stay(Id, isReady(['112']));
  expect(whoOpens('112', [guest.Id])).toEqual([guest.Id]);
  expect(whoOpens('111', [guest.Id])).toEqual([]);
  await mews.deliveries.release();
});

test('39: an outage and too many requests revoke no key, and changes made meanwhile are carried out afterwards', async () => {
  const { mews, hotel, whoOpens } = connected;
  const Id = guidOf('out-1');
  const guest = person(2);
  await mews.save({ Id, State: 'Started', AccountId: guest.Id, AssignedResourceId: roomId('113') }, [guest]);
  await hotel.stay(Id, isReady(['113']));
  mews.limit(0);
  await mews.save({ Id, AssignedResourceId: roomId('114') });
  const before = mews.trouble.counts().calls;
  await expect.poll(() => mews.trouble.counts().calls, { timeout: 120_000 }).toBeGreaterThan(before + 1);
  expect(whoOpens('113', [guest.Id])).toEqual([guest.Id]);
  mews.limit(Infinity);
  mews.trouble.begin({ status: 502 });
  await expect.poll(() => mews.trouble.counts().refused, { timeout: 120_000 }).toBeGreaterThan(0);
  mews.trouble.end();
  await hotel.stay(Id, isReady(['114']));
  expect(whoOpens('114', [guest.Id])).toEqual([guest.Id]);
});

test('39: the next sweep gives a key to a companion for whom no event was sent', async () => {
  const { mews, hotel, whoOpens } = connected;
  const Id = guidOf('friend-1');
  const [owner, friend] = [person(3), { ...BEN, Id: person(4).Id }];
  await mews.save({ Id, State: 'Started', AccountId: owner.Id, AssignedResourceId: roomId('115') }, [owner]);
  await hotel.stay(Id, isReady(['115']));
  mews.setCompanions(Id, [owner, friend]);
  await hotel.sweep();
  const { view } = await hotel.stay(Id, (seen) => isReady(['115'])(seen) && seen.guests.length === 2);
  expect(whoOpens('115', [owner.Id, friend.Id])).toEqual([owner.Id, friend.Id]);
  expect(view.keys.map(({ kind }) => kind)).toEqual(['override', 'joiner']);
});

test('40: a reservation that Mews no longer has is cancelled after a second read', async () => {
  const { mews, hotel, whoOpens } = connected;
  const Id = guidOf('gone-1');
  const guest = person(5);
  await mews.save({ Id, State: 'Started', AccountId: guest.Id, AssignedResourceId: roomId('116') }, [guest]);
  await hotel.stay(Id, isReady(['116']));
  mews.forget(Id);
  await mews.deliveries.tell({
    EnterpriseId: ENTERPRISE,
    IntegrationId: INTEGRATION,
    Events: [{ Discriminator: 'ServiceOrderUpdated', Value: { Id } }],
  });
  await hotel.stay(Id, ({ phase, settled }) => phase === 'cancelled' && settled);
  expect(whoOpens('116', [guest.Id])).toEqual([]);
});

test('37: a command that arrives while no worker is running is carried out once', async () => {
  const { mews, hotel, whoOpens } = connected;
  const Id = guidOf('kill-1');
  const guest = person(6);
  await mews.save({ Id, State: 'Started', AccountId: guest.Id, AssignedResourceId: roomId('117') }, [guest]);
  await hotel.stay(Id, isReady(['117']));
  await hotel.world.stack.worker().end('SIGKILL');
  const command = mews.cutKey(guidOf('c-kill'), Id);
  await hotel.world.stack.startWorker();
  await expect.poll(() => command.State, { timeout: 120_000 }).toBe('Processed');
  expect(command.states).toEqual(['Processing', 'Processed']);
  expect(whoOpens('117', [guest.Id])).toEqual([guest.Id]);
});

test('39: a command whose worker is killed is answered by the next worker, although Mews no longer lists it', async () => {
  const { mews, hotel, whoOpens } = connected;
  const Id = guidOf('kill-2');
  const guest = person(7);
  // Without a room the command waits, and the worker waits with it.
  await mews.save({ Id, State: 'Started', AccountId: guest.Id }, [guest]);
  await hotel.stay(Id, ({ phase }) => phase === 'in-house');
  const command = mews.cutKey(guidOf('c-kill-2'), Id);
  await expect.poll(() => command.State, { timeout: 120_000 }).toBe('Processing');
  await hotel.world.stack.worker().end('SIGKILL');
  await mews.save({ Id, AssignedResourceId: roomId('118') });
  await hotel.world.stack.startWorker();
  await expect.poll(() => command.State, { timeout: 120_000 }).not.toBe('Processing');
  await hotel.stay(Id, isReady(['118']));
  expect(whoOpens('118', [guest.Id])).toEqual([guest.Id]);
  expect(command.states).toEqual(['Processing', expect.stringMatching(/^(Processed|Error)$/)]);
});

test('50: an event about a stay of long ago starts no stay', async () => {
  const { mews, hotel } = connected;
  const Id = guidOf('old-1');
  const longAgo = { ScheduledStartUtc: '2026-01-03T14:00:00Z', ScheduledEndUtc: '2026-01-05T10:00:00Z' };
  await mews.save({ Id, State: 'Processed', ...longAgo }, [ADA]);
  const ingest = hotel.world.temporal.workflow.getHandle(`ingest/simulated-hotel/${Id}`);
  expect(await ingest.result()).toMatchObject({ last: { kind: 'over' } });
  expect(await hotel.view(Id)).toBeUndefined();
});
