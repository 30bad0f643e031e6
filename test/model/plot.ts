/**
 * Random plots for a small hotel: actions of guests, booking systems, staff and the front desk over some days. A failing plot is shrunk to
 * a short one, although no plot is generated short.
 */
import fc from 'fast-check';
import type { Switches } from '../../src/simulator/control/switches.js';
import type { Policy } from '../../src/domain/model/property-schema.js';
import type { StayStatus } from '../../src/domain/model/snapshot-schema.js';
import type { Luck } from '../unit/domain/stay/plan/hotel.js';

export const ROOMS = ['101', '102', '103', '104', '105', '106'] as const;
export const GUESTS = ['g1', 'g2', 'g3'] as const;
/** Reservations that exist when a plot begins, and those that may follow. */
const FIRST_STAYS = ['S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7', 'S8'] as const;
const STAYS = [...FIRST_STAYS, 'S9', 'S10', 'S11', 'S12', 'S13', 'S14', 'S15', 'S16'] as const;

/** Channel through which a change is sent. */
type Channel = 'snapshot' | 'signal';

/** A booking. Dates are relative to the day on which it is made. */
export interface Booking {
  readonly inDays: number;
  /** Number of nights; 0 is day use, or until the evening. */
  readonly nights: number;
  readonly rooms: readonly string[];
  readonly guests: number;
}

/** One change. Stays that are not booked yet are skipped: `stay` counts among those that are. */
export type Change =
  | { readonly kind: 'book'; readonly booking: Booking }
  | { readonly kind: 'rooms'; readonly stay: number; readonly rooms: readonly string[]; readonly by: Channel }
  | { readonly kind: 'own-rooms'; readonly stay: number; readonly guestId: string; readonly rooms: readonly string[] }
  /** The stays get each other's rooms, in a ring. */
  | { readonly kind: 'ring'; readonly stays: readonly number[]; readonly by: Channel }
  | { readonly kind: 'later-rooms'; readonly stay: number; readonly rooms: readonly string[]; readonly inHours: number }
  | { readonly kind: 'split'; readonly stay: number; readonly rooms: readonly string[]; readonly inHours: number }
  | { readonly kind: 'arrival' | 'departure'; readonly stay: number; readonly hours: number; readonly by: Channel }
  | { readonly kind: 'status'; readonly stay: number; readonly status: StayStatus }
  | { readonly kind: 'say'; readonly stay: number; readonly what: 'checkIn' | 'checkOut' | 'cancel' | 'retry' }
  | {
      readonly kind: 'staff';
      readonly stay: number;
      readonly what: 'hold' | 'release' | 'force' | 'block';
      readonly guestId: string | undefined;
    }
  | { readonly kind: 'add-guest'; readonly stay: number; readonly guestId: string; readonly by: Channel }
  | {
      readonly kind: 'remove-guest';
      readonly stay: number;
      readonly guestId: string;
      readonly by: Channel;
      readonly cause: 'left' | 'security';
    }
  | {
      readonly kind: 'lose-phone';
      readonly stay: number;
      readonly guestId: string;
      readonly mode: 'secure' | 'convenient';
    }
  /** The second stay shares the first one's rooms from then on. */
  | { readonly kind: 'share'; readonly stay: number; readonly other: number }
  | { readonly kind: 'part'; readonly stay: number }
  /** The front desk gives a stay its room, even if another stay has it. */
  | { readonly kind: 'give-room'; readonly stay: number };

/** Events that need no message. */
export type Happening =
  | { readonly kind: 'wait'; readonly minutes: number }
  | { readonly kind: 'tap'; readonly stay: number; readonly guestId: string; readonly room: string }
  | { readonly kind: 'offline' | 'online' | 'enrol'; readonly stay: number; readonly guestId: string }
  | { readonly kind: 'provider' | 'webhooks' };

/** Progress of work: the unit of work that proceeds, and its outcome. */
export interface Progress {
  readonly job: number;
  readonly luck: Luck;
}

export interface Turn {
  readonly change: Change;
  readonly happenings: readonly Happening[];
  readonly progress: readonly Progress[];
  /** `quiet`: everything comes to rest and is checked. */
  readonly end: 'go-on' | 'quiet';
}

export interface Opening {
  readonly switches: Pick<Switches, 'newKeyReplacesUsersEarlier'>;
  readonly issueFrom: Policy['issueFrom'];
  readonly graceMinutes: number;
  readonly phones: 'at-once' | 'later';
  readonly bookings: readonly Booking[];
}

const stay = fc.nat(STAYS.length - 1);
const guestId = fc.constantFrom(...GUESTS);
const by = fc.constantFrom<Channel[]>('snapshot', 'signal');
const room = fc.constantFrom(...ROOMS);
const someRooms = fc.oneof(
  { weight: 4, arbitrary: room.map((one) => [one]) },
  { weight: 1, arbitrary: fc.subarray([...ROOMS], { minLength: 2, maxLength: 2 }) },
);
const hours = fc.constantFrom(2, 5, 12, 24, 30);
const shift = fc.constantFrom(-24, -12, -3, 2, 4, 24, 48);

const booking: fc.Arbitrary<Booking> = fc.record({
  inDays: fc.nat(2),
  nights: fc.nat(3),
  rooms: fc.oneof({ weight: 5, arbitrary: someRooms }, { weight: 1, arbitrary: fc.constant([]) }),
  guests: fc.integer({ min: 1, max: 2 }),
});

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('book' as const), booking }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('rooms' as const), stay, rooms: someRooms, by }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rooms' as const), stay, rooms: fc.constant([]), by }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('own-rooms' as const), stay, guestId, rooms: someRooms }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('ring' as const),
      stays: fc.uniqueArray(stay, { minLength: 2, maxLength: 4 }),
      by,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('later-rooms' as const), stay, rooms: someRooms, inHours: hours }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('split' as const), stay, rooms: someRooms, inHours: hours }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('arrival' as const, 'departure' as const), stay, hours: shift, by }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('status' as const),
      stay,
      status: fc.constantFrom<StayStatus[]>(
        'confirmed',
        'confirmed',
        'in-house',
        'in-house',
        'in-house',
        'departed',
        'cancelled',
        'no-show',
        'tentative',
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('say' as const),
      stay,
      what: fc.constantFrom(
        'checkIn' as const,
        'checkIn' as const,
        'checkIn' as const,
        'checkIn' as const,
        'checkOut' as const,
        'cancel' as const,
        'retry' as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('staff' as const),
      stay,
      what: fc.constantFrom('hold' as const, 'release' as const, 'force' as const, 'block' as const),
      guestId: fc.option(guestId, { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('add-guest' as const), stay, guestId, by }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('remove-guest' as const),
      stay,
      guestId,
      by,
      cause: fc.constantFrom('left' as const, 'security' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('lose-phone' as const),
      stay,
      guestId,
      mode: fc.constantFrom('secure' as const, 'convenient' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('share' as const), stay, other: stay }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('part' as const), stay }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('give-room' as const), stay }) },
);

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.constantFrom(5, 30, 120, 300) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('tap' as const), stay, guestId, room }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('offline' as const, 'online' as const, 'online' as const, 'enrol' as const),
      stay,
      guestId,
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Happening[]>({ kind: 'provider' }, { kind: 'webhooks' }) },
);

const progress: fc.Arbitrary<Progress> = fc.record({
  job: fc.nat(40),
  luck: fc.oneof(
    { weight: 12, arbitrary: fc.constant<Luck>('good') },
    { weight: 1, arbitrary: fc.constantFrom<Luck[]>('answer-lost', 'outage', 'deaf') },
  ),
});

const turn: fc.Arbitrary<Turn> = fc.record({
  change,
  happenings: fc.array(happening, { maxLength: 2, size: 'max' }),
  progress: fc.array(progress, { maxLength: 10, size: 'max' }),
  end: fc.oneof(
    { weight: 7, arbitrary: fc.constant('go-on' as const) },
    { weight: 1, arbitrary: fc.constant('quiet' as const) },
  ),
});

/** Lists that are generated with at least `least` entries, and shrink below that. */
class LongList<T> extends fc.Arbitrary<T[]> {
  private readonly short: fc.Arbitrary<T[]>;
  private readonly long: fc.Arbitrary<T[]>;

  constructor(entry: fc.Arbitrary<T>, least: number, most: number) {
    super();
    this.short = fc.array(entry, { minLength: 0, maxLength: most, size: 'max' });
    this.long = fc.array(entry, { minLength: least, maxLength: most, size: 'max' });
  }

  override generate(random: fc.Random, biasFactor: number | undefined): fc.Value<T[]> {
    return this.long.generate(random, biasFactor);
  }

  override canShrinkWithoutContext(value: unknown): value is T[] {
    return this.short.canShrinkWithoutContext(value);
  }

  override shrink(value: T[], context: unknown): fc.Stream<fc.Value<T[]>> {
    return this.short.shrink(value, context);
  }
}

/** Generates plots of at least `changes` changes. */
export function plots(changes: number): fc.Arbitrary<readonly Turn[]> {
  return new LongList(turn, changes, changes + 20);
}

export const openings: fc.Arbitrary<Opening> = fc.record({
  switches: fc.record({ newKeyReplacesUsersEarlier: fc.boolean() }),
  issueFrom: fc.constantFrom<Policy['issueFrom'][]>(
    { kind: 'lead-time', minutes: 120 },
    { kind: 'lead-time', minutes: 120 },
    { kind: 'check-in' },
  ),
  graceMinutes: fc.constantFrom(0, 60),
  phones: fc.constantFrom('at-once' as const, 'at-once' as const, 'later' as const),
  bookings: fc.array(booking, { minLength: FIRST_STAYS.length, maxLength: FIRST_STAYS.length }),
});
