/**
 * Every signal, update and query of the workflow `stay`: the public contract (`docs/messages.md`). An exported name is
 * its wire name and `Signal`, `Update` or `Query`. Each message is one object; new fields are optional.
 */
import { defineQuery, defineSignal, defineUpdate, type SignalDefinition } from '@temporalio/workflow';
import type { StayState } from '../../src/domain/stay/state.js';
import type { OtherGuestIds, UserIdentityIds } from '../../src/domain/model/erasure.js';
import type { DraftAnswers, DraftRun } from '../../src/domain/stay/dry-run.js';
import type { KeyOutcome } from '../../src/domain/key-request/outcome.js';
import type { AwaitedKeys } from '../../src/domain/model/key-request-schema.js';
import type { ExchangeEnd } from '../../src/domain/model/exchange-schema.js';
import type { Exchange, ExchangeStanding, Vote } from '../../src/domain/model/exchange.js';
import type { MessageInput, MessageName } from '../../src/domain/model/message-schema.js';
import type { RecordedKey } from '../../src/domain/model/drift.js';
import type { StaySnapshotInput } from '../../src/domain/model/snapshot-schema.js';
import type { StayPhase, StayView } from '../../src/domain/model/stay-view.js';

/** Argument of the workflow `stay`: all optional, so that a plain start by name and update-with-start both work. */
export interface StayStart {
  readonly snapshot?: StaySnapshotInput;
  /** State of the previous run; set by continue-as-new only. */
  readonly carried?: StayState;
}

/** Result of the workflow `stay`. */
export interface StaySummary {
  readonly stay: string;
  readonly phase: StayPhase;
  readonly overrides: number;
  readonly joiners: number;
}

/** Change for a dry run with the query `planFor`: one of the signals, or a whole snapshot. */
export type PlannedChange =
  | { readonly [Name in MessageName]: { readonly message: Name; readonly payload: MessageInput<Name> } }[MessageName]
  | { readonly message: 'applyReservation'; readonly payload: StaySnapshotInput };

/** Returns the keys of the stay with what Seam should have of them, for the audit of the property. */
export const keyRecordsQuery = defineQuery<readonly RecordedKey[]>('keyRecords');

/** Records the whole state of the reservation; returns before keys exist. Rejects with a typed failure. */
export const applyReservationUpdate = defineUpdate<StayView, [StaySnapshotInput]>('applyReservation');

export const addGuestsSignal = defineSignal<[MessageInput<'addGuests'>]>('addGuests');
export const removeGuestSignal = defineSignal<[MessageInput<'removeGuest'>]>('removeGuest');
export const sameGuestSignal = defineSignal<[MessageInput<'sameGuest'>]>('sameGuest');
export const changeRoomsSignal = defineSignal<[MessageInput<'changeRooms'>]>('changeRooms');
export const changeDatesSignal = defineSignal<[MessageInput<'changeDates'>]>('changeDates');
export const checkInSignal = defineSignal<[MessageInput<'checkIn'>]>('checkIn');
export const checkOutSignal = defineSignal<[MessageInput<'checkOut'>]>('checkOut');
export const cancelSignal = defineSignal<[MessageInput<'cancel'>]>('cancel');
export const retrySignal = defineSignal<[MessageInput<'retry'>]>('retry');
export const replaceKeySignal = defineSignal<[MessageInput<'replaceKey'>]>('replaceKey');
export const phoneReadySignal = defineSignal<[MessageInput<'phoneReady'>]>('phoneReady');
export const holdSignal = defineSignal<[MessageInput<'hold'>]>('hold');
export const releaseSignal = defineSignal<[MessageInput<'release'>]>('release');
export const forceSignal = defineSignal<[MessageInput<'force'>]>('force');
export const blockSignal = defineSignal<[MessageInput<'block'>]>('block');
export const joinToSignal = defineSignal<[MessageInput<'joinTo'>]>('joinTo');
export const credentialChangedSignal = defineSignal<[MessageInput<'credentialChanged'>]>('credentialChanged');
export const leaseChangedSignal = defineSignal<[MessageInput<'leaseChanged'>]>('leaseChanged');
export const phoneChangedSignal = defineSignal<[MessageInput<'phoneChanged'>]>('phoneChanged');
export const phoneAccessMadeSignal = defineSignal<[MessageInput<'phoneAccessMade'>]>('phoneAccessMade');
export const policyChangedSignal = defineSignal<[MessageInput<'policyChanged'>]>('policyChanged');
export const driftFoundSignal = defineSignal<[MessageInput<'driftFound'>]>('driftFound');
export const readingRefusedSignal = defineSignal<[MessageInput<'readingRefused'>]>('readingRefused');

/**
 * Returns the progress of a key request: as soon as it is done or refused, and after `withinMs` at the latest. Fails
 * with `InvalidMessage` for an invalid argument.
 */
export const awaitKeysUpdate = defineUpdate<KeyOutcome, [AwaitedKeys]>('awaitKeys');

/**
 * Asks the stay to agree to an exchange of rooms. The vote never changes. A stay that has agreed changes no claim before
 * it receives the outcome. Fails with `InvalidMessage` for an invalid argument.
 */
export const voteUpdate = defineUpdate<Vote, [Exchange]>('vote');

/** Ends an exchange that the stay has voted on. Fails with `InvalidMessage` for an invalid argument. */
export const settleExchangeUpdate = defineUpdate<void, [ExchangeEnd]>('settleExchange');

/** All signals, by name. */
export const staySignals: { readonly [Name in MessageName]: SignalDefinition<[MessageInput<Name>]> } = {
  addGuests: addGuestsSignal,
  removeGuest: removeGuestSignal,
  sameGuest: sameGuestSignal,
  changeRooms: changeRoomsSignal,
  changeDates: changeDatesSignal,
  checkIn: checkInSignal,
  checkOut: checkOutSignal,
  cancel: cancelSignal,
  retry: retrySignal,
  replaceKey: replaceKeySignal,
  phoneReady: phoneReadySignal,
  hold: holdSignal,
  release: releaseSignal,
  force: forceSignal,
  block: blockSignal,
  joinTo: joinToSignal,
  credentialChanged: credentialChangedSignal,
  driftFound: driftFoundSignal,
  leaseChanged: leaseChangedSignal,
  phoneChanged: phoneChangedSignal,
  phoneAccessMade: phoneAccessMadeSignal,
  policyChanged: policyChangedSignal,
  readingRefused: readingRefusedSignal,
};

/** View of the stay: phase, guests, keys, plan with reasons, attention, timeline. No names, no contacts. */
export const stayQuery = defineQuery<StayView>('stay');

/** Seam's `user_identity_id` of each guest, by `guestId`. */
export const userIdentityIdsQuery = defineQuery<UserIdentityIds>('userIdentityIds');
export const otherGuestIdsQuery = defineQuery<OtherGuestIds>('otherGuestIds');

/** Rooms that the stay would exchange, and the exchange that it has agreed to. */
export const exchangeQuery = defineQuery<ExchangeStanding>('exchange');

/** Returns the dry run of a change: steps, attention and reasons. Changes nothing. */
export const planForQuery = defineQuery<DraftRun, [PlannedChange & DraftAnswers]>('planFor');
