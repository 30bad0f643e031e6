import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dryRunSchema, roomViewSchema, stayViewSchema } from '../../../../src/booking/http/view-schemas.js';
import { openApiWorld, WEB_UI, type ApiWorld, type Called } from './api-world.js';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.stop());

const of = (reservationId: string): string =>
  `/v1/properties/seaside/reservations/${encodeURIComponent(reservationId)}`;

async function aSnapshot(changes: object = {}): Promise<Record<string, unknown>> {
  const { propertyId: _p, reservationId: _r, ...snapshot } = await world.hotel.snapshotOf('unused', {});
  return { ...snapshot, ...changes };
}

/** Returns the timeline entries with the given text. */
function said({ timeline }: Called['body'], what: string): { readonly by?: string }[] {
  return timeline.filter((line: { what: string }) => line.what === what);
}

/** Polls the view until it meets the condition. */
async function until(path: string, desired: (body: Called['body']) => boolean): Promise<Called['body']> {
  let seen: Called['body'];
  const isThere = async (): Promise<boolean> => {
    seen = (await world.call('GET', path)).body;
    return desired(seen);
  };
  await expect.poll(isThere, { timeout: 120_000, interval: 50 }).toBe(true);
  return seen;
}

describe('PUT of a reservation', () => {
  test('a PUT of a new reservation starts the stay, and returns its view with a link to Web UI', async () => {
    const { status, body } = await world.call('PUT', of('R 1/2'), await aSnapshot({ revision: 3 }));
    expect(status).toBe(200);
    expect(body).toMatchObject({ schema: 1, stay: 'stay/seaside/R%201%2F2', revision: 3, phase: 'in-house' });
    expect(body.webUi).toBe(`${WEB_UI}/namespaces/default/workflows/stay%2Fseaside%2FR%25201%252F2`);
    expect(stayViewSchema.parse(body)).toMatchObject({ revision: 3 });
    expect((await world.call('GET', of('R 1/2'))).body).toMatchObject({ revision: 3, webUi: body.webUi });
  });

  test('a PUT reaches the one stay of its reservation, in whatever spelling the path has the id', async () => {
    const paths = ["Smith%20(2)%20O'Hara!", 'Smith%20%282%29%20O%27Hara%21', '%53mith%20%282%29%20O%27Hara!'];
    for (const [at, part] of paths.entries()) {
      const put = await world.call(
        'PUT',
        `/v1/properties/seaside/reservations/${part}`,
        await aSnapshot({ revision: at }),
      );
      expect(put.body).toMatchObject({ stay: "stay/seaside/Smith%20(2)%20O'Hara!", revision: at });
    }
  });

  test('a PUT amends the stay with a newer revision, ignores the same one, and answers an older one with the current view', async () => {
    const snapshot = await aSnapshot({ status: 'confirmed' });
    await world.call('PUT', of('R-2'), { ...snapshot, revision: 1 });
    const amended = await world.call('PUT', of('R-2'), { ...snapshot, revision: 2, guests: [{ guestId: 'g9' }] });
    expect(amended.body.guests).toMatchObject([{ guestId: 'g1', keyState: 'gone' }, { guestId: 'g9' }]);
    const again = await world.call('PUT', of('R-2'), { ...snapshot, revision: 2, guests: [{ guestId: 'g9' }] });
    expect(again.status).toBe(200);
    const older = await world.call('PUT', of('R-2'), { ...snapshot, revision: 1 });
    expect(older.status).toBe(409);
    expect(older.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(older.body).toMatchObject({
      type: 'urn:stayline:problem:stale-revision',
      status: 409,
      revision: 2,
      current: { revision: 2, webUi: expect.any(String) },
    });
    const other = await world.call('PUT', of('R-2'), { ...snapshot, revision: 2, guests: [] });
    expect(other).toMatchObject({ status: 409, body: { detail: expect.stringContaining('supersede') } });
  });

  test('a PUT accepts a window as dates of the property', async () => {
    const window = { arrival: '2027-06-01', departure: '2027-06-03', checkOut: '12:30' };
    await world.call('PUT', of('R-3'), await aSnapshot({ window, status: 'confirmed' }));
    const view = await until(of('R-3'), ({ window: known }) => known !== undefined);
    // Starts at 15:00, the property's check-in time; Berlin's summer time is two hours ahead of UTC.
    expect(view.window).toEqual({ from: '2027-06-01T13:00Z', to: '2027-06-03T10:30Z' });
  });

  test.each([
    [
      { guests: [{ guestId: 'g1', email: 'nobody' }] },
      [{ path: 'guests[0].email', message: 'must be an e-mail address' }],
    ],
    [{ roomz: ['101'] }, [{ path: 'roomz', message: 'is not a known field' }]],
    [{ reservationId: 'R-5' }, [{ path: 'reservationId', message: 'must be absent, or the same as in the path' }]],
    [
      { guests: [{ guestId: 'g1', rooms: ['999'] }] },
      [{ path: 'guests[0].rooms', message: 'must be among the stay\'s rooms; "999" is not' }],
    ],
  ])('a PUT with %j is refused with the path of the field', async (changes, errors) => {
    const { status, body, headers } = await world.call('PUT', of('R-4'), await aSnapshot(changes));
    expect(status).toBe(422);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({ type: 'urn:stayline:problem:invalid-request', errors });
    expect((await world.call('GET', of('R-4'))).status).toBe(404);
  });

  test.each([
    [{ from: '2027-06-01T13:00:10Z', to: '2027-06-01T13:00:50Z' }, 'window.to'],
    [{ from: '2027-02-30T15:00Z', to: '2027-03-04T10:00Z' }, 'window.from'],
    [{ arrival: '2027-02-30', departure: '2027-03-04' }, 'window.arrival'],
    [{ arrival: '2027-06-01', departure: '2027-06-01' }, 'window.departure'],
    [{ arrival: '2027-06-01', departure: '2027-06-01', checkIn: '16:00', checkOut: '12:00' }, 'window.departure'],
    // Clocks skip the hour from 02:00 to 03:00.
    [{ arrival: '2027-03-28', departure: '2027-03-28', checkIn: '02:30', checkOut: '03:15' }, 'window.departure'],
  ])('a PUT with the window %j is refused with the field %s', async (window, path) => {
    const { status, body } = await world.call('PUT', of('E-21'), await aSnapshot({ status: 'confirmed', window }));
    expect([status, body.errors?.map((error: { path: string }) => error.path)]).toEqual([422, [path]]);
    expect((await world.call('GET', of('E-21'))).status).toBe(404);
  });

  test('a PUT that ends a stay is carried out even if its window, rooms and guests are wrong', async () => {
    const wrongs = [
      { window: { from: '2027-06-01T13:00Z', to: '2027-06-01T13:00Z' } },
      { window: { arrival: '2027-06-01', departure: '2027-06-01' } },
      { rooms: 'none', guests: [{ name: 'Ada' }], note: 'left early' },
      { revision: 'last' },
    ];
    for (const [index, wrong] of wrongs.entries()) {
      const path = of(`E-22-${index}`);
      await world.call('PUT', path, await aSnapshot({ rooms: world.hotel.freeRooms(1) }));
      const ended = await world.call('PUT', path, await aSnapshot({ revision: 2, status: 'departed', ...wrong }));
      expect([ended.status, ended.body.phase]).toEqual([200, 'over']);
      expect((await until(path, ({ settled }) => settled)).attention).toEqual([]);
    }
    const unknown = await aSnapshot({ status: 'departed', window: 'never' });
    expect(await world.call('PUT', of('E-23'), unknown)).toMatchObject({ status: 422 });
    expect((await world.call('GET', of('E-23'))).status).toBe(404);
  });

  test('a refused PUT is attention of the open stay, until a PUT can be used', async () => {
    await world.call('PUT', of('E-24'), await aSnapshot({ rooms: world.hotel.freeRooms(1) }));
    const guests = [{ guestId: 'g1', email: 'quill(at)example' }];
    expect(await world.call('PUT', of('E-24'), await aSnapshot({ revision: 2, guests }))).toMatchObject({
      status: 422,
    });
    const { attention } = await until(of('E-24'), (view) => view.attention.length > 0);
    expect(attention).toMatchObject([
      { code: 'booking-unreadable', message: expect.stringContaining('guests[0].email must be an e-mail address') },
    ]);
    expect(JSON.stringify(attention)).not.toContain('quill');
    await world.call('PUT', of('E-24'), await aSnapshot({ revision: 3, rooms: world.hotel.freeRooms(1) }));
    await until(of('E-24'), (view) => view.attention.length === 0);
  });

  test('a PUT of a reservation that is over starts no stay', async () => {
    const window = { from: '2026-01-01T14:00Z', to: '2026-01-02T10:00Z' };
    const { status, body } = await world.call('PUT', of('R-6'), await aSnapshot({ window }));
    expect([status, body.type]).toEqual([409, 'urn:stayline:problem:stay-over']);
  });
});

describe('a dry run', () => {
  test('a dry run of a snapshot works without a stay, and starts none', async () => {
    const payload = await aSnapshot({ guests: [{ guestId: 'a' }, { guestId: 'b' }] });
    const body = { message: 'applyReservation', payload };
    const answer = await world.call('POST', `${of('R-7')}/plan`, body, { key: world.keys.reader });
    expect(answer.status).toBe(200);
    expect(dryRunSchema.parse(answer.body).steps.map((step) => step.do)).toEqual(['override', 'join']);
    expect((await world.call('GET', of('R-7'))).status).toBe(404);
  });

  test('a dry run of a change returns the steps that it leads to, and changes nothing', async () => {
    await world.call('PUT', of('R-8'), await aSnapshot());
    await until(of('R-8'), ({ settled }) => settled);
    const body = { message: 'addGuests', payload: { guests: [{ guestId: 'g2' }] } };
    const { status, body: planned } = await world.call('POST', `${of('R-8')}/plan`, body);
    expect(status).toBe(200);
    expect(planned.steps).toContainEqual(expect.objectContaining({ guestId: 'g2' }));
    expect((await world.call('GET', of('R-8'))).body.guests).toHaveLength(1);
  });

  test('a dry run of a message with wrong fields is refused with their paths', async () => {
    const body = { message: 'addGuests', payload: { guests: [{ guestId: 'g2', phone: '12' }] } };
    const { status, body: problem } = await world.call('POST', `${of('R-8')}/plan`, body);
    expect(status).toBe(422);
    expect(problem.errors).toMatchObject([{ path: 'payload.guests[0].phone' }]);
  });
});

describe('changes to a stay', () => {
  test('each change call reaches the stay as its message: guests, rooms, dates, hold, check-in and check-out', async () => {
    await world.call('PUT', of('R-9'), await aSnapshot());
    const send = async (method: string, path: string, body?: object): Promise<unknown> => {
      const { status, body: accepted } = await world.call(method, `${of('R-9')}${path}`, body);
      expect(status).toBe(202);
      return accepted.message;
    };
    const [room = ''] = world.hotel.freeRooms(1);
    expect(await send('POST', '/guests', { guests: [{ guestId: 'g2' }, { guestId: 'g3' }] })).toBe('addGuests');
    expect(await send('DELETE', '/guests/g3?cause=security')).toBe('removeGuest');
    expect(await send('PUT', '/rooms', { rooms: [room] })).toBe('changeRooms');
    expect(await send('PUT', '/dates', { window: { departure: '2027-01-10', checkOut: '10:00' } })).toBe('changeDates');
    expect(await send('POST', '/hold', { reason: 'deposit missing' })).toBe('hold');
    expect(await send('POST', '/check-in')).toBe('checkIn');
    const view = await until(of('R-9'), ({ window }) => window.to === '2027-01-10T09:00Z');
    expect(view.rooms).toEqual([room]);
    expect(view.guests.map((guest: { guestId: string }) => guest.guestId)).toEqual(['g1', 'g2', 'g3']);
    expect(view.guests[2].keyState).toBe('gone');
    expect(view.timeline).toContainEqual(expect.objectContaining({ by: 'api-key:writer' }));
    expect(await send('POST', '/check-out')).toBe('checkOut');
    await until(of('R-9'), ({ phase }) => phase === 'over');
  });

  test('a change repeated with the same idempotency key is carried out once', async () => {
    await world.call('PUT', of('R-10'), await aSnapshot({ status: 'confirmed' }));
    const act = { reason: 'deposit missing' };
    const headers = { 'idempotency-key': 'hold-1' };
    await world.call('POST', `${of('R-10')}/hold`, act, { headers });
    const again = await world.call('POST', `${of('R-10')}/hold`, act, { headers });
    expect(again.body).toMatchObject({ requestId: 'hold-1' });
    // Signals arrive in the order in which they were sent: once this one has arrived, so has the repeated one.
    await world.call('POST', `${of('R-10')}/release`, { reason: 'marker' });
    const view = await until(of('R-10'), (body) => said(body, 'release').length === 1);
    expect(said(view, 'hold')).toHaveLength(1);
  });

  test('changes with the same idempotency key are all carried out if their callers or operations differ', async () => {
    await world.call('PUT', of('R-13'), await aSnapshot({ status: 'confirmed' }));
    // Keys of the maximum length, so that no part of them is cut off when something is added to them.
    for (const name of ['1', `${'x'.repeat(199)}1`, `${'x'.repeat(199)}2`]) {
      const headers = { 'idempotency-key': name };
      for (const key of [world.keys.writer, world.keys.all]) {
        await world.call('POST', `${of('R-13')}/hold`, { reason: 'deposit missing' }, { headers, key });
        const { body } = await world.call('POST', `${of('R-13')}/release`, { reason: 'paid' }, { headers, key });
        expect(body.requestId).toBe(name);
      }
    }
    await world.call('POST', `${of('R-13')}/retry`);
    const view = await until(of('R-13'), (body) => said(body, 'retry requested').length === 1);
    expect([said(view, 'hold').length, said(view, 'release').length]).toEqual([6, 6]);
  });

  test('a change appears in the timeline under its API key, whatever author the body names', async () => {
    await world.call('PUT', of('R-14'), await aSnapshot({ status: 'confirmed' }));
    for (const by of ['api-key:opera', `${'x'.repeat(180)}😀${'x'.repeat(18)}`]) {
      const { status } = await world.call('POST', `${of('R-14')}/hold`, {
        reason: `deposit missing (${by.length})`,
        by,
      });
      expect(status).toBe(202);
    }
    expect((await world.call('DELETE', `${of('R-14')}/guests/g1?by=desk-2`)).status).toBe(202);
    const view = await until(of('R-14'), (body) => said(body, 'guest g1 removed (left)').length === 1);
    expect([...said(view, 'hold'), ...said(view, 'guest g1 removed (left)')].map(({ by }) => by)).toEqual([
      'api-key:writer for api-key:opera',
      `api-key:writer for ${'x'.repeat(180)}`,
      'api-key:writer for desk-2',
    ]);
  });

  test('a PUT appears in the timeline under its API key, whatever author the body names', async () => {
    const snapshot = await aSnapshot({ status: 'confirmed' });
    await world.call('PUT', of('R-17'), { ...snapshot, revision: 1 });
    await world.call('PUT', of('R-17'), { ...snapshot, revision: 2, by: 'desk-2' }, { key: world.keys.all });
    // The author is no part of the content: this is a repeat.
    const again = await world.call('PUT', of('R-17'), { ...snapshot, revision: 2, by: 'desk-3' });
    expect(again).toMatchObject({ status: 200, body: { taken: 'known' } });
    const authors = (again.body.timeline as { what: string; by?: string }[])
      .filter(({ what }) => what.startsWith('snapshot'))
      .map(({ by }) => by);
    expect(authors).toEqual(['api-key:writer', 'api-key:all for desk-2']);
    expect(JSON.stringify(again.body)).not.toContain(world.keys.all);
  });

  test('the reasons of holds, forces and blocks are in the timeline, and in the view while they are in force', async () => {
    await world.call('PUT', of('R-18'), await aSnapshot({ status: 'confirmed', hold: { reason: 'not paid' } }));
    await world.call('POST', `${of('R-18')}/hold`, { reason: 'passport missing' });
    await world.call('POST', `${of('R-18')}/force`, { reason: 'the manager says so', guestId: 'g1' });
    await world.call('POST', `${of('R-18')}/guests/g1/block`, { reason: 'barred from the bar' });
    const view = await until(of('R-18'), ({ acts }) => acts.length === 4);
    expect(view.acts).toEqual([
      { act: 'hold', reason: 'not paid' },
      { act: 'hold', reason: 'passport missing' },
      { act: 'force', reason: 'the manager says so', guestId: 'g1' },
      { act: 'block', reason: 'barred from the bar', guestId: 'g1' },
    ]);
    expect(stayViewSchema.parse(view).timeline.map(({ why }) => why)).toEqual(
      expect.arrayContaining(['not paid', 'passport missing', 'the manager says so', 'barred from the bar']),
    );
    await world.call('POST', `${of('R-18')}/release`, { reason: 'all is well' });
    await world.call('POST', `${of('R-18')}/release`, { reason: 'all is well', guestId: 'g1' });
    const released = await until(of('R-18'), ({ acts }) => acts.length === 0);
    expect(said(released, 'release')).toMatchObject([{ why: 'all is well', by: 'api-key:writer' }]);
  });

  test('changes that change nothing leave no line in the timeline', async () => {
    await world.call('PUT', of('R-19'), await aSnapshot({ status: 'confirmed' }));
    await world.call('POST', `${of('R-19')}/hold`, { reason: 'deposit missing' });
    for (let i = 0; i < 60; i++) {
      await world.call('POST', `${of('R-19')}/hold`, { reason: 'deposit missing' });
      await world.call('POST', `${of('R-19')}/release`, { reason: 'nothing', guestId: 'g1' });
      await world.call('POST', `${of('R-19')}/guests`, { guests: [{ guestId: 'g1', primary: true }] });
    }
    await world.call('POST', `${of('R-19')}/release`, { reason: 'paid' });
    const { timeline } = await until(of('R-19'), (body) => said(body, 'release').length === 1);
    const lines = (timeline as { what: string; by?: string }[]).filter(({ by }) => by !== undefined);
    expect(lines.map(({ what }) => what.replace(/ .*/, ''))).toEqual(['snapshot', 'hold', 'release']);
  });

  test('the log has one line for each request, with its key and ids, and no secret, body or query', async () => {
    await world.call(
      'PUT',
      of('R-20'),
      await aSnapshot({ status: 'confirmed', guests: [{ guestId: 'g1', name: 'Ann Oak' }] }),
    );
    await world.call('GET', '/v1/properties/seaside/stays?room=some-room', undefined, { key: world.keys.reader });
    for (let i = 0; i < 20; i++) {
      expect((await world.call('GET', of('R-20'), undefined, { key: `sl_writer_${'x'.repeat(43)}` })).status).toBe(401);
    }
    const lines = world
      .logged()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const ids = { propertyId: 'seaside', reservationId: 'R-20' };
    expect(lines).toContainEqual(
      expect.objectContaining({ method: 'PUT', status: 200, apiKey: 'writer', ids, msg: 'request' }),
    );
    expect(lines).toContainEqual(
      expect.objectContaining({
        method: 'GET',
        route: '/v1/properties/:propertyId/stays',
        status: 200,
        apiKey: 'reader',
      }),
    );
    expect(lines.filter(({ status }) => status === 401)).toHaveLength(1);
    for (const secret of ['Ann Oak', 'some-room', 'xxxxx', world.keys.writer, world.keys.reader]) {
      expect(world.logged()).not.toContain(secret);
    }
  });

  test('a room is given to a stay that claims it, and to no other', async () => {
    const rooms = world.hotel.freeRooms(1);
    const [room = ''] = rooms;
    for (const id of ['R-21', 'R-22']) await world.call('PUT', of(id), await aSnapshot({ rooms }));
    const path = `/v1/properties/seaside/rooms/${room}`;
    const waits = await until(path, ({ waiting }) => waiting?.length === 1);
    const [{ stayId }] = waits.waiting;
    const reservationId = stayId.replace('stay/seaside/', '');
    const wrong = await world.call('POST', `${path}/force`, { reservationId: 'R-9', reason: 'the guest is here' });
    expect(wrong).toMatchObject({ status: 422, body: { errors: [{ path: 'reservationId' }] } });
    const forbidden = await world.call('POST', `${path}/force`, {}, { key: world.keys.reader });
    expect(forbidden.status).toBe(403);
    const force = { reservationId, reason: 'the guest is here', by: 'desk-2', requestId: 'force-1' };
    const answer = await world.call('POST', `${path}/force`, force);
    expect(answer).toMatchObject({ status: 202, body: { stay: stayId, message: 'force', requestId: 'force-1' } });
    const given = await until(path, ({ leases }) => leases[0].stays.includes(stayId));
    expect(given.history).toContainEqual(
      expect.objectContaining({ why: 'the guest is here', by: 'api-key:writer for desk-2' }),
    );
  });

  test('the configuration of a property is read again on request', async () => {
    await world.call('PUT', of('R-23'), await aSnapshot({ status: 'confirmed' }));
    expect((await world.call('POST', `${of('R-23')}/policy-changed`)).body).toMatchObject({ message: 'policyChanged' });
    await until(of('R-23'), (body) => said(body, 'the property configuration changed').length === 1);
  });

  test('a check-out with a wrong field is carried out, and one that names a guest is refused', async () => {
    await world.call('PUT', of('E-25'), await aSnapshot({ rooms: world.hotel.freeRooms(1) }));
    const ofOne = await world.call('POST', `${of('E-25')}/check-out`, { guestId: 'g1' });
    expect(ofOne).toMatchObject({ status: 422, body: { errors: [{ path: 'guestId' }] } });
    const wrong = await world.call('POST', `${of('E-25')}/check-out`, { at: '2027-02-30T10:00Z', by: 'desk-2' });
    expect(wrong).toMatchObject({ status: 202 });
    const view = await until(of('E-25'), ({ phase }) => phase === 'over');
    expect(said(view, 'checked out')).toMatchObject([{ by: 'api-key:writer for desk-2' }]);
  });

  test('new dates that make no window are refused with the field', async () => {
    await world.call('PUT', of('E-26'), await aSnapshot({ status: 'confirmed' }));
    const dates = async (window: object): Promise<unknown> =>
      (await world.call('PUT', `${of('E-26')}/dates`, { window })).body.errors?.[0]?.path;
    expect(await dates({ from: '2027-06-01T13:00:10Z', to: '2027-06-01T13:00:50Z' })).toBe('window.to');
    expect(await dates({ to: '2027-02-30T10:00Z' })).toBe('window.to');
    expect(await dates({ departure: '2027-02-30' })).toBe('window.departure');
    expect(await dates({ arrival: '2027-06-01', departure: '2027-06-01' })).toBe('window.departure');
    expect(await dates({ arrival: '2027-06-02', departure: '2027-06-01', checkOut: '12:00' })).toBe('window.departure');
  });

  test('a change without required fields needs no body, even if the content type announces one', async () => {
    await world.call('PUT', of('R-15'), await aSnapshot({ status: 'confirmed' }));
    const headers = { 'content-type': 'application/json' };
    for (const path of ['check-in', 'retry', 'guests/g1/phone-ready']) {
      expect((await world.call('POST', `${of('R-15')}/${path}`, '', { headers })).status, path).toBe(202);
    }
    const hold = await world.call('POST', `${of('R-15')}/hold`, '', { headers });
    expect(hold).toMatchObject({ status: 422, body: { errors: [{ path: 'reason' }] } });
    expect(await world.call('PUT', of('R-15'), '', { headers })).toMatchObject({ status: 422 });
  });

  test('a change with an unknown query parameter or a DELETE body is refused with the name of the field', async () => {
    await world.call('PUT', of('R-16'), await aSnapshot({ status: 'confirmed' }));
    const calls: readonly [string, string, object?][] = [
      ['POST', `${of('R-16')}/check-in`],
      ['POST', `${of('R-16')}/guests/g1/erase`],
      ['POST', `${of('R-16')}/plan`, { message: 'checkIn', payload: {} }],
      ['PUT', `${of('R-16')}/rooms`, { rooms: [] }],
      ['GET', of('R-16')],
      ['GET', '/v1/properties/seaside/rooms/101'],
    ];
    for (const [method, path, body] of calls) {
      const answer = await world.call(method, `${path}?requestId=zz`, body);
      const errors = [{ path: 'requestId', message: 'is not a known field' }];
      expect(answer, `${method} ${path}`).toMatchObject({ status: 422, body: { errors } });
    }
    const forCause = await world.call('DELETE', `${of('R-16')}/guests/g1`, { cause: 'security' });
    expect(forCause).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'cause', message: expect.stringContaining('query') }] },
    });
    await world.call('POST', `${of('R-16')}/retry`);
    const view = await until(of('R-16'), (body) => said(body, 'retry requested').length === 1);
    expect((view.timeline as { by?: string }[]).filter(({ by }) => by !== undefined)).toHaveLength(2);
  });

  test('a change that is not idempotent is refused without a request id', async () => {
    await world.call('PUT', of('R-11'), await aSnapshot());
    const path = `${of('R-11')}/guests/g1/replace-key`;
    const unnamed = await world.call('POST', path, { mode: 'secure' });
    expect(unnamed).toMatchObject({ status: 422, body: { errors: [{ path: 'requestId' }] } });
    const named = await world.call('POST', path, { mode: 'secure', requestId: 'lost-1' });
    expect(named).toMatchObject({ status: 202, body: { message: 'replaceKey', requestId: 'lost-1' } });
  });

  test('a change of a stay that does not exist gets 404', async () => {
    const { status, body } = await world.call('POST', `${of('R-none')}/check-in`);
    expect([status, body.type]).toEqual([404, 'urn:stayline:problem:not-found']);
  });
});

describe('a property that is no longer configured', () => {
  test('its open stays are listed, take snapshots, dates and their check-out, and no stay is started', async () => {
    // The workers still have it; that a worker without it ends keys is tested with the workflow.
    world.hotel.configure('hill', {});
    const { snapshot } = await world.hotel.book('R-hill', { propertyId: 'hill' });
    const { propertyId: _p, reservationId: _r, ...content } = snapshot;
    const call = (method: string, path: string, body?: object): Promise<Called> =>
      world.call(method, `/v1/properties/hill/${path}`, body, { key: world.keys.all });
    const put = await call('PUT', 'reservations/R-hill', { ...content, revision: 2, guests: [{ guestId: 'g2' }] });
    expect(put).toMatchObject({ status: 200, body: { revision: 2 } });
    await expect.poll(async () => (await call('GET', 'stays')).body.stays?.length, { timeout: 120_000 }).toBe(1);
    const instants = await call('PUT', 'reservations/R-hill/dates', {
      window: { to: await world.hotel.inMinutes(4_000) },
    });
    const dates = await call('PUT', 'reservations/R-hill/dates', { window: { departure: '2035-01-01' } });
    expect([instants.status, dates.status]).toEqual([202, 404]);
    expect((await call('POST', 'reservations/R-hill/check-out')).status).toBe(202);
    await expect
      .poll(async () => (await call('GET', 'reservations/R-hill')).body.phase, { timeout: 120_000 })
      .toBe('over');
    const unknown = await call('PUT', 'reservations/R-hill-2', content);
    expect([unknown.status, (await call('POST', 'reservations/R-hill-2/cancel')).status]).toEqual([404, 404]);
  });
});

describe('views for the front desk', () => {
  test('the list of stays filters by room, phase, attention and arrival, and has pages', async () => {
    const [room = ''] = world.hotel.freeRooms(1);
    // A day of its own, so that no stay of another test is in the list.
    const day = { arrival: '2027-09-10', departure: '2027-09-12' };
    for (const id of ['L-1', 'L-2', 'L-3']) {
      const rooms = id === 'L-2' ? [room] : [];
      await world.call('PUT', of(id), await aSnapshot({ window: day, status: 'confirmed', rooms }));
    }
    const list = '/v1/properties/seaside/stays';
    const all = await until(`${list}?arriving=2027-09-10`, ({ stays }) => stays.length === 3);
    expect(all.stays).toContainEqual(
      expect.objectContaining({ stay: 'stay/seaside/L-2', reservationId: 'L-2', rooms: [room], phase: 'expected' }),
    );
    const ids = async (query: string): Promise<string[]> => {
      const { body } = await world.call('GET', `${list}?${query}`);
      return body.stays.map((stay: { reservationId: string }) => stay.reservationId).toSorted();
    };
    expect(await ids(`room=${room}`)).toEqual(['L-2']);
    expect(await ids('arriving=2027-09-11')).toEqual([]);
    expect(await ids('arriving=2027-09-10&phase=expected&attention=none')).toEqual(['L-1', 'L-2', 'L-3']);
    expect(await ids('arriving=2027-09-10&attention=any')).toEqual([]);
    const first = (await world.call('GET', `${list}?arriving=2027-09-10&pageSize=2`)).body;
    const next = `${list}?arriving=2027-09-10&pageSize=2&pageToken=${first.nextPageToken}`;
    const second = (await world.call('GET', next)).body;
    expect([...first.stays, ...second.stays].map((stay) => stay.reservationId).toSorted()).toEqual([
      'L-1',
      'L-2',
      'L-3',
    ]);
    expect(second.nextPageToken).toBeUndefined();
    for (const wrong of ['bm90aGluZw', `room=${room}&pageToken=${first.nextPageToken}`]) {
      const bad = await world.call('GET', `${list}?pageSize=2&${wrong.includes('=') ? wrong : `pageToken=${wrong}`}`);
      expect(bad).toMatchObject({ status: 422, body: { errors: [{ path: 'pageToken' }] } });
    }
  });

  test('the view of a room shows who can certainly or possibly open it, and until when', async () => {
    // The second guest is added only after the first has a key, so the second key is the joiner.
    const stay = await world.hotel.book('R-12', { guests: [{ guestId: 'g1', primary: true }] });
    await stay.until(({ keys }) => keys.some(({ state }) => state === 'live'));
    await stay.amend({ guests: [{ guestId: 'g1', primary: true }, { guestId: 'g2' }] });
    const { rooms, window } = await stay.until(({ keys }) => keys.filter(({ state }) => state === 'live').length === 2);
    const path = `/v1/properties/seaside/rooms/${rooms[0]}`;
    const stayId = 'stay/seaside/R-12';
    const view = roomViewSchema.parse(await until(path, ({ keys }) => keys?.certain.length === 2));
    expect(view).toMatchObject({
      leases: [{ stays: [stayId], state: 'open', until: expect.any(String) }],
      keys: {
        certain: [
          { stayId, guestId: 'g1', kind: 'override', state: 'live', window: { to: window?.to } },
          { stayId, guestId: 'g2', kind: 'joiner', state: 'live', window: { to: window?.to } },
        ],
        possible: [],
        none: [],
      },
    });
    await world.call('DELETE', `${of('R-12')}/guests/g2`);
    const { keys } = await until(
      path,
      (seen) =>
        seen.keys.certain.length === 1 && seen.keys.possible.some(({ state }: { state: string }) => state === 'dead'),
    );
    expect(keys.certain).toMatchObject([{ guestId: 'g1' }]);
    expect(keys.possible).toMatchObject([{ stayId, guestId: 'g2', state: 'dead', residualUntil: window?.to }]);
    expect((await world.call('GET', '/v1/properties/seaside/rooms/nowhere')).status).toBe(404);
  });
});
