/** Log of a plot: the messages, the resulting desired state, and the lines that a failing plot prints. */
import type { Policy } from '../../src/domain/model/property-schema.js';
import { snapshotSchema } from '../../src/domain/model/snapshot-schema.js';
import { outlook, type Fact, type Outlook } from '../unit/domain/stay/plan/judge.js';
import { openBookings, type Bookings, type Order } from './bookings.js';
import { newMemory, noteDesired, pair, type Memory } from './memory.js';

export interface EventLog {
  readonly bookings: Bookings;
  readonly memory: Memory;
  /** Milliseconds since 1970, by the hotel's clock. */
  now(): number;
  note(line: string): void;
  /** Records a message to a stay or to a room; to be called before it is sent. */
  record(order: Order): void;
  /** Returns the desired outcome of a stay after all messages so far. */
  outlookOf(stay: string): Outlook;
  /** Returns the outlooks of all stays, in the order of their booking. */
  outlooks(): ReadonlyMap<string, Outlook>;
  /** Records what is desired after time has passed. */
  look(): void;
  /** Returns the failure, with everything that happened before. */
  failure(error: unknown): Error;
}

export function openEventLog(propertyId: string, policy: Policy, now: () => number): EventLog {
  const facts = new Map<string, Fact[]>();
  const seen = new Map<string, { readonly facts: number; readonly now: number; readonly outlook: Outlook }>();
  const memory = newMemory();
  const lines: string[] = [];

  const factsOf = (stay: string): Fact[] => {
    const known = facts.get(stay) ?? [];
    facts.set(stay, known);
    return known;
  };
  const noteRegrouped = (stay: string, groups: readonly (string | undefined)[]): void => {
    memory.regrouped.add(stay);
    for (const other of facts.keys()) {
      const { shareGroup } = eventLog.outlookOf(other);
      if (shareGroup !== undefined && groups.includes(shareGroup)) memory.regrouped.add(other);
    }
  };
  const take = (order: Order): void => {
    const { stay } = order;
    switch (order.kind) {
      case 'snapshot': {
        const before = eventLog.outlookOf(stay).shareGroup;
        factsOf(stay).push({ at: now(), kind: 'snapshot', snapshot: snapshotSchema.parse(order.snapshot) });
        const after = eventLog.outlookOf(stay).shareGroup;
        if (before !== after) noteRegrouped(stay, [before, after]);
        return;
      }
      case 'message': {
        const { name, payload } = order.message;
        if (name === 'replaceKey' || (name === 'removeGuest' && payload.cause === 'security'))
          memory.struck.add(pair(stay, payload.guestId));
        factsOf(stay).push({ at: now(), kind: 'message', message: order.message });
        return;
      }
      case 'give-room':
        memory.forced.add(order.room);
        return;
      default:
        order satisfies never;
    }
  };

  const eventLog: EventLog = {
    bookings: openBookings(propertyId),
    memory,
    now,
    note: (line) => void lines.push(`${new Date(now()).toISOString().slice(8, 16)} ${line}`),
    record(order) {
      eventLog.note(`  ${order.stay} <- ${inWords(order)}`);
      take(order);
      eventLog.look();
    },
    outlookOf(stay) {
      const said = factsOf(stay);
      const known = seen.get(stay);
      if (known?.facts === said.length && known.now === now()) return known.outlook;
      const fresh = outlook(said, policy, now());
      seen.set(stay, { facts: said.length, now: now(), outlook: fresh });
      return fresh;
    },
    outlooks: () => new Map([...facts.keys()].map((stay) => [stay, eventLog.outlookOf(stay)])),
    look: () => noteDesired(memory, eventLog.outlooks()),
    failure(error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return new Error(`${message}\n\nWhat happened:\n${lines.join('\n')}\n`, { cause: error });
    },
  };
  return eventLog;
}

function inWords(order: Order): string {
  switch (order.kind) {
    case 'snapshot': {
      const { status, window, rooms, segments, guests, shareGroup } = order.snapshot;
      return JSON.stringify({ status, window, rooms, segments, shareGroup, guests: guests.map((one) => one.guestId) });
    }
    case 'message':
      return `${order.message.name} ${JSON.stringify(order.message.payload)}`;
    case 'give-room':
      return `the front desk gives it ${order.room}`;
    default:
      return order satisfies never;
  }
}
