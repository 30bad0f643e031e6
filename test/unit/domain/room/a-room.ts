/**
 * A room for tests: stays by short names, times as whole or fractional hours of one day. Changed decisions are delivered after every
 * message, as the workflow does.
 */
import { stayWorkflowId, roomWorkflowId } from '../../../../src/domain/model/ids.js';
import { defined } from '../../../../src/domain/model/defined.js';
import { instantAt, type Instant, type Window } from '../../../../src/domain/model/instants.js';
import type { Claim, KeyReport, LeaseDecision } from '../../../../src/domain/model/lease.js';
import { newRoomState, type RoomState } from '../../../../src/domain/room/state.js';
import * as rules from '../../../../src/domain/room/rules.js';
import type { RoomForce, RoomRelease } from '../../../../src/domain/model/room-message-schema.js';
import { roomViewOf, type RoomView } from '../../../../src/domain/room/view.js';

const PROPERTY = 'seaside';
export const ROOM = '101';

/** The instant of an hour of the day: `at(14.5)` is 14:30; `at(24)` is the midnight after it. */
export function at(hours: number): Instant {
  return instantAt(Date.parse('2026-11-23T00:00Z') + hours * 3_600_000);
}

export function hours([from, to]: readonly [number, number]): Window {
  return { from: at(from), to: at(to) };
}

/** The workflow id of a stay by its short name. */
export function stay(name: string): string {
  return stayWorkflowId({ propertyId: PROPERTY, reservationId: name });
}

export type ClaimFields = Partial<Omit<Claim, 'stayId' | 'window'>>;

export interface ARoom {
  state: RoomState;
  /** The last decision that each stay received, by its short name; part 0. */
  readonly sent: ReadonlyMap<string, LeaseDecision>;
  /** Stays that received a decision other than as an answer, since the last call. */
  news(): readonly string[];
  passTo(now: number): ARoom;
  claim(name: string, window: readonly [number, number], fields?: ClaimFields): LeaseDecision;
  release(name: string, fields?: Partial<RoomRelease>): ARoom;
  force(name: string, fields?: Partial<RoomForce>): ARoom;
  report(name: string, keys: readonly KeyReport[], fields?: { readonly seq?: number; readonly chain?: string }): ARoom;
  /** Reports that Temporal no longer finds the stay of this chain of runs. */
  gone(name: string, chain: string): ARoom;
  /** Reports that the last signal to this stay, of this chain of runs, could not be delivered. */
  undelivered(name: string, chain?: string): ARoom;
  view(): RoomView;
  decision(name: string): LeaseDecision | undefined;
}

export function aRoom(start = 0): ARoom {
  const initial = newRoomState(roomWorkflowId({ propertyId: PROPERTY, room: ROOM }), PROPERTY, ROOM, at(start));
  const sent = new Map<string, LeaseDecision>();
  let now = start;
  let received: string[] = [];
  const shortName = (stayId: string): string => stayId.split('/').at(-1) ?? stayId;
  const deliver = (): ARoom => {
    const changed = rules.changedDecisions(room.state, at(now));
    room.state = changed.state;
    for (const { stayId, news } of changed.news) {
      received.push(shortName(stayId));
      if (news.part === 0) sent.set(shortName(stayId), news.decision);
    }
    return room;
  };
  const room: ARoom = {
    state: initial,
    sent,
    news() {
      const since = received;
      received = [];
      return since;
    },
    passTo(later) {
      now = later;
      room.state = rules.passTime(room.state, at(now));
      return deliver();
    },
    claim(name, window, fields = {}) {
      const message = { stayId: stay(name), window: hours(window), ...fields };
      const answer = rules.takeClaim(room.state, message, at(now));
      room.state = answer.state;
      const { decision } = answer.news;
      if ((fields.part ?? 0) === 0) sent.set(name, decision);
      deliver();
      return decision;
    },
    release(name, fields = {}) {
      room.state = rules.takeRelease(room.state, { stayId: stay(name), ...fields }, at(now));
      return deliver();
    },
    force(name, fields = {}) {
      room.state = rules.takeForce(room.state, { stayId: stay(name), reason: 'the guest is here', ...fields }, at(now));
      return deliver();
    },
    report(name, keys, fields = {}) {
      room.state = rules.takeReport(room.state, { stayId: stay(name), keys: [...keys], ...fields }, at(now));
      return deliver();
    },
    gone(name, chain) {
      room.state = rules.takeGone(room.state, { stayId: stay(name), chain }, at(now));
      return deliver();
    },
    undelivered(name, chain) {
      const decision = sent.get(name);
      if (decision === undefined) throw new Error(`${name} received no decision`);
      const news = { room: ROOM, part: 0, version: room.state.version, decision };
      const lost = { stayId: stay(name), news, ...defined({ chain }) };
      room.state = rules.takeUndelivered(room.state, lost, 'it has had too many signals', at(now));
      return deliver();
    },
    view: () => roomViewOf(room.state, at(now)),
    decision: (name) => sent.get(name),
  };
  return room;
}

/** A live key, an override unless a lineage is given. */
export function key(id: string, window: readonly [number, number], fields: Partial<KeyReport> = {}): KeyReport {
  return {
    acsCredentialId: id,
    guestId: 'g1',
    kind: fields.lineage === undefined ? 'override' : 'joiner',
    lineage: id,
    window: hours(window),
    state: 'live',
    issuedAt: at(window[0]),
    ...fields,
  };
}
