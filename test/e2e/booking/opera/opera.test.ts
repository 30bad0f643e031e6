/** Tests of the answers to OPERA, for every request and outcome. The answers are checked against Oracle's published schema. */
import { beforeEach, describe, expect, test } from 'vitest';
import { opera as adapter } from '../../../../src/booking/adapters/opera/index.js';
import type { Door, Serve } from '../../../../src/booking/ingress/adapter.js';
import { StayNotFound, type StayClient } from '../../../../src/client.js';
import type { KeyRequest } from '../../../../src/domain/model/key-request-schema.js';
import type { StayName } from '../../../../src/domain/model/ids.js';
import { openSystem } from '../opened.js';
import { openOpera, type Opera } from './stand-in.js';

const SECRETS = { OPERA_TOKEN: 'a longer bearer token' };
const SETTINGS = { auth: { kind: 'bearer', token: 'OPERA_TOKEN' }, timeZone: 'Europe/Berlin', answerSeconds: 0.3 };

let serve: Serve;
let asked: { readonly name: StayName; readonly request: KeyRequest }[];
let askForKeys: Door['askForKeys'];
let followKeys: Door['followKeys'];
let view: StayClient['view'];
let counted: string[];
beforeEach(() => {
  asked = [];
  counted = [];
  askForKeys = async () => undefined;
  followKeys = async () => ({ kind: 'done', text: 'The keys are on their way.' });
  view = (name) => Promise.reject(new StayNotFound(name.reservationId));
});

async function connect(settings: Readonly<Record<string, unknown>> = {}, hotelId = 'MUC'): Promise<Opera> {
  const system = openSystem(
    adapter,
    { settings: { ...SETTINGS, ...settings } },
    { ...SECRETS, OPERA_PASSWORD: 'pass word and more' },
  );
  const door: Door = {
    askForKeys: (name, request, deadline) => {
      asked.push({ name, request });
      return askForKeys(name, request, deadline);
    },
    followKeys: (name, request, deadline) => followKeys(name, request, deadline),
    reread: () => Promise.reject(new Error('There is nothing to fetch')),
    command: () => Promise.reject(new Error('OPERA has no commands')),
    changed: () => Promise.reject(new Error('OPERA pushes no changes')),
    stays: { view: (name) => view(name) } as Pick<StayClient, 'view'> as StayClient,
    count: (what) => counted.push(what),
  };
  if (system.serve === undefined) throw new Error('The adapter serves nothing');
  serve = system.serve(door);
  return openOpera({
    url: '',
    hotelId,
    authorization: 'Bearer a longer bearer token',
    async send(url, payload, headers) {
      const answer = await serve({ path: url.slice(1), headers, body: Buffer.from(payload) });
      return { status: answer?.status ?? 404, text: JSON.stringify(answer?.body ?? '') };
    },
  });
}

describe('a request of OPERA', () => {
  test('a request of each key type is passed on as the matching kind of key request', async () => {
    const opera = await connect();
    const kinds: string[] = [];
    for (const keyType of ['New', 'Duplicate', 'Lost', 'ReEncode', 'RoomMove', 'ModifyStay', 'Remove']) {
      const answer = await opera.ask(keyType, 'R-1', { roomId: '101', additionalRooms: ['102'] });
      expect(answer).toMatchObject({ responseCode: 'OK', roomId: '101', encoderTerminal: 'FRONTDESK-1' });
      kinds.push(asked.at(-1)?.request.kind ?? 'none');
    }
    expect(kinds).toEqual(['new', 'duplicate', 'lost', 're-encode', 'move', 'modify', 'remove']);
    expect(asked[0]).toMatchObject({
      name: { propertyId: 'seaside', reservationId: 'R-1' },
      request: { rooms: ['101', '102'], by: 'opera', furtherKeys: 'another-guest' },
    });
  });

  test('a request for a one-shot or hard key, a past stay, another hotel or no reservation cannot be processed', async () => {
    const opera = await connect();
    const cannot = [
      await opera.ask('OneShot', undefined, { roomId: '101' }),
      await opera.ask('New', 'R-1', { roomId: '101', roomKeyType: 'HardKey' }),
      await opera.ask('New', undefined, { roomId: '101' }),
      await opera.ask('New', 'R-1', { roomId: '101', keyValidityEnd: '2020-01-01T00:00:00Z' }),
      await opera.ask('Read', 'R-1', { roomId: '101' }),
    ];
    expect(cannot.map(({ responseCode }) => responseCode)).toEqual(['UR', 'UR', 'UR', 'UR', 'UR']);
    for (const { responseText } of cannot) expect(responseText).toMatch(/\.$/);
    expect(await (await connect({}, 'BER')).ask('New', 'R-1', { roomId: '101' })).toMatchObject({ responseCode: 'UR' });
    expect(asked).toEqual([]);
  });

  test('a request to remove keys is accepted for any kind of key, and without dates', async () => {
    const opera = await connect();
    await opera.ask('Remove', 'R-1', {
      roomKeyType: 'HardKey',
      keyValidityStart: undefined,
      keyValidityEnd: undefined,
    });
    expect(asked).toMatchObject([{ request: { kind: 'remove', rooms: [] } }]);
  });

  test('a request to remove keys is passed on however malformed its other fields are, and no other request is', async () => {
    const opera = await connect();
    const malformed = {
      roomId: '1\u000001',
      oldRoomId: 7,
      additionalRooms: ['102', null],
      guestShareFlag: 'Y',
      keyValidityStart: '2027-02-30T15:00:00',
      keyRequestTime: 0,
    } as never;
    const remove = await opera.post(opera.request('Remove', 'R-1', malformed));
    expect(remove).toMatchObject({ status: 201, body: { responseCode: 'OK' } });
    expect(asked).toMatchObject([{ name: { reservationId: 'R-1' }, request: { kind: 'remove', rooms: [] } }]);
    const create = await opera.post(opera.request('New', 'R-1', malformed));
    expect(create).toMatchObject({ status: 201, body: { responseCode: 'UR' } });
    expect(asked).toHaveLength(1);
  });

  test('a malformed request gets 201 all the same, with the response code UR', async () => {
    const opera = await connect();
    for (const body of [
      '',
      'no json',
      '[]',
      '{}',
      '{"keyType": 7}',
      '{"keyType": "New", "reservationIdList": "R-1"}',
    ]) {
      const answer = await opera.post(body);
      expect(answer).toMatchObject({
        status: 201,
        body: { responseCode: 'UR', encoderTerminal: 'unknown', roomId: '' },
      });
    }
    const strange = await opera.post({ ...opera.request('constructor', 'R-1'), roomKeyType: 'Telepathy' });
    expect(strange).toMatchObject({ status: 201, body: { responseCode: 'UR', roomKeyType: 'MobileKey' } });
  });

  test("a request with hotel times, with Oracle's base path, or from a sharer is understood", async () => {
    const opera = await connect();
    const local = { keyValidityStart: '2026-07-01T15:00:00.0', keyValidityEnd: '2026-12-01 11:00:00' };
    const { body } = await opera.post(opera.request('New', 'R-1', { roomId: '101', ...local }));
    expect(body).toMatchObject({
      keyValidityStart: '2026-07-01T13:00:00.000Z',
      keyValidityEnd: '2026-12-01T10:00:00.000Z',
    });
    await opera.ask('New', 'R-2', { roomId: '101', guestShareFlag: true });
    expect(asked.at(-1)?.request.shareGroup).toBe('opera-share/101');
    const further = Buffer.from(JSON.stringify(opera.request('New', 'R-3', { roomId: '103' })));
    const headers = { authorization: 'bearer a longer bearer token' };
    const at = (path: string): ReturnType<Serve> => serve({ path, headers, body: further });
    expect((await at('fof/v1/hotels/MUC/roomKeysOutbound'))?.status).toBe(201);
    expect(await at('fof/v2/hotels/MUC/roomKeysOutbound')).toBeUndefined();
  });

  test('a repeated request keeps its id, and a new request of the same content gets another', async () => {
    const opera = await connect();
    const request = opera.request('Duplicate', 'R-1', { roomId: '101' });
    await opera.post(request);
    await opera.post(request);
    await opera.post(opera.request('Duplicate', 'R-1', { roomId: '101' }));
    const [first, second, third] = asked.map(({ request: { requestId } }) => requestId);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  test("a request without the hotel's credentials is refused, and nothing is done", async () => {
    const opera = await connect();
    const wrong = ['', 'Bearer', 'Bearer another', 'Basic YTpi', 'bearer  a bearer'];
    for (const authorization of wrong) {
      expect((await opera.post(opera.request('Remove', 'R-1'), { authorization })).status).toBe(401);
    }
    const basic = await connect({ auth: { kind: 'basic', user: 'opera', password: 'OPERA_PASSWORD' } });
    const right = `Basic ${Buffer.from('opera:pass word and more').toString('base64')}`;
    expect((await basic.post(basic.request('Remove', 'R-1'))).status).toBe(401);
    expect(asked).toEqual([]);
    expect((await basic.post(basic.request('Remove', 'R-1'), { authorization: right })).status).toBe(201);
  });
});

describe('the answer', () => {
  test('the answer is "retry" when the time limit is reached, for every kind of request', async () => {
    const opera = await connect();
    const never = new Promise<never>(() => undefined);
    followKeys = () => never;
    expect(await opera.ask('New', 'R-1', { roomId: '101' })).toMatchObject({ responseCode: 'RY' });
    askForKeys = () => never;
    expect(await opera.ask('Remove', 'R-2', { roomId: '101' })).toMatchObject({ responseCode: 'RY' });
    view = () => never;
    expect(await opera.ask('Read', 'R-1', { roomId: '101' })).toMatchObject({ responseCode: 'RY' });
  });

  test('the answer reflects the outcome of the request', async () => {
    const opera = await connect();
    followKeys = async () => ({ kind: 'refused', text: 'The room has no door.' });
    expect(await opera.ask('New', 'R-1', { roomId: '101' })).toMatchObject({
      responseCode: 'UR',
      responseText: 'The room has no door.',
    });
    followKeys = async () => ({ kind: 'pending', text: 'Waits for the room.' });
    expect(await opera.ask('New', 'R-1', { roomId: '101' })).toMatchObject({ responseCode: 'RY' });
    expect(counted).toEqual(['answered-UR', 'answered-RY']);
  });

  test('the answer is "retry" while Temporal is unreachable, and a removal is retried until it succeeds', async () => {
    const opera = await connect();
    let isReachable = false;
    const known: string[] = [];
    askForKeys = async ({ reservationId }, { kind }) => {
      if (!isReachable) throw new Error('no connection');
      known.push(`${kind} ${reservationId}`);
    };
    expect(await opera.ask('New', 'R-1', { roomId: '101' })).toMatchObject({ responseCode: 'RY' });
    expect(await opera.ask('Remove', 'R-2', { roomId: '102' })).toMatchObject({ responseCode: 'RY' });
    isReachable = true;
    await expect.poll(() => known, { timeout: 120_000 }).toEqual(['remove R-2']);
  });

  test('the answer to a new key waits for the earlier removal, which itself waits for Temporal', async () => {
    const opera = await connect({ answerSeconds: 5 });
    const known: string[] = [];
    let failures = 1;
    askForKeys = async (_name, { kind }) => {
      if (failures > 0) {
        failures -= 1;
        throw new Error('no connection');
      }
      known.push(kind);
    };
    const removal = opera.ask('Remove', 'R-1', { roomId: '101' });
    await expect.poll(() => asked.length).toBe(1);
    expect(await opera.ask('New', 'R-1', { roomId: '101' })).toMatchObject({ responseCode: 'OK' });
    expect(await removal).toMatchObject({ responseCode: 'OK' });
    expect(known).toEqual(['remove', 'new']);
  });
});

test('wrong OPERA settings are refused with an error that names them', () => {
  const open = (settings: object): unknown => openSystem(adapter, { settings: { ...SETTINGS, ...settings } }, SECRETS);
  expect(() => open({ timeZone: 'CET/DST' })).toThrow(/timeZone must be an IANA time zone/);
  expect(() => open({ answerSeconds: 25 })).toThrow(/answerSeconds must be at most 18/);
  expect(() => open({ auth: { kind: 'none' } })).toThrow(/auth.* must be/);
});
