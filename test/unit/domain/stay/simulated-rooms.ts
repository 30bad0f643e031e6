/**
 * Rooms of a simulated hotel, in process. Each keeps its state by the room's own rules, as the workflow `room` does. Messages that they
 * send to stays on their own wait in `post` until a test delivers them.
 */
import { roomWorkflowId } from '../../../../src/domain/model/ids.js';
import type { Instant } from '../../../../src/domain/model/instants.js';
import type { Claim, LeaseNews } from '../../../../src/domain/model/lease.js';
import { newRoomState, type ClaimEntry, type RoomState } from '../../../../src/domain/room/state.js';
import {
  changedDecisions,
  passTime,
  takeClaim,
  takeForce,
  takeRelease,
  takeReport,
  type NewsFor,
} from '../../../../src/domain/room/rules.js';
import type { RoomForce, RoomRelease, RoomReport } from '../../../../src/domain/model/room-message-schema.js';
import { roomViewOf, type RoomView } from '../../../../src/domain/room/view.js';
import { nextWake } from '../../../../src/domain/room/wake.js';

export interface SimulatedRooms {
  /** Decisions in transit to stays, the oldest first. */
  readonly post: NewsFor[];
  claim(room: string, claim: Claim): LeaseNews;
  release(room: string, release: RoomRelease): void;
  report(room: string, report: RoomReport): void;
  force(room: string, force: RoomForce): void;
  /** Returns the next instant at which a room acts by itself. */
  nextWake(): Instant | undefined;
  /** Wakes the rooms whose time has come. */
  wake(): void;
  /** Returns all claims on rooms, with what each has been granted. */
  claims(): readonly (Pick<ClaimEntry, 'stayId' | 'asked' | 'granted' | 'displaced'> & { readonly room: string })[];
  /** Returns the view of every room that was ever claimed. */
  views(): readonly RoomView[];
}

interface Room {
  state: RoomState;
  wakeAt: Instant | undefined;
  /** Version of the room state that `wakeAt` is right for. */
  wakeVersion: number | undefined;
}

export function openSimulatedRooms(propertyId: string, now: () => Instant): SimulatedRooms {
  const rooms = new Map<string, Room>();

  const roomOf = (name: string): Room => {
    const known = rooms.get(name);
    if (known !== undefined) return known;
    const state = newRoomState(roomWorkflowId({ propertyId, room: name }), propertyId, name, now());
    const room: Room = { state, wakeAt: undefined, wakeVersion: undefined };
    rooms.set(name, room);
    return room;
  };
  const change = (name: string, act: (state: RoomState) => RoomState): void => {
    const room = roomOf(name);
    const { state, news } = changedDecisions(act(room.state), now());
    room.state = state;
    simulated.post.push(...news);
  };
  const wakeOf = (room: Room): Instant | undefined => {
    if (room.wakeVersion !== room.state.version) {
      room.wakeVersion = room.state.version;
      room.wakeAt = nextWake(room.state, now());
    }
    return room.wakeAt;
  };

  const simulated: SimulatedRooms = {
    post: [],
    claim(name, claim) {
      const { state, news } = takeClaim(roomOf(name).state, claim, now());
      change(name, () => state);
      return news;
    },
    release: (name, release) => change(name, (state) => takeRelease(state, release, now())),
    report: (name, report) => change(name, (state) => takeReport(state, report, now())),
    force: (name, force) => change(name, (state) => takeForce(state, force, now())),
    nextWake: () =>
      [...rooms.values()]
        .flatMap((room) => wakeOf(room) ?? [])
        .toSorted()
        .at(0),
    wake() {
      for (const [name, room] of rooms) {
        const wakeAt = wakeOf(room);
        if (wakeAt === undefined || wakeAt > now()) continue;
        change(name, (state) => passTime(state, now()));
        room.wakeVersion = undefined;
      }
    },
    claims: () => [...rooms].flatMap(([room, { state }]) => state.claims.map((claim) => ({ ...claim, room }))),
    views: () => [...rooms.values()].map(({ state }) => roomViewOf(state, now())),
  };
  return simulated;
}
