/**
 * Seam's events end to end. The simulator signs and delivers them, the server finds the stay by its keys and phones, and the stay re-reads
 * the state from Seam. It runs on Temporal's real server, since only that has search attributes to find stays by.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Webhook } from 'svix';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { StayView } from '../../src/client.js';
import type { StackServer } from '../../src/dev/stack.js';
import { SEAM_EVENT_TYPES } from '../../src/seam/webhooks/index.js';
import type { SeamEvent } from '../../src/simulator/api/events.js';
import { SEARCH_ATTRIBUTES } from '../../src/temporal/search-attributes.js';
import type { BookedStay } from '../harness/booked-stay.js';
import { openRealWorld, type RealWorld } from '../harness/real-world.js';

const webhooksSchema = z.object({ webhooks: z.array(z.object({ webhook_id: z.string(), secret: z.string() })) });
const healthSchema = z.object({ seamEvents: z.record(z.string(), z.number()) });

let world: RealWorld;
let server: StackServer;
let webhook: { readonly webhook_id: string; readonly secret: string };

beforeAll(async () => {
  world = await openRealWorld({ switches: { webhookDelivery: 'twice' }, seamEvents: 'delivered' });
  if (world.stack.server === undefined) throw new Error('the stack has no server');
  server = world.stack.server;
  const [made] = webhooksSchema.parse(await askSeam('/webhooks/list', {})).webhooks;
  if (made === undefined) throw new Error('nothing was subscribed to');
  webhook = made;
});
beforeEach(() => subscribe(SEAM_EVENT_TYPES));
afterAll(async () => world.stop());

async function askSeam(path: string, body: object): Promise<unknown> {
  const { url, apiKey } = world.simulator;
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  return (await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json();
}

async function subscribe(event_types: readonly string[]): Promise<void> {
  await askSeam('/webhooks/update', { webhook_id: webhook.webhook_id, event_types });
}

/** Stops the simulator's events about keys; the test delivers them itself. */
const unsubscribe = (): Promise<void> => subscribe(['acs_user.deleted']);

/** Delivers events as Svix does, each after the answer to the one before. */
async function deliver(events: readonly SeamEvent[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const event of events) {
    const body = JSON.stringify(event);
    const at = new Date();
    const headers = {
      'content-type': 'application/json',
      'svix-id': `msg_${event.event_id}`,
      'svix-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'svix-signature': new Webhook(webhook.secret).sign(`msg_${event.event_id}`, at, body),
    };
    statuses.push((await fetch(server.webhookUrl, { method: 'POST', headers, body })).status);
  }
  return statuses;
}

/** Returns the outcomes of deliveries since the server started. */
async function counts(): Promise<Record<string, number>> {
  return healthSchema.parse(await (await fetch(`${server.url}/healthz`)).json()).seamEvents;
}

/** Waits until every event so far has been delivered twice, and answered. */
async function allTakenTwice(): Promise<void> {
  const happened = world.simulator.hotel.world.events.all().filter((one) => SEAM_EVENT_TYPES.includes(one.event_type));
  const answered = async (): Promise<number> => Object.values(await counts()).reduce((sum, count) => sum + count, 0);
  await expect.poll(answered, { timeout: 120_000 }).toBeGreaterThanOrEqual(2 * happened.length);
}

const lineSchema = z.object({ msg: z.string(), eventId: z.string().optional(), stays: z.array(z.string()).optional() });

/** Counts the distinct events forwarded to the stay. An event about a key that the stay records as dead no longer finds the stay. */
function broughtTo({ workflowId }: BookedStay, events: readonly SeamEvent[]): number {
  const lines = readFileSync(server.log, 'utf8').trim().split('\n');
  const brought = lines
    .map((line) => lineSchema.parse(JSON.parse(line)))
    .filter(({ msg, stays }) => msg === 'sent to stays' && stays?.includes(workflowId) === true)
    .map(({ eventId }) => eventId);
  return new Set(brought.filter((id) => events.some((event) => event.event_id === id))).size;
}

/** Cuts a card for the next guest at the front desk. Seam marks every earlier key to the room as invalid, and sends events about it. */
function cutCard(room: string): readonly SeamEvent[] {
  const { hotel } = world.simulator;
  const before = hotel.world.events.all().length;
  const now = Date.now();
  hotel.cutDeskCard({
    doorIds: [hotel.door(room).id, hotel.door('Main Entrance').id],
    kind: 'override',
    startsAt: now - 60_000,
    endsAt: now + 86_400_000,
  });
  hotel.settle();
  return hotel.world.events
    .all()
    .slice(before)
    .filter((event) => event.event_type === 'acs_credential.invalidated');
}

/** Creates a stay whose keys are live, and that can be found by them. */
async function aStay(name: string, guestIds: readonly string[]): Promise<{ stay: BookedStay; room: string }> {
  const [room = ''] = world.freeRooms(1);
  const stay = await world.book(name, { rooms: [room], guests: guestIds.map((guestId) => ({ guestId })) });
  await canBeFoundBy(stay, keyIds(await stay.settled()));
  return { stay, room };
}

async function canBeFoundBy(stay: BookedStay, ids: readonly string[]): Promise<void> {
  const shown = async (): Promise<readonly string[]> => {
    const { typedSearchAttributes } = await world.temporal.workflow.getHandle(stay.workflowId).describe();
    return typedSearchAttributes.get(SEARCH_ATTRIBUTES.keys) ?? [];
  };
  await expect.poll(shown, { timeout: 120_000 }).toEqual(expect.arrayContaining([...ids]));
}

const keyIds = (view: StayView): string[] => view.keys.flatMap((key) => key.acsCredentialId ?? []);
const reports = (view: StayView): string[] =>
  view.timeline.map((line) => line.what).filter((what) => what.startsWith('Seam reports'));
const invalidated = (view: StayView): string[] => reports(view).filter((what) => what.includes('.invalidated'));
const showsTheCard = (view: StayView): boolean =>
  view.settled && view.attention.some((notice) => notice.code === 'key-invalidated');

describe('a key that a front desk card invalidates', () => {
  test('an invalidated key shows at once, and each event adds one timeline line, although all are delivered twice', async () => {
    const { stay, room } = await aStay('card', ['g1', 'g2']);
    const events = cutCard(room);
    // One for each key, and one for its copy on the phone.
    expect(events).toHaveLength(4);
    const view = await stay.until(showsTheCard);
    expect(new Set(view.attention.map((notice) => notice.code))).toEqual(new Set(['key-invalidated']));
    expect(view.keys.map((key) => key.state)).toEqual(['dead', 'dead']);
    expect(new Set(invalidated(view))).toEqual(
      new Set(keyIds(view).map((id) => `Seam reports acs_credential.invalidated of ${id}`)),
    );
    await allTakenTwice();
    const lines = invalidated(await stay.view()).length;
    expect(lines).toBeGreaterThan(0);
    expect(lines).toBe(broughtTo(stay, events));
  });

  test('events about invalidated keys lead to the same state in any order', async () => {
    const [first, second] = await Promise.all([aStay('in-order', ['g1', 'g2']), aStay('reversed', ['g1', 'g2'])]);
    await unsubscribe();
    const ofKeys = async ({ stay, room }: typeof first): Promise<readonly SeamEvent[]> => {
      const ids = keyIds(await stay.view());
      return cutCard(room).filter((event) => ids.includes(String(event['acs_credential_id'])));
    };
    const [inOrder, reversed] = [await ofKeys(first), (await ofKeys(second)).toReversed()];
    expect(await Promise.all([deliver(inOrder), deliver(reversed)])).toEqual([
      [202, 202],
      [202, 202],
    ]);
    const shape = (view: StayView): unknown => ({
      keys: view.keys.map(({ state }) => state),
      attention: view.attention.map(({ code }) => code),
      guests: view.guests.map(({ keyState }) => keyState),
    });
    const shown = shape(await first.stay.until(showsTheCard));
    expect(shown).toMatchObject({ keys: ['dead', 'dead'], guests: ['waiting', 'waiting'] });
    expect(shape(await second.stay.until(showsTheCard))).toEqual(shown);
  });

  test('an invalidated key also shows without any event, but only later, when the next key would join it', async () => {
    await unsubscribe();
    const { stay, room } = await aStay('unheard', ['g1']);
    cutCard(room);
    const unaware = await stay.view();
    expect(unaware.attention).toEqual([]);
    expect(unaware.keys.map((key) => key.state)).toEqual(['live']);
    await stay.signal('addGuests', { guests: [{ guestId: 'g2' }] });
    const view = await stay.until(showsTheCard);
    expect(reports(view)).toEqual([]);
    expect(view.keys.filter((key) => key.kind === 'override')).toHaveLength(1);
  });
});

test('a false alarm changes no key and adds one timeline line, even if it is repeated after a server restart', async () => {
  const { stay } = await aStay('false-alarm', ['g1']);
  const before = await stay.view();
  const [acs_credential_id = ''] = keyIds(before);
  const issued = world.simulator.hotel.world.events
    .all()
    .find((event) => event['acs_credential_id'] === acs_credential_id && event.event_type.endsWith('.issued'));
  if (issued === undefined) throw new Error('no event tells that the key was issued');
  const alarm = { ...issued, event_id: randomUUID(), event_type: 'acs_credential.invalidated' };
  expect(await deliver([alarm])).toEqual([202]);
  await server.process().end('SIGKILL');
  await server.start();
  expect(await deliver([alarm, alarm])).toEqual([202, 202]);
  // The simulator may deliver earlier events again, too; the timeline shows how often this one had an effect.
  const { 'handed-over': handedOver = 0, repeated = 0 } = await counts();
  expect([handedOver > 0, repeated > 0]).toEqual([true, true]);
  const view = await stay.settled();
  expect(invalidated(view)).toEqual([`Seam reports acs_credential.invalidated of ${acs_credential_id}`]);
  expect(view.keys).toEqual(before.keys);
  expect(view.attention).toEqual([]);
});

test("a person's next stay in the room joins the first one's key once, although Seam ends that key and says so", async () => {
  const guests = [{ guestId: 'g1', personId: 'goes-on' }];
  const shared = { rooms: world.freeRooms(1), guests, shareGroup: 'goes-on' };
  const first = await world.book('goes-on-1', shared);
  await canBeFoundBy(first, keyIds(await first.settled()));
  const next = await world.book('goes-on-2', shared);
  await next.settled();
  await first.until((view) => reports(view).some((what) => what.includes('acs_credential.deleted')));
  const views = [await first.until((view) => view.settled && view.keys[0]?.state === 'dead'), await next.settled()];
  expect(views.map(({ keys }) => keys.map(({ kind, state }) => ({ kind, state })))).toEqual([
    [{ kind: 'override', state: 'dead' }],
    [{ kind: 'joiner', state: 'live' }],
  ]);
  await first.until((view) => view.settled && view.attention.length === 0);
  expect(await next.whoOpens(shared.rooms[0] ?? '', ['g1'])).toEqual(['g1']);
});

test('a phone deactivated elsewhere is reported to the stay, and the next phone opens the door', async () => {
  const { stay, room } = await aStay('phone', ['g1']);
  const [phone] = stay.phones('g1');
  if (phone === undefined) throw new Error('the guest has no phone');
  await canBeFoundBy(stay, [phone.id]);
  world.simulator.hotel.phones.deactivate(phone.id);
  await stay.until((view) => reports(view).includes(`Seam reports phone.deactivated of phone ${phone.id}`));
  expect(await stay.tap('g1', room)).toBe('no-key');
  const next = stay.enrol('g1');
  await canBeFoundBy(stay, [next.id]);
  expect(await stay.tap('g1', room)).toBe('opened');
  expect((await stay.settled()).guests).toMatchObject([{ guestId: 'g1', keyState: 'issued' }]);
});

test('an unsigned delivery changes nothing, and the log holds no secret', async () => {
  const { stay } = await aStay('forged', ['g1']);
  const before = await stay.view();
  const [acs_credential_id = ''] = keyIds(before);
  const { forged = 0 } = await counts();
  const body = JSON.stringify({ event_id: 'e-1', event_type: 'acs_credential.invalidated', acs_credential_id });
  expect((await fetch(server.webhookUrl, { method: 'POST', body })).status).toBe(401);
  expect((await counts()).forged).toBe(forged + 1);
  // Seam's own events about the new key may still arrive.
  expect(invalidated(await stay.view())).toEqual([]);
  const log = readFileSync(server.log, 'utf8');
  expect(log).toContain('sent to stays');
  for (const secret of [webhook.secret, world.simulator.apiKey]) expect(log).not.toContain(secret);
});
