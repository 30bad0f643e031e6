/** Tests of the Mews adapter against its stand-in: webhooks, reservations with guests, listings, the WebSocket and its commands. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mews as adapter } from '../../../../src/booking/adapters/mews/index.js';
import type { BookingSystem, Door, Reading } from '../../../../src/booking/ingress/adapter.js';
import { StayNotFound, type StayClient, type StayView } from '../../../../src/client.js';
import type { StayName } from '../../../../src/domain/model/ids.js';
import type { StaySnapshot } from '../../../../src/domain/model/snapshot-schema.js';
import { aView } from '../../../harness/a-view.js';
import { aCall, openSystem, theSnapshot } from '../opened.js';
import { answerAsPublished } from './published-schema.js';
import {
  ADA,
  BEN,
  ENTERPRISE,
  guidOf,
  INTEGRATION,
  mewsTime,
  roomId,
  SERVICE,
  type WireReservation,
} from './reservation.js';
import { startMews, type Mews, type WebhookMessage } from './stand-in.js';

const ID = 'bfee2c44-1f84-4326-a862-5289598f6e2d';
const NAME = { propertyId: 'seaside', reservationId: ID };
const STAY = `stay/seaside/${ID}`;

let standIn: Mews;
beforeEach(async () => {
  standIn = await startMews();
});
afterEach(() => standIn.close());

function open(settings: Readonly<Record<string, unknown>> = {}): BookingSystem {
  const needed = {
    clientToken: 'MEWS_CLIENT',
    accessToken: 'MEWS_ACCESS',
    webhook: { token: 'MEWS_WEBHOOK' },
    apiUrl: standIn.url,
    wsUrl: standIn.wsUrl,
    commandSeconds: 1,
  };
  const env = {
    MEWS_CLIENT: standIn.tokens.ClientToken,
    MEWS_ACCESS: standIn.tokens.AccessToken,
    MEWS_WEBHOOK: 'a-token-in-the-path',
    WRONG: 'a wrong token',
  };
  const properties = [{ propertyId: 'seaside', externalId: ENTERPRISE }];
  return openSystem(adapter, { properties, settings: { ...needed, ...settings } }, env);
}

describe('a webhook', () => {
  function read(body: unknown, token = 'a-token-in-the-path'): Reading | undefined {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return open().webhook?.read({ token, headers: {}, body: Buffer.from(text), ip: '192.0.2.1' });
  }
  type Event = WebhookMessage['Events'][number];
  const [A, B] = [guidOf('a'), guidOf('b')];
  const event = (Discriminator: Event['Discriminator'], Id: string): Event => ({ Discriminator, Value: { Id } });
  const message = (...Events: Event[]): WebhookMessage =>
    answerAsPublished('webhook', { EnterpriseId: ENTERPRISE, IntegrationId: INTEGRATION, Events });

  test('a webhook names every reservation once, however many events it holds', () => {
    const events = message(
      event('ServiceOrderUpdated', A),
      event('CustomerUpdated', ADA.Id),
      event('ServiceOrderUpdated', B),
      event('ServiceOrderUpdated', A),
    );
    expect(read(events)).toEqual({
      kind: 'changed',
      reservations: [
        { propertyId: 'seaside', reservationId: A },
        { propertyId: 'seaside', reservationId: B },
      ],
      ignored: 1,
    });
  });

  test('a webhook of another enterprise is ignored, an empty one is a sign of life, and a malformed one is unreadable', () => {
    expect(read({ ...message(event('ServiceOrderUpdated', A)), EnterpriseId: guidOf('another') })).toEqual({
      kind: 'changed',
      reservations: [],
      ignored: 1,
    });
    expect(read('')).toEqual({ kind: 'alive' });
    expect(read('[')).toMatchObject({ kind: 'unreadable' });
    expect(read({ EnterpriseId: ENTERPRISE })).toEqual({ kind: 'unreadable', fields: ['Events'] });
    expect(read(message(), 'another')).toEqual({ kind: 'unknown' });
  });
});

describe('a reservation', () => {
  async function fetch(changes: Partial<WireReservation>, people = [ADA, BEN], settings = {}): Promise<StaySnapshot> {
    await standIn.save({ Id: ID, ...changes }, people);
    const fetched = await open(settings).fetchReservation?.(NAME, aCall());
    if (fetched === undefined) throw new Error('The adapter does not fetch');
    return theSnapshot(fetched);
  }

  test('a reservation is read with its room, its guests and its actual start', async () => {
    const times = { ScheduledStartUtc: '2026-11-23T14:00:00Z', ScheduledEndUtc: '2026-11-26T10:00:00Z' };
    const snapshot = await fetch({ ...times, AssignedResourceId: roomId('101') });
    expect(snapshot).toMatchObject({
      ...NAME,
      status: 'confirmed',
      window: { from: '2026-11-23T14:00Z', to: '2026-11-26T10:00Z' },
      rooms: ['101'],
      guests: [
        {
          guestId: ADA.Id,
          personId: ADA.Id,
          primary: true,
          name: 'Ada Example',
          phone: '+420602123456',
          wantsKey: true,
        },
        { guestId: BEN.Id, personId: BEN.Id, primary: false, name: 'Ben Example' },
      ],
    });
    const early = await fetch({ ...times, State: 'Started', ActualStartUtc: '2026-11-23T09:30:12Z' });
    expect(early.window).toMatchObject({ from: '2026-11-23T09:30Z' });
    expect(early.rooms).toEqual(['101']);
  });

  test('a reservation gets the state that Mews reports, and a no-show is recognised by its cancellation reason', async () => {
    const statuses: string[] = [];
    for (const State of [
      'Inquired',
      'Requested',
      'Optional',
      'Confirmed',
      'Started',
      'Processed',
      'Canceled',
    ] as const) {
      statuses.push((await fetch({ State })).status);
    }
    expect(statuses).toEqual(['tentative', 'tentative', 'tentative', 'confirmed', 'in-house', 'departed', 'cancelled']);
    expect((await fetch({ State: 'Canceled', CancellationReason: 'NoShow' })).status).toBe('no-show');
  });

  test('a reservation is for its companions, or for its owner if there are none and the owner is a person', async () => {
    const ids = ({ guests }: StaySnapshot): string[] => guests.map(({ guestId }) => guestId);
    expect(ids(await fetch({}, []))).toEqual([ADA.Id]);
    expect(ids(await fetch({}, [BEN]))).toEqual([BEN.Id]);
    expect(ids(await fetch({}, [BEN], { ownerStays: 'always' }))).toEqual([ADA.Id, BEN.Id]);
    expect(ids(await fetch({ AccountType: 'Company' }, [BEN]))).toEqual([BEN.Id]);
    expect(ids(await fetch({ AccountType: 'Company' }, []))).toEqual([]);
  });

  test('a reservation of another service is ignored, and one that Mews does not have is gone', async () => {
    await standIn.save({ Id: ID });
    const system = open({ serviceIds: ['spa'] });
    expect(await system.fetchReservation?.(NAME, aCall())).toMatchObject({ kind: 'ignored' });
    expect(await open({ serviceIds: [SERVICE] }).fetchReservation?.(NAME, aCall())).toMatchObject({ kind: 'found' });
    standIn.forget(ID);
    expect(await system.fetchReservation?.(NAME, aCall())).toEqual({ kind: 'gone' });
  });
});

describe('requests to Mews', () => {
  const many = Array.from({ length: 150 }, (_, index) => guidOf(`many-${index}`));

  test('parallel reads of many reservations share one request of each kind', async () => {
    for (const Id of many) await standIn.save({ Id, AssignedResourceId: roomId('101') }, [ADA, BEN]);
    const system = open();
    const found = await Promise.all(
      many.map(async (reservationId) => system.fetchReservation?.({ propertyId: 'seaside', reservationId }, aCall())),
    );
    expect(found.every((one) => one?.kind === 'found')).toBe(true);
    expect([...standIn.asked.values()]).toEqual([1, 1, 1, 1]);
  });

  test('a batch read in which one reservation is unreadable and one is refused returns all the others', async () => {
    const [strange = '', refused = '', ...fine] = many.slice(0, 9);
    for (const Id of [strange, refused, ...fine]) await standIn.save({ Id });
    standIn.outgrow();
    await standIn.save({ Id: strange, State: 'Dreaming' as never });
    standIn.spurn(refused);
    const system = open();
    const read = (reservationId: string): Promise<unknown> =>
      system.fetchReservation?.({ propertyId: 'seaside', reservationId }, aCall()) ?? Promise.resolve();
    const [unread, spurned, ...others] = await Promise.allSettled([strange, refused, ...fine].map(read));
    expect(unread).toMatchObject({ reason: { failure: { kind: 'unreadable', fields: ['State'] } } });
    expect(spurned).toMatchObject({ reason: { failure: { kind: 'rejected', status: 400 } } });
    for (const other of others) expect(other).toMatchObject({ value: { kind: 'found' } });
  });

  test('a room that is no longer bookable keeps its name, and a room that Mews does not have makes the read fail', async () => {
    await standIn.save({ Id: ID, AssignedResourceId: roomId('101') });
    standIn.closeRoom(roomId('101'), 'inactive');
    expect(theSnapshot((await open().fetchReservation?.(NAME, aCall())) ?? { kind: 'gone' }).rooms).toEqual(['101']);
    standIn.closeRoom(roomId('101'), 'unknown');
    await expect(open().fetchReservation?.(NAME, aCall())).rejects.toMatchObject({
      operation: 'POST resources/getAll',
      failure: { kind: 'unreadable' },
    });
  });

  test('a reservation that has ended is read as its end while its room, guests and dates cannot be read', async () => {
    const ended = {
      kind: 'found',
      snapshots: [{ ...NAME, status: 'no-show', revision: expect.any(String) as string }],
    };
    await standIn.save({ Id: ID, State: 'Canceled', CancellationReason: 'NoShow', AssignedResourceId: roomId('101') });
    standIn.closeRoom(roomId('101'), 'unknown');
    expect(await open().fetchReservation?.(NAME, aCall())).toEqual(ended);
    const stays = many[0] ?? '';
    await standIn.save({ Id: stays });
    standIn.trouble.begin({ status: 500 }, '/api/connector/v1/companionships');
    const system = open();
    const both = [ID, stays].map(async (reservationId) =>
      system.fetchReservation?.({ propertyId: 'seaside', reservationId }, aCall()),
    );
    expect(await Promise.allSettled(both)).toMatchObject([{ value: ended }, { reason: { failure: { status: 500 } } }]);
    standIn.trouble.end();
    standIn.outgrow();
    await standIn.save({
      Id: ID,
      State: 'Processed',
      ScheduledEndUtc: '2027-02-30T10:00:00Z',
      AccountType: 7 as never,
    });
    expect(await open().fetchReservation?.(NAME, aCall())).toMatchObject({ snapshots: [{ status: 'departed' }] });
  });

  test('a read by an id that is not a Mews id returns gone without a request', async () => {
    const name = { propertyId: 'seaside', reservationId: 'R-1' };
    expect(await open().fetchReservation?.(name, aCall())).toEqual({ kind: 'gone' });
    expect(standIn.asked.size).toBe(0);
  });

  test('a rate limit holds all requests of the adapter back for as long as Mews asks', async () => {
    await standIn.save({ Id: ID });
    const system = open();
    standIn.limit(0);
    await expect(system.fetchReservation?.(NAME, aCall())).rejects.toMatchObject({ failure: { status: 429 } });
    standIn.limit(100);
    const before = standIn.trouble.counts().calls;
    await expect(system.fetchReservation?.(NAME, aCall())).rejects.toMatchObject({
      failure: { kind: 'unavailable', status: 429, retryAfterMs: expect.any(Number) as unknown },
    });
    expect(standIn.trouble.counts().calls).toBe(before);
    await expect
      .poll(async () => system.fetchReservation?.(NAME, aCall()).catch(() => undefined), { timeout: 120_000 })
      .toMatchObject({ kind: 'found' });
  });

  test('a rate limit is reported with the time of the next retry, and wrong tokens are reported as rejected', async () => {
    await standIn.save({ Id: ID });
    standIn.limit(0);
    await expect(open().fetchReservation?.(NAME, aCall())).rejects.toMatchObject({
      failure: { kind: 'unavailable', status: 429, retryAfterMs: 1_000 },
    });
    standIn.limit(100);
    await expect(open({ accessToken: 'WRONG' }).fetchReservation?.(NAME, aCall())).rejects.toMatchObject({
      failure: { kind: 'rejected', status: 401 },
    });
  });

  test('the list reads years of updates in intervals of three months, and adds reservations that start soon', async () => {
    for (const Id of many) await standIn.save({ Id });
    const soon = { Id: guidOf('soon'), ...spanned(20) };
    const later = { Id: guidOf('later'), ...spanned(100) };
    await standIn.save(soon);
    await standIn.save(later);
    const system = open();
    const listed: string[] = [];
    let cursor: string | undefined;
    do {
      const since = new Date(Date.now() - 400 * 24 * 3_600_000).toISOString();
      const page = await system.changedSince?.(
        { propertyId: 'seaside', since, ...(cursor === undefined ? {} : { cursor }) },
        aCall(),
      );
      listed.push(...(page?.reservations ?? []).map(({ reservationId }) => reservationId));
      cursor = page?.next;
    } while (cursor !== undefined);
    expect(new Set(listed)).toEqual(new Set([...many, soon.Id, later.Id]));
    const times = (id: string): number => listed.filter((one) => one === id).length;
    expect([times(soon.Id), times(later.Id)]).toEqual([2, 1]);
  });
});

function spanned(hours: number): Partial<WireReservation> {
  const at = (more: number): string => mewsTime(Date.now() + (hours + more) * 3_600_000);
  return { ScheduledStartUtc: at(0), ScheduledEndUtc: at(24) };
}

describe('the WebSocket listener', () => {
  let heard: StayName[];
  let reread: StayName[];
  let counted: string[];
  let view: StayView | undefined;
  let commands: string[];
  let stop: AbortController;
  let ended: Promise<void> | undefined;
  beforeEach(() => {
    heard = [];
    reread = [];
    counted = [];
    commands = [];
    view = undefined;
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    await ended;
  });

  async function listen(): Promise<{ readonly system: BookingSystem; readonly door: Door }> {
    const stays: Pick<StayClient, 'view'> = {
      view: async (name) => {
        if (view === undefined) throw new StayNotFound(name.reservationId);
        return view;
      },
    };
    const system = open();
    const door: Door = {
      command: async (commandId) => {
        // Starts a command once, as Temporal does.
        if (commands.includes(commandId)) return;
        commands.push(commandId);
        system.carryOutCommand?.({ commandId, since: Date.now(), signal: stop.signal }, door).catch(() => undefined);
      },
      changed: async (reservations) => void heard.push(...reservations),
      reread: async (name) => {
        reread.push(name);
        return { kind: 'changed' };
      },
      askForKeys: () => Promise.reject(new Error('Mews names its guests')),
      followKeys: () => Promise.reject(new Error('Mews names its guests')),
      stays: stays as StayClient,
      count: (what) => counted.push(what),
    };
    ended = system.listen?.(door, { signal: stop.signal });
    await expect.poll(() => counted.includes('connected')).toBe(true);
    return { system, door };
  }

  test('the listener receives a change at once, and after a reconnection what changed while it was cut off', async () => {
    await listen();
    await standIn.save({ Id: ID });
    await expect.poll(() => heard).toEqual([NAME]);
    standIn.cut({ refuse: true });
    const meanwhile = guidOf('meanwhile');
    await standIn.save({ Id: meanwhile });
    const command = standIn.cutKey(guidOf('c-1'), meanwhile);
    standIn.acceptAgain();
    await expect.poll(() => heard.map(({ reservationId }) => reservationId), { timeout: 120_000 }).toContain(meanwhile);
    await expect.poll(() => command.states[0], { timeout: 120_000 }).toBe('Processing');
  });

  test('the listener catches up with changes from before its own start', async () => {
    await standIn.save({ Id: ID });
    await listen();
    await expect.poll(() => heard).toEqual([NAME]);
  });

  test('the listener answers a command with the outcome', async () => {
    await listen();
    const waiting = standIn.cutKey(guidOf('c-1'), ID);
    await expect.poll(() => waiting.State, { timeout: 120_000 }).toBe('Error');
    expect(waiting.Notes).toMatch(/has not read the reservation yet/);
    expect(reread).toEqual([NAME]);
    view = aView({ stay: STAY, settled: true, guests: [{ guestId: ADA.Id, keyState: 'issued' }] });
    const done = standIn.cutKey(guidOf('c-2'), ID);
    await expect.poll(() => done.State, { timeout: 120_000 }).toBe('Processed');
    view = aView({
      stay: STAY,
      settled: true,
      guests: [{ guestId: ADA.Id, keyState: 'failed' }],
      attention: [{ code: 'key-failed', since: '2026-11-23T14:00Z', message: 'The lock system refuses.' }],
    });
    const failed = standIn.cutKey(guidOf('c-3'), ID);
    await expect.poll(() => failed.Notes, { timeout: 120_000 }).toBe('The lock system refuses.');
    const nobody = standIn.cutKey(guidOf('c-4'));
    await expect.poll(() => nobody.State, { timeout: 120_000 }).toBe('Error');
    expect(heard.every(({ reservationId }) => reservationId === ID)).toBe(true);
  });

  test('the listener continues a command that another worker began, and leaves finished or cancelled ones alone', async () => {
    const { system, door } = await listen();
    view = aView({ stay: STAY, settled: true, guests: [{ guestId: ADA.Id, keyState: 'issued' }] });
    const carryOut = async (commandId: string): Promise<void> =>
      system.carryOutCommand?.({ commandId, since: Date.now(), signal: stop.signal }, door);
    const begun = standIn.cutKey(guidOf('c-1'), ID);
    await expect.poll(() => begun.State).toBe('Processed');
    begun.State = 'Processing';
    begun.states.splice(0);
    await carryOut(begun.id);
    expect(begun.states).toEqual(['Processed']);
    await carryOut(begun.id);
    expect(begun.states).toEqual(['Processed']);
    view = undefined;
    const cancelled = standIn.cutKey(guidOf('c-2'), ID);
    await expect.poll(() => cancelled.State).toBe('Processing');
    cancelled.State = 'Cancelled';
    await carryOut(cancelled.id);
    expect(cancelled.State).toBe('Cancelled');
    // Mews may send a command before it can be read.
    const unread = guidOf('not to be read yet');
    await expect(carryOut(unread)).rejects.toMatchObject({ failure: { kind: 'unavailable' } });
    await system.carryOutCommand?.({ commandId: unread, since: Date.now() - 3_600_000, signal: stop.signal }, door);
  });

  test('the listener leaves the commands of other devices alone', async () => {
    await listen();
    const scanner = standIn.scanPassports(guidOf('c-1'), ID);
    const cutter = standIn.cutKey(guidOf('c-2'));
    await expect.poll(() => cutter.State).toBe('Error');
    expect(scanner.states).toEqual([]);
  });

  test('the listener closes its connection when it is stopped', async () => {
    await listen();
    stop.abort();
    await ended;
    await expect.poll(() => standIn.connections()).toBe(0);
  });
});

test('a Mews connection with two properties is refused, since an access token covers one', () => {
  const properties = [{ propertyId: 'seaside' }, { propertyId: 'lakeside' }];
  const settings = { clientToken: 'A', accessToken: 'A', webhook: { token: 'A' } };
  expect(() => openSystem(adapter, { properties, settings }, { A: 'a' })).toThrow(/one property/);
});
