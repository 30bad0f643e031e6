/** Every error and warning that Seam publishes, reported during a stay: retry, attention with an act, or nothing. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  SEAM_REPORTS,
  wordsOf,
  type ReportingObject,
  type ReportList,
  type ReportOutcome,
} from '../../src/domain/model/seam-reports.js';
import type { StayView } from '../../src/client.js';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';
import { REPORTS } from '../../src/simulator/control/reports.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld();
});
afterEach(async () => world.undisturb());
afterAll(async () => world.stop());

interface Case {
  readonly object: ReportingObject;
  readonly list: ReportList;
  readonly code: string;
  readonly outcome: ReportOutcome;
}

const published = (Object.keys(SEAM_REPORTS) as ReportingObject[]).flatMap((object) =>
  (['errors', 'warnings'] as const).flatMap((list) =>
    Object.entries(SEAM_REPORTS[object][list])
      .filter(
        ([code]) => REPORTS[object][list] === 'any' || (REPORTS[object][list] as readonly string[]).includes(code),
      )
      .map(([code, outcome]): Case => ({ object, list, code, outcome })),
  ),
);
const having = (act: ReportOutcome['act']): readonly (readonly [ReportingObject, string, Case])[] =>
  published.filter(({ outcome }) => outcome.act === act).map((one) => [one.object, one.code, one]);

const isAboutKeys = ({ object }: Case): boolean => object === 'acs_credential';
const codesOf = (view: StayView): readonly string[] => view.attention.map(({ code }) => code);
const hasKey = (view: StayView): boolean => view.keys.some(({ state }) => state === 'live');
const inPeace = (view: StayView): boolean => view.settled && hasKey(view) && view.attention.length === 0;

/** Books a guest while Seam reports the code. */
async function bookDuring({ object, code }: Case, id?: string) {
  const rooms = world.freeRooms(1);
  await world.disturb({ kind: 'report', resource: object, code, ...(id === undefined ? {} : { id }) });
  const stay = await world.book(`${object} ${code}`, { rooms });
  return { stay, room: rooms[0] ?? '' };
}

/** Lets the worker look at the access system, beside a key that does not wait for that look. */
async function tellWorkerOf({ object: resource, code }: Case): Promise<void> {
  await world.disturb({ kind: 'report', resource, code });
  await (await world.book(`before ${code}`, {})).settled();
}

describe('a report that is for people', () => {
  const own = having('attention').filter(
    ([, , { outcome }]) => outcome.act === 'attention' && outcome.code === 'seam-report',
  );

  test.each(own)(
    '%s %s becomes attention that says what to do, the guest gets in, and it ends with its cause',
    async (_object, _code, one) => {
      const { stay, room } = await bookDuring(one);
      const view = await stay.until((now) => now.settled && hasKey(now) && codesOf(now).includes('seam-report'));
      expect(new Set(codesOf(view))).toEqual(new Set(['seam-report']));
      expect(view.attention[0]?.message).toContain(wordsOf(one));
      expect(await stay.tap('g1', room)).toBe('opened');
      await world.undisturb();
      await stay.inTime(inPeace, { minutes: 10 });
      await stay.signal('checkOut', {});
      await stay.until(({ settled, keys }) => settled && keys.every(({ state }) => state === 'dead'));
    },
  );

  test('an error of a key that Seam has no list for is attention with the code and with its words, masked', async () => {
    const rooms = world.freeRooms(1);
    const message = 'Card of ada@example.com was "blocked" by operator 4711';
    await world.disturb({ kind: 'report', resource: 'acs_credential', code: 'card_blocked', message });
    const stay = await world.book('unknown-error', { rooms });
    const view = await stay.until((now) => codesOf(now).includes('seam-report'));
    expect(view.attention[0]).toMatchObject({ code: 'seam-report', guestId: 'g1' });
    expect(view.attention[0]?.message).toMatch(
      /cut a plastic card \(Seam: card_blocked, Card of … was … by operator …\)$/,
    );
    await world.undisturb();
    await stay.inTime(inPeace, { minutes: 10 });
  });

  test('a removed door is attention impossible-plan, until the door is back', async () => {
    const rooms = world.freeRooms(1);
    const { id } = world.simulator.hotel.door(rooms[0] ?? '');
    await world.disturb({ kind: 'report', resource: 'acs_entrance', code: 'entrance_removed', id });
    const stay = await world.book('removed-door', { rooms });
    expect(codesOf(await stay.settled())).toEqual(['impossible-plan']);
    await world.undisturb();
    await stay.inTime(inPeace, { minutes: 10 });
  });

  test('a doubted zone of the access system is attention zone-mismatch, until Seam doubts it no longer', async () => {
    await world.disturb({ kind: 'report', resource: 'acs_system', code: 'time_zone_does_not_match_location' });
    const stay = await world.book('doubted-zone', {});
    expect(codesOf(await stay.settled())).toEqual(['zone-mismatch']);
    await world.undisturb();
    await stay.inTime(inPeace, { minutes: 10 });
  });

  test('a key that Seam is deleting counts as ended by somebody else, and staff decide', async () => {
    const stay = await world.book('deleted-key', {});
    const [key] = (await stay.until(inPeace)).keys;
    const acsCredentialId = key?.acsCredentialId ?? '';
    await world.disturb({ kind: 'report', resource: 'acs_credential', code: 'being_deleted', id: acsCredentialId });
    await stay.signal('credentialChanged', { acsCredentialId, eventType: 'acs_credential.invalidated', eventId: 'e' });
    expect(codesOf(await stay.until((now) => codesOf(now).length > 0))).toEqual(['key-invalidated']);
    await world.undisturb();
    await stay.signal('force', { reason: 'the guest has no key' });
    await stay.inTime(inPeace, { minutes: 10 });
  });
});

describe('a report that passes', () => {
  test.each(having('retry').filter(([, , one]) => !isAboutKeys(one)))(
    '%s %s delays the key, becomes attention when it lasts, and ends with its cause',
    async (_object, code, one) => {
      if (one.object === 'acs_system') await tellWorkerOf(one);
      const { stay, room } = await bookDuring(one);
      const view = await stay.inTime((now) => codesOf(now).includes('access-system-down'), { minutes: 10 });
      expect(hasKey(view)).toBe(false);
      expect(view.attention[0]?.message).toContain(one.outcome.words);
      if (one.object === 'acs_system') expect(view.attention[0]?.message).toContain(code);
      await world.undisturb();
      await stay.inTime(inPeace, { minutes: 10 });
      expect(await stay.tap('g1', room)).toBe('opened');
    },
  );

  test('a key that Seam says no phone has fetched is attention phone-missing in time, until a phone has it', async () => {
    await world.disturb({ kind: 'report', resource: 'acs_credential', code: 'waiting_to_be_issued' });
    const stay = await world.book('not-fetched', {});
    await stay.inTime((now) => codesOf(now).includes('phone-missing'), { minutes: 30 });
    await world.undisturb();
    await stay.inTime(inPeace, { minutes: 10 });
  });
});

describe('a report that is no concern of a stay', () => {
  test.each(having('ignored'))('%s %s changes nothing', async (_object, _code, one) => {
    const { stay, room } = await bookDuring(one);
    const view = await stay.until(({ settled, keys }) => settled && keys.some(({ state }) => state === 'live'));
    expect(view.attention).toEqual([]);
    expect(await stay.tap('g1', room)).toBe('opened');
  });
});
