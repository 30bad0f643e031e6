/** The matrix of odd answers: statuses, bodies and headers at every endpoint of Seam that the product calls, and the story of one stay. */
import { afterAll, beforeAll, expect } from 'vitest';
import type { StayView } from '../../src/client.js';
import { startOddSeam, type OddAnswer, type OddSeam } from '../harness/odd-seam.js';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';

export interface Oddity extends OddAnswer {
  readonly what: string;
}

const HTML = '<!doctype html><html><body><h1>It works!</h1></body></html>';
const SOMEBODY = '{"error":{"type":"unauthorized","message":"Unknown or missing token"},"ok":false}';
const MISSING = '{"error":{"type":"not_found","message":"No route"},"ok":false}';

/** Odd answers, each of a kind of its own. */
export const ODDITIES: readonly Oddity[] = [
  { what: '401 of Seam itself', status: 401, body: SOMEBODY },
  { what: '401 without a body', status: 401 },
  { what: '403 as HTML', status: 403, body: HTML, headers: { 'content-type': 'text/html' } },
  { what: '404 of a proxy', status: 404, body: HTML, headers: { 'content-type': 'text/html' } },
  { what: '404 that names no object', status: 404, body: MISSING },
  { what: '409 without a body', status: 409 },
  { what: '307 to elsewhere', status: 307, headers: { location: 'http://127.0.0.1:9/elsewhere' } },
  { what: '429 with Retry-After 0', status: 429, headers: { 'retry-after': '0' } },
  { what: '429 with a negative Retry-After', status: 429, headers: { 'retry-after': '-5' } },
  {
    what: '500 with a Retry-After of the past',
    status: 500,
    headers: { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' },
  },
  { what: '501 with a Retry-After that is no number', status: 501, headers: { 'retry-after': 'NaN' } },
  { what: '503 with a Retry-After of a century', status: 503, headers: { 'retry-after': '3153600000' } },
  { what: '200 with half a body', status: 200, body: '{"acs_credential":{"acs_credential_id":"' },
  { what: '200 as HTML', status: 200, body: HTML, headers: { 'content-type': 'text/html' } },
  { what: '200 without a body', status: 200 },
  { what: '200 with null', status: 200, body: 'null' },
  { what: '200 with a list', status: 200, body: '[]' },
  { what: '200 of another service', status: 200, body: '{"status":"healthy"}' },
  {
    what: '200 with fields of the wrong type',
    status: 200,
    body: '{"acs_credential":7,"acs_credentials":{},"phones":"none","ok":"yes"}',
  },
  { what: '204 in place of an answer', status: 204 },
  { what: '200 with half a body after the request was carried out', status: 200, body: '{"acs_', carriedOut: true },
  { what: '502 after the request was carried out', status: 502, body: HTML, carriedOut: true },
  { what: '401 after the request was carried out', status: 401, body: SOMEBODY, carriedOut: true },
];

/** Every endpoint that the product calls. */
export const ENDPOINTS: readonly string[] = [
  '/acs/systems/get',
  '/acs/entrances/list',
  '/acs/users/list',
  '/acs/users/create',
  '/acs/users/update',
  '/acs/credentials/create',
  '/acs/credentials/get',
  '/acs/credentials/list',
  '/acs/credentials/delete',
  '/user_identities/get',
  '/user_identities/create',
  '/user_identities/update',
  '/phones/list',
  '/phones/deactivate',
];

export interface OddWorld {
  /** Lets a stay live through its changes, each while Seam answers oddly, and requires the right end without help. */
  liveThrough(oddity: Oddity): Promise<void>;
}

/** Opens the world of the stories for one test file. */
export function oddWorld(): OddWorld {
  let seam: OddSeam;
  let world: StayWorld;
  let stays = 0;
  beforeAll(async () => {
    let simulatorUrl = '';
    seam = await startOddSeam(() => simulatorUrl);
    world = await openStayWorld({
      reachSeamAt: (url) => {
        simulatorUrl = url;
        return seam.url;
      },
    });
  });
  afterAll(async () => {
    await world.stop();
    await seam.close();
  });
  return { liveThrough: (oddity) => story(world, seam, `odd-${++stays}`, oddity) };
}

const GUESTS = ['g1', 'g2'];
const PATIENCE = { minutes: 90 };
const isQuiet = (view: StayView): boolean => view.settled && view.attention.length === 0;
const everyoneHolds = (view: StayView): boolean =>
  isQuiet(view) && view.guests.every((guest) => guest.keyState === 'issued');

async function story(world: StayWorld, seam: OddSeam, name: string, oddity: Oddity): Promise<void> {
  const meanwhile = async (change: () => Promise<unknown>): Promise<void> => {
    seam.answerOddly(oddity);
    await change();
    await world.pass('40 seconds');
    await world.pass('40 seconds');
    seam.answerProperly();
  };
  const [door = '', next = ''] = world.freeRooms(2);
  const guests = GUESTS.map((guestId) => ({ guestId, primary: guestId === 'g1', name: `Guest ${guestId}` }));

  // Check-in: the guests are registered, their phones are found, the keys are made.
  seam.answerOddly(oddity);
  const stay = await world.book(name, { rooms: [door], guests });
  await meanwhile(async () => undefined);
  await stay.inTime(everyoneHolds, PATIENCE);
  expect(await stay.whoOpens(door, GUESTS)).toEqual(GUESTS);

  // A move, and a corrected name.
  await meanwhile(() =>
    stay.amend({ rooms: [next], guests: guests.map((guest) => ({ ...guest, name: `${guest.name} Again` })) }),
  );
  await stay.inTime((view) => everyoneHolds(view) && view.keys.some((key) => key.rooms[0] === next), PATIENCE);
  expect(await stay.whoOpens(next, GUESTS)).toEqual(GUESTS);
  expect(await stay.whoOpens(door, GUESTS)).toEqual([]);

  // A lost phone, and the guest's new one.
  const [lost] = stay.phones('g1');
  if (lost === undefined) throw new Error('the guest has no phone');
  await meanwhile(async () => {
    await stay.signal('replaceKey', { guestId: 'g1', mode: 'secure', deviceId: lost.id });
    stay.enrol('g1');
  });
  await stay.inTime((view) => everyoneHolds(view) && lost.presence === 'gone', PATIENCE);
  expect(await stay.whoOpens(next, GUESTS)).toEqual(GUESTS);

  // Check-out: every key ends.
  await meanwhile(() => stay.signal('checkOut', {}));
  await stay.inTime((view) => isQuiet(view) && view.phase === 'over', PATIENCE);
  expect(await stay.whoOpens(next, GUESTS)).toEqual([]);
}
