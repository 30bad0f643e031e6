/** Checks that the tables of docs/rules.md, "Desk and booking", are what stays do. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { messageNames, type Message } from '../../../../src/domain/model/message-schema.js';
import { statusSchema, type StaySnapshotInput } from '../../../../src/domain/model/snapshot-schema.js';
import type { OpenAttention } from '../../../../src/domain/model/attention.js';
import { recordProperty } from '../../../../src/domain/stay/known/record-preparations.js';
import { packageRoot } from '../../../../src/package-root.js';
import { amend, aStay, attentionCodes, CHECK_IN, CHECK_OUT, NOON } from '../a-stay.js';
import type { House } from './plan/hotel.js';

const text = readFileSync(path.join(packageRoot(), 'docs/rules.md'), 'utf8');
const [, section = ''] = text.split('## Desk and booking\n');
const [statusTable = [], fieldTable = []] = [...section.matchAll(/(?:^\|.*\|\n)+/gm)].map(([table]) =>
  table
    .trim()
    .split('\n')
    .slice(2)
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    ),
);

function happen(house: House, event: string): void {
  const status = statusSchema.safeParse(event);
  if (status.success) return amend(house, { status: status.data });
  expect(messageNames).toContain(event);
  house.message({ name: event, payload: {} } as Message);
}

function mismatches(house: House): readonly OpenAttention[] {
  return house.view().attention.filter(({ code }) => code === 'booking-mismatch');
}

describe('status of desk and booking', () => {
  it.each(statusTable.map(([events = '', status, attention]) => ({ events, status, attention })))(
    'after $events the stay is $status, with attention: $attention',
    ({ events, status, attention }) => {
      const [first, ...later] = [...events.matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name);
      const house = aStay()
        .with({ status: statusSchema.parse(first) })
        .settled();
      for (const event of later) {
        happen(house, event);
        house.settle();
      }
      expect(`\`${house.state.desired.status}\``).toBe(status);
      expect(mismatches(house)).toHaveLength(attention === 'yes' ? 1 : 0);
    },
  );
});

/** How a row of the second table is tried out. */
interface Trial {
  readonly messages: readonly Message[];
  /** Fields of the snapshot before the message, of one that repeats them, and of one that changes the field. */
  readonly before?: Partial<StaySnapshotInput>;
  readonly changed: Partial<StaySnapshotInput>;
  /** Returns whose word the stay follows. */
  readonly follows: (house: House) => 'desk' | 'booking';
}

const [g1, g2, g3] = ['g1', 'g2', 'g3'].map((guestId) => ({ guestId }));
const whose = (isDesk: boolean): 'desk' | 'booking' => (isDesk ? 'desk' : 'booking');
const isIn = (house: House, guestId: string): boolean =>
  house.state.desired.party.some(({ guest, removed }) => guest.guestId === guestId && removed === undefined);
const reason = 'because';

const trials: Readonly<Record<string, Trial>> = {
  rooms: {
    messages: [{ name: 'changeRooms', payload: { rooms: ['103'] } }],
    changed: { rooms: ['104'] },
    follows: (house) => whose(house.state.desired.rooms[0] === '103'),
  },
  dates: {
    messages: [{ name: 'changeDates', payload: { window: { to: '2026-11-28T10:00Z' } } }],
    changed: { window: { from: CHECK_IN, to: '2026-11-25T10:00Z' } },
    follows: (house) => whose(house.view().window?.to === '2026-11-28T10:00Z'),
  },
  'rooms of a guest': {
    messages: [{ name: 'changeRooms', payload: { rooms: ['102'], guestId: 'g2' } }],
    changed: { guests: [g1!, { ...g2!, rooms: ['101'] }] },
    follows: (house) => whose(house.state.desired.party[1]?.guest.rooms?.[0] === '102'),
  },
  'a guest who left': {
    messages: [{ name: 'removeGuest', payload: { guestId: 'g2', cause: 'left' } }],
    // The booking system drops the guest, and lists them again.
    changed: { guests: [g1!] },
    follows: (house) => whose(!isIn(house, 'g2')),
  },
  'a guest who joined': {
    messages: [{ name: 'addGuests', payload: { guests: [{ guestId: 'g3', primary: false, wantsKey: true }] } }],
    before: { guests: [g1!, g2!, g3!] },
    changed: { guests: [g1!, g2!] },
    follows: (house) => whose(isIn(house, 'g3')),
  },
  'a guest barred': {
    messages: [{ name: 'removeGuest', payload: { guestId: 'g2', cause: 'security' } }],
    changed: { guests: [g1!] },
    follows: (house) => whose(!isIn(house, 'g2')),
  },
  'hold, force, block': {
    messages: [
      { name: 'hold', payload: { reason } },
      { name: 'force', payload: { reason } },
      { name: 'block', payload: { reason, guestId: 'g2' } },
    ],
    changed: { hold: { reason: 'unpaid' } },
    follows: ({ state: { desired } }) =>
      whose(desired.staffHold === reason && desired.forced === reason && desired.party[1]?.blocked === reason),
  },
  'hold of the booking': {
    messages: [{ name: 'release', payload: { reason } }],
    before: { hold: { reason: 'unpaid' } },
    changed: { hold: { reason: 'no passport' } },
    follows: ({ state }) => whose(state.desired.bookingHold === undefined),
  },
};

describe('other fields of desk and booking', () => {
  it.each(fieldTable.map(([field = '', , repeats, changes]) => ({ field, repeats, changes })))(
    '$field: after a repeated value the word of $repeats counts, after a changed one that of $changes',
    ({ field, repeats, changes }) => {
      const trial = trials[field];
      if (trial === undefined) throw new Error(`docs/rules.md has the unknown field ${field}`);
      const stay = aStay()
        .inRooms('101', '102')
        .withGuests(2)
        .with({ status: 'in-house', ...trial.before });
      const house = stay.settled();
      for (const message of trial.messages) house.message(message);
      expect(mismatches(house)).toEqual([]);
      amend(house, { shareGroup: 'family' });
      const attention = mismatches(house).length > 0 ? ', attention' : '';
      expect(`${trial.follows(house)}${attention}`).toBe(repeats);
      amend(house, trial.changed);
      // A guest whom the booking system lists again is in the party again.
      if (field.startsWith('a guest who left') || field === 'a guest barred') amend(house, { guests: [g1!, g2!] });
      expect(trial.follows(house)).toBe(changes);
      expect(mismatches(house)).toEqual([]);
    },
  );

  it('every trial has its row in docs/rules.md', () => {
    expect(fieldTable.map(([field]) => field)).toEqual(Object.keys(trials));
  });
});

describe('attention about desk and booking', () => {
  it('a newer snapshot with a longer window after a mistaken check-out names both sides and the way out', () => {
    const house = aStay().with({ status: 'in-house' }).settled();
    house.message({ name: 'checkOut', payload: { by: 'desk-1' } });
    house.settle();
    amend(house, { window: { from: CHECK_IN, to: '2026-11-28T10:00Z' } });
    const message =
      `the desk (desk-1) checked the guests out at ${NOON}, and revision 2 of the booking says in-house ` +
      'until 2026-11-28T10:00Z: send checkIn to reinstate the stay, or end the booking';
    expect(house.view().attention).toEqual([{ code: 'booking-mismatch', message, since: NOON }]);
    house.message({ name: 'checkIn', payload: {} });
    expect(house.view()).toMatchObject({ phase: 'in-house', attention: [] });
  });

  it('a difference that stands ends with the window, at the time of the next deadline', () => {
    const house = aStay().with({ status: 'in-house' }).settled();
    house.message({ name: 'cancel', payload: {} });
    amend(house, {});
    house.settle();
    expect(attentionCodes(house)).toEqual(['booking-mismatch']);
    expect(house.view().nextDeadline).toBe(CHECK_OUT);
    house.waitUntil(CHECK_OUT);
    expect(attentionCodes(house)).toEqual([]);
  });

  it('a check-in after the end of the window says that the dates have to change first', () => {
    const house = aStay().with({ status: 'in-house' }).settled();
    house.waitUntil('2026-11-26T11:00Z');
    house.message({ name: 'checkIn', payload: {} });
    expect(mismatches(house)).toMatchObject([{ message: expect.stringContaining('send changeDates') as string }]);
    house.message({ name: 'changeDates', payload: { window: { to: '2026-11-27T10:00Z' } } });
    house.settle();
    expect(house.view()).toMatchObject({ attention: [], guests: [{ keyState: 'issued' }] });
  });

  it('a change of local dates is a difference until the booking has the same dates', () => {
    const house = aStay().with({ status: 'in-house' }).settled();
    const read = (departure: string): void => {
      const days = { arrival: '2026-11-23', departure };
      amend(house, { window: days });
      const window = { from: CHECK_IN, to: `${departure}T10:00Z` };
      const facts = { propertyId: 'seaside', name: 'Seaside', timeZone: 'Europe/Berlin', policy: house.policy, window };
      house.state = recordProperty(house.state, facts);
    };
    read('2026-11-26');
    house.message({ name: 'changeDates', payload: { window: { to: '2026-11-27T10:00Z' } } });
    expect(mismatches(house)).toEqual([]);
    amend(house, { guests: [g1!, g2!] });
    expect(mismatches(house)).toMatchObject([{ message: expect.stringContaining('2026-11-26T10:00Z') as string }]);
    read('2026-11-27');
    expect(mismatches(house)).toEqual([]);
  });
});
