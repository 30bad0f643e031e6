/**
 * Runs a plot on a building, line by line. Every step is checked against the invariants (`steps.ts`), and every quiet point against the
 * reference model (`laws.ts`).
 */
import { PROPERTY } from '../unit/domain/stay/plan/hotel.js';
import type { Order } from './bookings.js';
import { openBuilding, stayIdOf, type Building, type Work } from './building.js';
import { openEventLog } from './event-log.js';
import { holdQuiet } from './laws.js';
import { pair, restart } from './memory.js';
import { GUESTS, type Change, type Happening, type Opening, type Turn } from './plot.js';
import { devicesOf, holdAlways, holdDoors, holdOverride, type PlotRun } from './steps.js';

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
export function runPlot(opening: Opening, plot: readonly Turn[]): Ending {
  const building = openBuilding(START, opening);
  const eventLog = openEventLog(PROPERTY, building.policy, () => building.hotel.now());
  const plotRun: PlotRun = { building, eventLog, opening };
  try {
    for (const booking of opening.bookings) change(plotRun, { kind: 'book', booking });
    for (const turn of plot) take(plotRun, turn);
    for (const stay of building.open()) for (const guestId of GUESTS) connect(plotRun, stay, guestId, 'online');
    quiet(plotRun);
    for (const stay of building.open()) {
      carryOut(plotRun, { kind: 'message', stay, message: { name: 'checkOut', payload: {} } });
    }
    quiet(plotRun);
  } catch (error) {
    throw eventLog.failure(error);
  }
  const issued = [...building.houses.values()].flatMap(({ state }) =>
    state.keyring.keys.filter((key) => key.issuedAt !== undefined),
  );
  return {
    changes: plot.length,
    stays: building.houses.size,
    quietPoints: eventLog.memory.quietPoints,
    overrides: issued.filter((key) => key.ask.kind === 'override').length,
    joiners: issued.filter((key) => key.ask.kind === 'joiner').length,
  };
}

function take(plotRun: PlotRun, turn: Turn): void {
  change(plotRun, turn.change);
  for (const happening of turn.happenings) happen(plotRun, happening);
  for (const { job, luck } of turn.progress) getOn(plotRun, job, luck);
  if (turn.end === 'quiet') quiet(plotRun);
  holdAlways(plotRun);
}

function change(plotRun: PlotRun, what: Change): void {
  const { building, eventLog } = plotRun;
  eventLog.note(JSON.stringify(what));
  const sight = { now: building.hotel.now(), open: building.open(), outlook: eventLog.outlookOf };
  for (const order of eventLog.bookings.orders(what, sight)) carryOut(plotRun, order);
}

function carryOut(plotRun: PlotRun, order: Order): void {
  const { building, eventLog } = plotRun;
  const { stay } = order;
  eventLog.record(order);
  watch(plotRun, stay);
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
function watch(plotRun: PlotRun, stay: string): void {
  plotRun.building.houseOf(stay).onStep = (step) => {
    plotRun.eventLog.note(`    ${stay} -> ${step.do} ${step.guestId} ${step.rooms.join('+')}: ${step.why}`);
    holdOverride(plotRun, stay, step);
  };
}

function happen(plotRun: PlotRun, what: Happening): void {
  const { building, eventLog } = plotRun;
  const open = building.open();
  const stay = 'stay' in what ? open[what.stay % Math.max(1, open.length)] : undefined;
  eventLog.note(`${JSON.stringify(what)}${stay === undefined ? '' : ` (${stay})`}`);
  switch (what.kind) {
    case 'wait':
      building.pass(what.minutes, () => {
        noteHeld(plotRun);
        eventLog.look();
      });
      return;
    case 'tap':
      if (stay !== undefined) holdDoors(plotRun, () => tap(plotRun, stay, what.guestId, what.room));
      return;
    case 'offline':
    case 'online':
      if (stay !== undefined) connect(plotRun, stay, what.guestId, what.kind);
      return;
    case 'enrol':
      if (stay !== undefined) building.houseOf(stay).enrol(what.guestId);
      return;
    case 'provider':
      holdDoors(plotRun, () => building.hotel.settle());
      return;
    case 'webhooks':
      building.deliverEvents();
      return;
    default:
      what satisfies never;
  }
}

function getOn(plotRun: PlotRun, place: number, luck: Parameters<Building['getOn']>[1]): void {
  const { building, eventLog } = plotRun;
  const work = building.work();
  const all = work.length + building.rooms.post.length;
  if (all === 0) return;
  const chosen: Work | undefined = work[place % all];
  if (chosen === undefined) {
    eventLog.note('    (news of a room)');
    building.deliver(place);
  } else {
    const { stay, job } = chosen;
    const fate = `${job.cancelled ? ', cancelled' : ''}${luck === 'good' ? '' : `, ${luck}`}`;
    eventLog.note(`    (${stay}: ${job.what}${fate})`);
    holdDoors(plotRun, () => building.getOn(chosen, luck));
  }
  noteHeld(plotRun);
}

function quiet(plotRun: PlotRun): void {
  const { building, eventLog } = plotRun;
  eventLog.note('quiet');
  for (let round = 0; round < 3; round++) {
    building.settle();
    building.deliverEvents();
  }
  building.settle();
  noteHeld(plotRun);
  const open = building.open();
  const outlooks = new Map([...eventLog.outlooks()].filter(([stay]) => open.includes(stay)));
  const scene = {
    now: building.hotel.now(),
    hotel: building.hotel,
    policy: building.policy,
    outlooks,
    views: new Map(open.map((stay) => [stay, building.houseOf(stay).view()])),
    rooms: building.rooms.views(),
    phones: (stay: string, guestId: string) => devicesOf(plotRun, stay, guestId),
  };
  const listed = holdQuiet(scene, eventLog.memory);
  restart(eventLog.memory, outlooks, listed);
}

/** Records which leases stays have recorded as granted. */
function noteHeld({ building, eventLog }: PlotRun): void {
  for (const [stay, { state }] of building.houses) {
    for (const { room, decision, leaving } of state.leases.claims) {
      if (decision?.kind === 'granted') eventLog.memory.everHeld.add(pair(stay, room));
      if (leaving === true) eventLog.memory.everLeft.add(pair(stay, room));
    }
  }
}

function tap(plotRun: PlotRun, stay: string, guestId: string, room: string): void {
  const { hotel } = plotRun.building;
  for (const device of devicesOf(plotRun, stay, guestId)) hotel.tap({ deviceId: device.id }, hotel.door(room).id);
}

function connect(plotRun: PlotRun, stay: string, guestId: string, connection: 'online' | 'offline'): void {
  for (const device of devicesOf(plotRun, stay, guestId))
    plotRun.building.hotel.phones.change(device.id, { connection });
}
