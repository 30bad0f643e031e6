/**
 * Runs a plot on a building, line by line. Every step is checked against the invariants (`steps.ts`), and every quiet point against the
 * reference model (`laws.ts`).
 */
import { PROPERTY } from '../unit/domain/stay/plan/hotel.js';
import type { Order } from './bookings.js';
import { openBuilding, stayIdOf, type Building, type Work } from './building.js';
import { openChronicle } from './chronicle.js';
import { holdQuiet } from './laws.js';
import { pair, startAnew } from './memory.js';
import { GUESTS, type Change, type Happening, type Opening, type Turn } from './plot.js';
import { devicesOf, holdAlways, holdDoors, holdOverride, type Tale } from './steps.js';

const START = '2026-11-23T11:00Z';

/** Result of a plot. */
export interface Ending {
  readonly changes: number;
  readonly stays: number;
  readonly quietPoints: number;
  readonly overrides: number;
  readonly joiners: number;
}

/** Runs a plot to its end. Throws with what happened, line by line, where something does not hold. */
export function tell(opening: Opening, plot: readonly Turn[]): Ending {
  const building = openBuilding(START, opening);
  const chronicle = openChronicle(PROPERTY, building.policy, () => building.hotel.now());
  const tale: Tale = { building, chronicle, opening };
  try {
    for (const booking of opening.bookings) change(tale, { kind: 'book', booking });
    for (const turn of plot) take(tale, turn);
    for (const stay of building.open()) for (const guestId of GUESTS) connect(tale, stay, guestId, 'online');
    quiet(tale);
    for (const stay of building.open()) {
      carryOut(tale, { kind: 'message', stay, message: { name: 'checkOut', payload: {} } });
    }
    quiet(tale);
  } catch (error) {
    throw chronicle.failure(error);
  }
  const issued = [...building.houses.values()].flatMap(({ state }) =>
    state.keyring.keys.filter((key) => key.issuedAt !== undefined),
  );
  return {
    changes: plot.length,
    stays: building.houses.size,
    quietPoints: chronicle.memory.quietPoints,
    overrides: issued.filter((key) => key.ask.kind === 'override').length,
    joiners: issued.filter((key) => key.ask.kind === 'joiner').length,
  };
}

function take(tale: Tale, turn: Turn): void {
  change(tale, turn.change);
  for (const happening of turn.happenings) happen(tale, happening);
  for (const { job, luck } of turn.progress) getOn(tale, job, luck);
  if (turn.end === 'quiet') quiet(tale);
  holdAlways(tale);
}

function change(tale: Tale, what: Change): void {
  const { building, chronicle } = tale;
  chronicle.note(JSON.stringify(what));
  const sight = { now: building.hotel.now(), open: building.open(), outlook: chronicle.outlookOf };
  for (const order of chronicle.bookings.orders(what, sight)) carryOut(tale, order);
}

function carryOut(tale: Tale, order: Order): void {
  const { building, chronicle } = tale;
  const { stay } = order;
  chronicle.record(order);
  watch(tale, stay);
  switch (order.kind) {
    case 'snapshot':
      building.snapshot(stay, order.snapshot);
      return;
    case 'message':
      building.message(stay, order.message);
      return;
    case 'give-room':
      building.rooms.force(order.room, { stayId: stayIdOf(stay), reason: 'the front desk says so' });
      return;
    default:
      order satisfies never;
  }
}

/** Logs steps when they are planned, and checks them before they begin. */
function watch(tale: Tale, stay: string): void {
  tale.building.houseOf(stay).onStep = (step) => {
    tale.chronicle.note(`    ${stay} -> ${step.do} ${step.guestId} ${step.rooms.join('+')}: ${step.why}`);
    holdOverride(tale, stay, step);
  };
}

function happen(tale: Tale, what: Happening): void {
  const { building, chronicle } = tale;
  const open = building.open();
  const stay = 'stay' in what ? open[what.stay % Math.max(1, open.length)] : undefined;
  chronicle.note(`${JSON.stringify(what)}${stay === undefined ? '' : ` (${stay})`}`);
  switch (what.kind) {
    case 'wait':
      building.pass(what.minutes, () => {
        noteHeld(tale);
        chronicle.look();
      });
      return;
    case 'tap':
      if (stay !== undefined) holdDoors(tale, () => tap(tale, stay, what.guestId, what.room));
      return;
    case 'offline':
    case 'online':
      if (stay !== undefined) connect(tale, stay, what.guestId, what.kind);
      return;
    case 'enrol':
      if (stay !== undefined) building.houseOf(stay).enrol(what.guestId);
      return;
    case 'provider':
      holdDoors(tale, () => building.hotel.settle());
      return;
    case 'webhooks':
      building.deliverEvents();
      return;
    default:
      what satisfies never;
  }
}

function getOn(tale: Tale, place: number, luck: Parameters<Building['getOn']>[1]): void {
  const { building, chronicle } = tale;
  const work = building.work();
  const all = work.length + building.rooms.post.length;
  if (all === 0) return;
  const chosen: Work | undefined = work[place % all];
  if (chosen === undefined) {
    chronicle.note('    (news of a room)');
    building.deliver(place);
  } else {
    const { stay, job } = chosen;
    const fate = `${job.cancelled ? ', cancelled' : ''}${luck === 'good' ? '' : `, ${luck}`}`;
    chronicle.note(`    (${stay}: ${job.what}${fate})`);
    holdDoors(tale, () => building.getOn(chosen, luck));
  }
  noteHeld(tale);
}

function quiet(tale: Tale): void {
  const { building, chronicle } = tale;
  chronicle.note('quiet');
  for (let round = 0; round < 3; round++) {
    building.settle();
    building.deliverEvents();
  }
  building.settle();
  noteHeld(tale);
  const open = building.open();
  const outlooks = new Map([...chronicle.outlooks()].filter(([stay]) => open.includes(stay)));
  const scene = {
    now: building.hotel.now(),
    hotel: building.hotel,
    policy: building.policy,
    outlooks,
    views: new Map(open.map((stay) => [stay, building.houseOf(stay).view()])),
    rooms: building.rooms.views(),
    phones: (stay: string, guestId: string) => devicesOf(tale, stay, guestId),
  };
  const listed = holdQuiet(scene, chronicle.memory);
  startAnew(chronicle.memory, outlooks, listed);
}

/** Records which leases stays have recorded as granted. */
function noteHeld({ building, chronicle }: Tale): void {
  for (const [stay, { state }] of building.houses) {
    for (const { room, decision } of state.leases.claims) {
      if (decision?.kind === 'granted') chronicle.memory.everHeld.add(pair(stay, room));
    }
  }
}

function tap(tale: Tale, stay: string, guestId: string, room: string): void {
  const { hotel } = tale.building;
  for (const device of devicesOf(tale, stay, guestId)) hotel.tap({ deviceId: device.id }, hotel.door(room).id);
}

function connect(tale: Tale, stay: string, guestId: string, connection: 'online' | 'offline'): void {
  for (const device of devicesOf(tale, stay, guestId)) tale.building.hotel.phones.change(device.id, { connection });
}
