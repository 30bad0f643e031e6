/** Valid forms of a snapshot, and the problems reported for an invalid one. */
import { describe, expect, it, test } from 'vitest';
import { check, describeProblems } from '../../../../../src/domain/model/check.js';
import { snapshotSchema } from '../../../../../src/domain/model/snapshot-schema.js';
import { aStay } from '../../a-stay.js';

const good = aStay().inRooms('101', '102').withGuests(2).snapshot();

function problemsOf(value: unknown): string {
  const checked = check(snapshotSchema, value);
  return checked.ok ? 'none' : describeProblems(checked.problems);
}

function withGuest(facts: object): object {
  return { ...good, guests: [{ guestId: 'g1', ...facts }] };
}

test.each(['9999-12-31T10:00Z', '2200-01-01T00:00Z'])(
  'an open end such as %s is refused with the path of the field',
  (to) => {
    const checked = check(snapshotSchema, { ...good, window: { from: '2026-11-23T14:00Z', to } });
    expect(checked.ok ? [] : checked.problems.map(({ path }) => path)).toEqual(['window.to']);
  },
);

describe('a snapshot', () => {
  it('a snapshot is accepted as it is, with defaults for the fields that it leaves out', () => {
    const checked = check(snapshotSchema, { ...good, guests: [{ guestId: 'g1' }] });
    expect(checked).toMatchObject({ ok: true, value: { guests: [{ guestId: 'g1', primary: false, wantsKey: true }] } });
  });

  it.each([
    ['local dates', { window: { arrival: '2026-11-23', departure: '2026-11-26' } }],
    [
      'local dates with clock times',
      { window: { arrival: '2026-11-23', departure: '2026-11-23', checkIn: '09:00', checkOut: '17:30' } },
    ],
    ['instants in any offset', { window: { from: '2026-11-23T15:00:31.5+01:00', to: '2026-11-26T10:00Z' } }],
    ['an instant as its revision', { revision: '2026-11-20T09:30:00Z' }],
    ['no room yet', { rooms: [], guests: [] }],
    ['ids of any script, also beyond the basic plane', { rooms: ['客房', '😀'], guests: [{ guestId: 'ゲスト-𝟙' }] }],
    ['a share group and a hold', { shareGroup: 's', hold: { reason: 'unpaid' } }],
    ['a contact', { guests: [{ guestId: 'g1', name: 'A', email: 'a@b.example', phone: '+4915112345678' }] }],
  ])('a snapshot may hold %s', (_what, fields) => {
    expect(problemsOf({ ...good, ...fields })).toBe('none');
  });

  it.each([
    ['an unknown field', { ...good, room: '101' }, 'room is not a known field'],
    ['an unknown field of a guest', withGuest({ mail: 'x' }), 'guests[0].mail is not a known field'],
    [
      'a missing id',
      { ...good, reservationId: undefined },
      'reservationId is missing; it must be a text of 1 to 200 characters',
    ],
    ['an empty id', { ...good, propertyId: '' }, 'propertyId must not be empty'],
    [
      'half a surrogate pair in an id',
      { ...good, reservationId: 'R-\ud800' },
      'reservationId must be well-formed Unicode, without half of a surrogate pair',
    ],
    [
      'half a surrogate pair in a room',
      { ...good, rooms: ['\udc00'] },
      'rooms[0] must be well-formed Unicode, without half of a surrogate pair',
    ],
    ['a negative revision', { ...good, revision: -1 }, 'revision must not be negative'],
    ['an unknown status', { ...good, status: 'checked-in' }, /^status must be one of tentative, confirmed, in-house/],
    ['a window that ends before it starts', { ...good, window: { from: good.window, to: 3 } }, /^window\./],
    [
      'a window that is empty',
      { ...good, window: { from: '2026-11-23T14:00Z', to: '2026-11-23T14:00Z' } },
      'window.to must be later than "from"',
    ],
    [
      'an instant without an offset',
      { ...good, window: { from: '2026-11-23T14:00', to: '2026-11-26T10:00Z' } },
      'window.from must be an ISO 8601 instant with an offset, such as "2026-11-23T14:00Z"',
    ],
    [
      'a date that does not exist',
      { ...good, window: { arrival: '2026-02-30', departure: '2026-03-02' } },
      'window.arrival must be a date that exists, such as "2026-11-23"',
    ],
    [
      'a departure before the arrival',
      { ...good, window: { arrival: '2026-11-23', departure: '2026-11-22' } },
      'window.departure must not be before "arrival"',
    ],
    ['rooms as a text', { ...good, rooms: '101' }, /^rooms must be a list of rooms/],
    ['a room twice', { ...good, rooms: ['101', '101'] }, 'rooms must name each room once'],
    [
      'a guest twice',
      { ...good, guests: [{ guestId: 'g1' }, { guestId: 'g1' }] },
      "guests[1].guestId must differ from every other guest's",
    ],
    [
      "a room of a guest that is not the stay's",
      withGuest({ rooms: ['999'] }),
      'guests[0].rooms must be among the stay\'s rooms; "999" is not',
    ],
    ['an invalid e-mail address', withGuest({ email: 'nobody' }), 'guests[0].email must be an e-mail address'],
    [
      'a phone number without a country',
      withGuest({ phone: '0151 123' }),
      /^guests\[0\]\.phone must be a phone number in E\.164/,
    ],
    ['no object at all', 'R-1001', /must be an? object/],
  ])(
    'a snapshot with %s is refused with the path of the field and a description of the right value',
    (_what, value, sentence) => {
      if (typeof sentence === 'string') expect(problemsOf(value)).toBe(sentence);
      else expect(problemsOf(value)).toMatch(sentence);
    },
  );

  it('a snapshot that names every room for every guest is checked against the rooms of all its segments', () => {
    const stretch = (from: string, to: string, rooms: string[]): object => ({ from, to, rooms });
    const segments = [
      stretch('2026-11-23T14:00Z', '2026-11-24T10:00Z', ['101']),
      stretch('2026-11-24T10:00Z', '2026-11-26T10:00Z', ['205']),
    ];
    const { rooms: _rooms, ...rest } = good;
    const guestIn = (...rooms: string[]): object => ({ ...rest, segments, guests: [{ guestId: 'g1', rooms }] });
    expect(problemsOf(guestIn('101', '205'))).toBe('none');
    expect(problemsOf(guestIn('205', '101', '102'))).toBe(
      'guests[0].rooms must be among the stay\'s rooms; "102" is not',
    );
  });

  it('a snapshot with several mistakes is refused with all of them named at once', () => {
    const sentence = problemsOf({ ...good, status: 'x', rooms: ['101', '101'], guests: [{ guestId: '' }] });
    expect(sentence.split('; ').map((part) => part.split(' ')[0])).toEqual(['status', 'rooms', 'guests[0].guestId']);
  });
});
