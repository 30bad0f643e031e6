/** A room for tests: stays by short names, times as whole or broken hours of one day. Its news are delivered after every message, as the workflow does. */
import { stayWorkflowId, roomWorkflowId } from '../../../../src/domain/model/ids.js';
import { instantAt, type Instant, type Window } from '../../../../src/domain/model/instants.js';
import type { Claim, KeyReport, LeaseDecision } from '../../../../src/domain/model/lease.js';
import { newRoomState, type RoomState } from '../../../../src/domain/room/state.js';
import * as rules from '../../../../src/domain/room/rules.js';
import type { RoomForce, RoomRelease } from '../../../../src/domain/model/room-message-schema.js';
import { roomViewOf, type RoomView } from '../../../../src/domain/room/view.js';

const PROPERTY = 'seaside';
export const ROOM = '101';

/** `at(14.5)` is 14:30 of the day; `at(24)` the midnight after it. */
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
  readonly book: RoomState;
  /** What stays were told last, by their short names; part 0. */
  readonly told: ReadonlyMap<string, LeaseDecision>;
  /** Who was told something other than as an answer, since the last look. */
  news(): readonly string[];
  passTo(now: number): ARoom;
  claim(name: string, window: readonly [number, number], fields?: ClaimFields): LeaseDecision;
  release(name: string, fields?: Partial<RoomRelease>): ARoom;
  force(name: string, fields?: Partial<RoomForce>): ARoom;
  report(name: string, keys: readonly KeyReport[], fields?: { readonly seq?: number; readonly chain?: string }): ARoom;
  /** Temporal does not find the stay any more, which was of this chain of runs. */
  gone(name: string, chain: string): ARoom;
  view(): RoomView;
  decision(name: string): LeaseDecision | undefined;
}

export function aRoom(start = 0): ARoom {
  const book = newRoomState(roomWorkflowId({ propertyId: PROPERTY, room: ROOM }), PROPERTY, ROOM, at(start));
  const told = new Map<string, LeaseDecision>();
  let now = start;
  let heard: string[] = [];
  const shortName = (stayId: string): string => stayId.split('/').at(-1) ?? stayId;
  const deliver = (): ARoom => {
    for (const { stayId, news } of rules.changedDecisions(book, at(now))) {
      heard.push(shortName(stayId));
      if (news.part === 0) told.set(shortName(stayId), news.decision);
    }
    return room;
  };
  const room: ARoom = {
    book,
    told,
    news() {
      const since = heard;
      heard = [];
      return since;
    },
    passTo(later) {
      now = later;
      rules.passTime(book, at(now));
      return deliver();
    },
    claim(name, window, fields = {}) {
      const { decision } = rules.takeClaim(book, { stayId: stay(name), window: hours(window), ...fields }, at(now));
      if ((fields.part ?? 0) === 0) told.set(name, decision);
      deliver();
      return decision;
    },
    release(name, fields = {}) {
      rules.takeRelease(book, { stayId: stay(name), ...fields }, at(now));
      return deliver();
    },
    force(name, fields = {}) {
      rules.takeForce(book, { stayId: stay(name), reason: 'the guest is here', ...fields }, at(now));
      return deliver();
    },
    report(name, keys, fields = {}) {
      rules.takeReport(book, { stayId: stay(name), keys: [...keys], ...fields }, at(now));
      return deliver();
    },
    gone(name, chain) {
      rules.takeGone(book, { stayId: stay(name), chain }, at(now));
      return deliver();
    },
    view: () => roomViewOf(book, at(now)),
    decision: (name) => told.get(name),
  };
  return room;
}

/** A key that is alive, an override unless a lineage is given. */
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
