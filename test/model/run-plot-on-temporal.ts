/**
 * Runs a plot on the product in its real set-up: Temporal's time-skipping server, workers, and a simulated Seam behind HTTP. The result is
 * compared with the same reference model as in one process (`laws.ts`).
 */
import type { StayView } from '../../src/client.js';
import { RoomNotFound } from '../../src/client.js';
import type { DeviceRecord } from '../../src/simulator/hotel/records.js';
import { roomWorkflowId, stayWorkflowId } from '../../src/domain/model/ids.js';
import { policySchema } from '../../src/domain/model/property-schema.js';
import type { RoomView } from '../../src/domain/room/view.js';
import type { StayWorld } from '../harness/stay-world.js';
import type { Order } from './bookings.js';
import { openEventLog, type EventLog } from './event-log.js';
import { holdQuiet, type Scene } from './laws.js';
import { roomsEverHeld } from './leases-known.js';
import { pair, restart } from './memory.js';
import { GUESTS, ROOMS, type Change, type Happening, type Opening, type Turn } from './plot.js';

/**
 * Time limit for stays to come to rest, and the interval of looks, in milliseconds. A stay whose guest got a phone while hours passed asks
 * for it half a minute later.
 */
const PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 30;
/** Number of consecutive looks at which every stay rests: messages may be pending between two of them. */
const CALM_LOOKS = 2;
/** Time after which stays receive no more messages. They close a day after their window. */
const REACHABLE_MS = 20 * 3_600_000;

interface PlotRun {
  readonly world: StayWorld;
  readonly propertyId: string;
  readonly eventLog: EventLog;
  readonly opening: Opening;
  now: number;
}

/** Runs a plot to its end, at its own property. Throws with what happened, line by line, where something does not hold. */
export async function runPlotOnTemporal(
  world: StayWorld,
  opening: Opening,
  plot: readonly Turn[],
  propertyId: string,
): Promise<void> {
  const policy = policySchema.parse({ issueFrom: opening.issueFrom, departureGraceMinutes: opening.graceMinutes });
  world.configure(propertyId, { policy });
  world.simulator.hotel.setSwitches(opening.switches);
  const eventLog = openEventLog(propertyId, policy, () => plotRun.now);
  const plotRun: PlotRun = { world, propertyId, eventLog, opening, now: await timeIn(world) };
  try {
    for (const booking of opening.bookings) await change(plotRun, { kind: 'book', booking });
    for (const turn of plot) {
      await change(plotRun, turn.change);
      for (const happening of turn.happenings) await happen(plotRun, happening);
      if (turn.end === 'quiet') await quiet(plotRun);
    }
    for (const stay of reachable(plotRun)) for (const guestId of GUESTS) connect(plotRun, stay, guestId, 'online');
    await quiet(plotRun);
    for (const stay of reachable(plotRun)) {
      await carryOut(plotRun, { kind: 'message', stay, message: { name: 'checkOut', payload: {} } });
    }
    await quiet(plotRun);
  } catch (error) {
    throw eventLog.failure(error);
  } finally {
    await endAll(plotRun);
  }
}

/** Returns the time by the hotel's clock, which follows the server's. */
async function timeIn(world: StayWorld): Promise<number> {
  return Math.max(await world.now(), world.simulator.hotel.now());
}

function reachable({ eventLog, now }: PlotRun): readonly string[] {
  return [...eventLog.outlooks()].flatMap(([stay, { to }]) => (now < to + REACHABLE_MS ? [stay] : []));
}

async function change(plotRun: PlotRun, what: Change): Promise<void> {
  const { eventLog } = plotRun;
  eventLog.note(JSON.stringify(what));
  const sight = { now: plotRun.now, open: reachable(plotRun), outlook: eventLog.outlookOf };
  for (const order of eventLog.bookings.orders(what, sight)) await carryOut(plotRun, order);
}

async function carryOut(plotRun: PlotRun, order: Order): Promise<void> {
  const { world, propertyId, eventLog } = plotRun;
  const { stay } = order;
  if (order.kind === 'give-room') await rest(plotRun);
  plotRun.now = await timeIn(world);
  eventLog.record(order);
  const name = { propertyId, reservationId: stay };
  switch (order.kind) {
    case 'snapshot':
      await world.client.applyReservation(order.snapshot);
      return;
    case 'message':
      await world.client.signal(name, order.message.name, order.message.payload);
      return;
    case 'give-room':
      await world.client.forceRoom(
        { propertyId, room: order.room },
        { stayId: stayWorkflowId(name), reason: 'the front desk says so' },
      );
      await rest(plotRun);
      return;
    default:
      order satisfies never;
  }
}

async function happen(plotRun: PlotRun, what: Happening): Promise<void> {
  const { world, eventLog } = plotRun;
  const open = reachable(plotRun);
  const stay = 'stay' in what ? open[what.stay % Math.max(1, open.length)] : undefined;
  eventLog.note(`${JSON.stringify(what)}${stay === undefined ? '' : ` (${stay})`}`);
  switch (what.kind) {
    case 'wait':
      await rest(plotRun);
      await world.pass(what.minutes * 60_000);
      await rest(plotRun);
      eventLog.look();
      return;
    case 'tap':
      for (const device of stay === undefined ? [] : phonesOf(plotRun, stay, what.guestId))
        world.simulator.hotel.tap({ deviceId: device.id }, world.simulator.hotel.door(what.room).id, plotRun.now);
      return;
    case 'offline':
    case 'online':
      if (stay !== undefined) connect(plotRun, stay, what.guestId, what.kind);
      return;
    // Every guest has a phone here, and the provider and the webhooks run by themselves.
    case 'enrol':
    case 'provider':
    case 'webhooks':
      return;
    default:
      what satisfies never;
  }
}

/** Waits until every stay rests, and gives a phone to each guest without one. */
async function rest(plotRun: PlotRun): Promise<ReadonlyMap<string, StayView>> {
  const deadline = performance.now() + PATIENCE_MS;
  let busy: readonly string[] = [];
  for (let calm = 0; ;) {
    givePhones(plotRun);
    // No stay counts as resting before the busy ones rest.
    const again = await viewsOf(plotRun, busy);
    const views = [...again.values()].some(isBusy) ? again : await viewsOf(plotRun, reachable(plotRun));
    busy = [...views].flatMap(([stay, view]) => (isBusy(view) ? [stay] : []));
    calm = busy.length === 0 ? calm + 1 : 0;
    if (calm === CALM_LOOKS) {
      plotRun.now = await timeIn(plotRun.world);
      return views;
    }
    if (performance.now() > deadline) {
      const plans = busy.map((stay) => [stay, views.get(stay)?.plan, views.get(stay)?.guests]);
      throw new Error(`stays do not settle: ${JSON.stringify(plans)}`);
    }
    await pause(LOOK_EVERY_MS);
  }
}

function isBusy(view: StayView): boolean {
  return !view.settled || view.guests.some((one) => one.waitingFor === 'phone');
}

async function quiet(plotRun: PlotRun): Promise<void> {
  const { world, eventLog, opening } = plotRun;
  const { hotel } = world.simulator;
  eventLog.note('quiet');
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const views = await rest(plotRun);
    const rooms = await roomsOf(plotRun);
    hotel.settle();
    const open = reachable(plotRun);
    const outlooks = new Map([...eventLog.outlooks()].filter(([stay]) => open.includes(stay)));
    await noteHeld(plotRun);
    for (const [stay, { leases = [] }] of views) {
      for (const { room } of leases.filter(({ leaving }) => leaving === true))
        eventLog.memory.everLeft.add(pair(stay, room));
    }
    const scene: Scene = {
      now: plotRun.now,
      hotel,
      policy: policySchema.parse({ issueFrom: opening.issueFrom, departureGraceMinutes: opening.graceMinutes }),
      outlooks,
      views,
      rooms,
      phones: (stay, guestId) => phonesOf(plotRun, stay, guestId),
    };
    try {
      restart(eventLog.memory, outlooks, holdQuiet(scene, eventLog.memory));
      return;
    } catch (error) {
      // Messages may still be pending: only a problem that persists is a failure.
      if (performance.now() > deadline) throw error;
      await pause(LOOK_EVERY_MS);
    }
  }
}

/** Records which leases stays have, or had, recorded as granted. */
async function noteHeld(plotRun: PlotRun): Promise<void> {
  const { world, propertyId, eventLog } = plotRun;
  const looks = reachable(plotRun).map(async (stay) => {
    const rooms = await roomsEverHeld(world.temporal, stayWorkflowId({ propertyId, reservationId: stay }));
    for (const room of rooms) eventLog.memory.everHeld.add(pair(stay, room));
  });
  await Promise.all(looks);
}

async function viewsOf(plotRun: PlotRun, stays: readonly string[]): Promise<ReadonlyMap<string, StayView>> {
  const { world, propertyId } = plotRun;
  const looks = stays.map(
    async (stay) => [stay, await world.client.view({ propertyId, reservationId: stay })] as const,
  );
  return new Map(await Promise.all(looks));
}

async function roomsOf({ world, propertyId }: PlotRun): Promise<readonly RoomView[]> {
  const looks = ROOMS.map(async (room) => {
    try {
      return [await world.client.room({ propertyId, room })];
    } catch (error) {
      if (error instanceof RoomNotFound) return [];
      throw error;
    }
  });
  return (await Promise.all(looks)).flat();
}

function phonesOf({ world, propertyId }: PlotRun, stay: string, guestId: string): readonly DeviceRecord[] {
  const { hotel } = world.simulator;
  const identity = [...hotel.world.identities.values()].find((one) => one.key === `${propertyId}/${stay}/${guestId}`);
  return identity === undefined ? [] : hotel.phones.list({ owner_user_identity_id: identity.id });
}

function givePhones({ world, propertyId }: PlotRun): void {
  const { hotel } = world.simulator;
  for (const { id, key } of [...hotel.world.identities.values()]) {
    if (key?.startsWith(`${propertyId}/`) !== true) continue;
    if (hotel.phones.list({ owner_user_identity_id: id }).length === 0) hotel.phones.add(id);
  }
}

function connect(plotRun: PlotRun, stay: string, guestId: string, connection: 'online' | 'offline'): void {
  for (const device of phonesOf(plotRun, stay, guestId))
    plotRun.world.simulator.hotel.phones.change(device.id, { connection });
}

/** Ends all stays and rooms, so that no workflow acts on the doors during the next plot. */
async function endAll({ world, propertyId, eventLog }: PlotRun): Promise<void> {
  const stays = [...eventLog.outlooks().keys()].map((stay) => stayWorkflowId({ propertyId, reservationId: stay }));
  const rooms = ROOMS.map((room) => roomWorkflowId({ propertyId, room }));
  const endings = [...stays, ...rooms].map((id) => world.temporal.workflow.getHandle(id).terminate('the plot is over'));
  // Some have ended by themselves, and some rooms were never claimed.
  await Promise.allSettled(endings);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
