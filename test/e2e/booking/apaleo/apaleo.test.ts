/** Tests of the apaleo adapter against its stand-in: events, reservations and the list of changes. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { apaleo } from '../../../../src/booking/adapters/apaleo/index.js';
import type { BookingSystem, Delivery, Reading } from '../../../../src/booking/ingress/adapter.js';
import type { StaySnapshot } from '../../../../src/domain/model/snapshot-schema.js';
import { aCall, openSystem, theSnapshot } from '../opened.js';
import { aUnit, aWireReservation, BEN, inUnit, type WireReservation } from './reservation.js';
import { startApaleo, type Apaleo } from './stand-in.js';

const NAME = { propertyId: 'seaside', reservationId: 'XPGMSXGF-1' };

let standIn: Apaleo;
beforeEach(async () => {
  standIn = await startApaleo();
});
afterEach(() => standIn.close());

function open(settings: Readonly<Record<string, unknown>> = {}): BookingSystem {
  const needed = {
    clientId: standIn.client.id,
    clientSecret: 'APALEO_SECRET',
    apiUrl: standIn.url,
    tokenUrl: standIn.tokenUrl,
    guestIdSecret: 'GUEST_IDS',
    webhook: { token: 'APALEO_TOKEN', basic: { user: 'apaleo', password: 'APALEO_PASSWORD' } },
  };
  const env = {
    APALEO_SECRET: standIn.client.secret,
    GUEST_IDS: 'makes ids',
    APALEO_TOKEN: 'a-token-in-the-path',
    APALEO_PASSWORD: 'pass word and more',
  };
  return openSystem(apaleo, { settings: { ...needed, ...settings } }, env);
}

describe('an event', () => {
  const basic = `Basic ${Buffer.from('apaleo:pass word and more').toString('base64')}`;
  const event = {
    topic: 'Reservation',
    type: 'unit-assigned',
    id: 'ec5a1fe4-331c-450a-915c-5caa231cc825',
    accountId: 'HFTF',
    propertyId: 'MUC',
    timestamp: 1692268510605,
    data: { entityId: 'XPGMSXGF-1' },
  };
  function read(body: unknown, changes: Partial<Delivery> = {}): Reading | undefined {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const delivery = {
      token: 'a-token-in-the-path',
      headers: { authorization: basic },
      ip: '34.240.36.71',
      ...changes,
    };
    return open().webhook?.read({ body: Buffer.from(text), ...delivery });
  }

  test('an event about a reservation yields only that it may have changed, whatever the type of the event', () => {
    for (const type of ['created', 'changed', 'unit-assigned', 'set-to-no-show', 'never-heard-of']) {
      expect(read({ ...event, type })).toEqual({ kind: 'changed', reservations: [NAME], ignored: 0 });
    }
  });

  test('an event of another property, of another topic or without an entity is ignored', () => {
    const others = [
      { ...event, propertyId: 'BER' },
      { ...event, topic: 'Folio' },
      { ...event, data: {} },
      { ...event, propertyId: undefined },
    ];
    for (const other of others) expect(read(other)).toEqual({ kind: 'changed', reservations: [], ignored: 1 });
  });

  test('a health check event or an empty body counts as a sign of life', () => {
    const check = { id: '56eca994', topic: 'system', type: 'healthcheck', accountId: 'SDXE', propertyIds: ['MUC'] };
    expect(read(check)).toEqual({ kind: 'alive' });
    expect(read('')).toEqual({ kind: 'alive' });
  });

  test('a body that is not an event is unreadable, and the result names its wrong fields', () => {
    expect(read('<xml/>')).toEqual({ kind: 'unreadable', fields: ['the whole body'] });
    expect(read([event])).toMatchObject({ kind: 'unreadable' });
    expect(read({ ...event, topic: 7 })).toEqual({ kind: 'unreadable', fields: ['topic'] });
  });

  test('an event without the token is unknown, and one without name and password is forged', () => {
    expect(read(event, { token: 'another' })).toEqual({ kind: 'unknown' });
    expect(read(event, { headers: {} })).toMatchObject({ kind: 'forged' });
  });
});

describe('a reservation', () => {
  async function fetch(changes: Partial<WireReservation>, settings = {}): Promise<StaySnapshot> {
    await standIn.save(aWireReservation(changes), 'changed');
    const fetched = await open(settings).fetchReservation?.(NAME, aCall());
    if (fetched === undefined) throw new Error('The adapter does not fetch');
    return theSnapshot(fetched);
  }

  test('a reservation is read with its window, unit, guests and revision', async () => {
    const snapshot = await fetch({ ...inUnit('101'), additionalGuests: [BEN] });
    expect(snapshot).toMatchObject({
      ...NAME,
      status: 'confirmed',
      window: { from: '2026-11-23T14:00Z', to: '2026-11-26T10:00Z' },
      rooms: ['101'],
      guests: [
        { primary: true, name: 'Ada Example', email: 'ada@example.com', phone: '+4915112345678', wantsKey: true },
        { primary: false, name: 'Ben Example', email: 'ben@example.com', wantsKey: true },
      ],
    });
    expect(Math.abs(Date.parse(String(snapshot.revision)) - Date.now())).toBeLessThan(60_000);
    expect(JSON.stringify(snapshot.guests.map(({ guestId }) => guestId))).not.toMatch(/ada|ben|example/i);
  });

  test('a reservation gets the status that apaleo reports', async () => {
    const statuses: StaySnapshot['status'][] = [];
    for (const status of ['Confirmed', 'InHouse', 'CheckedOut', 'Canceled', 'NoShow'] as const) {
      statuses.push((await fetch({ status })).status);
    }
    expect(statuses).toEqual(['confirmed', 'in-house', 'departed', 'cancelled', 'no-show']);
  });

  test('an early check-in starts the window earlier, in the first planned room, and a late check-in leaves it unchanged', async () => {
    const early = { ...inUnit('101'), status: 'InHouse', checkInTime: '2026-11-23T09:30:12Z' } as const;
    expect(await fetch(early)).toMatchObject({ window: { from: '2026-11-23T09:30Z' }, rooms: ['101'] });
    const late = { ...inUnit('101'), status: 'InHouse', checkInTime: '2026-11-23T22:30:00Z' } as const;
    expect(await fetch(late)).toMatchObject({ window: { from: '2026-11-23T14:00Z' }, rooms: ['101'] });
  });

  test('a reservation that moves has one segment per unit, or only its current unit if the settings say so', async () => {
    const moving = {
      unit: aUnit('102'),
      assignedUnits: [
        { unit: aUnit('101'), timeRanges: [{ from: '2026-11-23T15:00:00+01:00', to: '2026-11-24T11:00:00+01:00' }] },
        { unit: aUnit('102'), timeRanges: [{ from: '2026-11-24T15:00:00+01:00', to: '2026-11-26T11:00:00+01:00' }] },
      ],
    };
    expect((await fetch(moving)).segments).toMatchObject([
      { from: '2026-11-23T14:00Z', to: '2026-11-24T10:00Z', rooms: ['101'] },
      { from: '2026-11-24T14:00Z', to: '2026-11-26T10:00Z', rooms: ['102'] },
    ]);
    expect((await fetch(moving, { rooms: 'current-unit' })).rooms).toEqual(['102']);
    expect((await fetch(moving, { rooms: 'current-unit', roomFrom: 'id' })).rooms).toEqual(['MUC-102']);
  });

  test('a reservation without a unit has no room, and one without a primary guest has no guests', async () => {
    const { primaryGuest, ...rest } = aWireReservation();
    expect(primaryGuest).toBeDefined();
    await standIn.save(rest, 'created');
    const fetched = await open().fetchReservation?.(NAME, aCall());
    expect(fetched).toMatchObject({ kind: 'found', snapshots: [{ rooms: [], guests: [] }] });
  });

  test('only guests who can be reached want a key by default, and all guests do with keysFor: everyone', async () => {
    const party = {
      primaryGuest: { lastName: 'Example' },
      additionalGuests: [{ firstName: 'Cleo', lastName: 'Example' }, BEN],
    };
    const wants = ({ guests }: StaySnapshot): boolean[] => guests.map(({ wantsKey }) => wantsKey);
    expect(wants(await fetch(party))).toEqual([true, false, true]);
    expect(wants(await fetch(party, { keysFor: 'everyone' }))).toEqual([true, true, true]);
  });

  test('the remaining guests keep their ids when another guest leaves the list', async () => {
    const three = await fetch({ additionalGuests: [{ lastName: 'Cleo' }, BEN] });
    const two = await fetch({ additionalGuests: [BEN] });
    expect(two.guests.map(({ guestId }) => guestId)).toEqual([three.guests[0]?.guestId, three.guests[2]?.guestId]);
  });

  test('a reservation of a parking lot or another property is ignored, and a deleted one is gone', async () => {
    const { unitGroup } = aWireReservation();
    const system = open();
    await standIn.save(aWireReservation({ unitGroup: { ...unitGroup, type: 'ParkingLot' } }), 'created');
    expect(await system.fetchReservation?.(NAME, aCall())).toMatchObject({ kind: 'ignored' });
    await standIn.save(aWireReservation({ property: { ...aWireReservation().property, id: 'BER' } }), 'changed');
    expect(await system.fetchReservation?.(NAME, aCall())).toMatchObject({ kind: 'ignored' });
    await standIn.remove(NAME.reservationId);
    expect(await system.fetchReservation?.(NAME, aCall())).toEqual({ kind: 'gone' });
  });
});

describe('requests to apaleo', () => {
  test('parallel reads share one token, and the adapter requests another when apaleo answers 401 or 403', async () => {
    await standIn.save(aWireReservation(), 'created');
    const system = open();
    await Promise.all([1, 2, 3].map(async () => system.fetchReservation?.(NAME, aCall())));
    expect(standIn.tokensGiven()).toBe(1);
    standIn.endTokens();
    expect(await system.fetchReservation?.(NAME, aCall())).toMatchObject({ kind: 'found' });
    expect(standIn.tokensGiven()).toBe(2);
    standIn.trouble.begin({ status: 403 }, '/booking');
    await expect(system.fetchReservation?.(NAME, aCall())).rejects.toMatchObject({ failure: { status: 403 } });
    expect(standIn.tokensGiven()).toBe(3);
    standIn.trouble.end();
  });

  test('an outage and too many requests are reported as unavailable, and wrong credentials as rejected', async () => {
    await standIn.save(aWireReservation(), 'created');
    const system = open();
    standIn.trouble.begin({ status: 503 }, '/booking');
    await expect(system.fetchReservation?.(NAME, aCall())).rejects.toMatchObject({
      failure: { kind: 'unavailable', status: 503 },
    });
    standIn.trouble.begin({ status: 429, retryAfterSeconds: 7 }, '/booking');
    await expect(system.fetchReservation?.(NAME, aCall())).rejects.toMatchObject({
      failure: { kind: 'unavailable', status: 429, retryAfterMs: 7_000 },
    });
    standIn.trouble.begin('no-answer');
    await expect(open().fetchReservation?.(NAME, aCall())).rejects.toMatchObject({ failure: { kind: 'unavailable' } });
    standIn.trouble.begin({ status: 500 }, '/connect');
    await expect(open().fetchReservation?.(NAME, aCall())).rejects.toMatchObject({
      failure: { kind: 'unavailable', status: 500 },
    });
    standIn.trouble.end();
    await expect(open({ clientId: 'somebody' }).fetchReservation?.(NAME, aCall())).rejects.toMatchObject({
      operation: 'POST token',
      failure: { kind: 'rejected', status: 400 },
    });
    expect(await system.fetchReservation?.(NAME, aCall())).toMatchObject({ kind: 'found' });
  });

  test('an answer that differs from the documentation is unreadable, and the failure names its fields', async () => {
    standIn.outgrow();
    await standIn.save({ ...aWireReservation(), status: 'Dreaming' as never }, 'created');
    await expect(open().fetchReservation?.(NAME, aCall())).rejects.toMatchObject({
      failure: { kind: 'unreadable', fields: ['status'] },
    });
  });

  test('a reservation that has ended is read as its end, however unreadable the rest of it is', async () => {
    standIn.outgrow();
    const wrongs = [{ departure: 'soon' }, { arrival: '2027-02-30T15:00:00Z' }, { additionalGuests: 'none' as never }];
    for (const wrong of [...wrongs, { unitGroup: 7 as never, assignedUnits: 'none' as never }]) {
      await standIn.save({ ...aWireReservation(), ...wrong, status: 'CheckedOut' }, 'changed');
      expect(await open().fetchReservation?.(NAME, aCall())).toEqual({
        kind: 'found',
        snapshots: [{ ...NAME, status: 'departed', revision: expect.any(String) as string }],
      });
    }
    const elsewhere = { ...aWireReservation().property, id: 'BER' };
    await standIn.save(aWireReservation({ status: 'NoShow', departure: 'soon', property: elsewhere }), 'changed');
    await expect(open().fetchReservation?.(NAME, aCall())).rejects.toMatchObject({ failure: { kind: 'unreadable' } });
  });

  test('the list of changes is read page by page, and includes reservations that change meanwhile', async () => {
    const ids = Array.from({ length: 230 }, (_, index) => `SWEEP-${String(index).padStart(3, '0')}`);
    const began = Date.parse('2026-11-20T10:00:00Z');
    for (const [index, id] of ids.entries()) {
      await standIn.save(aWireReservation({ id }), 'created', began + index * 1_000);
    }
    const system = open();
    const seen = new Set<string>();
    // The first item changes after it was listed, so it goes to the end, and every other item moves up.
    let moved = false;
    let cursor: string | undefined;
    do {
      const query = {
        propertyId: 'seaside',
        since: '2026-01-01T00:00:00.000Z',
        ...(cursor === undefined ? {} : { cursor }),
      };
      const page = await system.changedSince?.(query, aCall());
      for (const { reservationId } of page?.reservations ?? []) seen.add(reservationId);
      cursor = page?.next;
      if (!moved) {
        moved = true;
        await standIn.save(aWireReservation({ id: ids[0] ?? '' }), 'changed');
      }
    } while (cursor !== undefined);
    expect([...seen].toSorted()).toEqual(ids);
    const none = await system.changedSince?.({ propertyId: 'seaside', since: '2100-01-01T00:00:00.000Z' }, aCall());
    expect(none).toEqual({ reservations: [] });
  });
});

test('wrong apaleo settings are refused with an error that names them', () => {
  expect(() => open({ phoneCountry: 'Germany', webhook: {} })).toThrow(/phoneCountry must be the two capital letters/);
  expect(() => open({ webhook: {} })).toThrow(/webhook must hold "token" or "basic"/);
  expect(() => open({ clientSecret: 'NOT_SET' })).toThrow(/needs the environment variable NOT_SET/);
});
