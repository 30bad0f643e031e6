/**
 * Dispatch of an event to the stays that it is about. Order and repetition do not matter: stays re-read the state from
 * Seam.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageInput } from '../../domain/model/message-schema.js';
import type { SeamEvent } from './event.js';

type StaySignal =
  | { readonly name: 'credentialChanged'; readonly payload: MessageInput<'credentialChanged'> }
  | { readonly name: 'phoneChanged'; readonly payload: MessageInput<'phoneChanged'> };

/** Open stays in Temporal. Both methods reject if Temporal is not available. */
export interface OpenStays {
  /** Returns the workflow ids of the stays with a credential or phone, by the search attribute `StayKeys`. */
  holding(id: string): Promise<readonly string[]>;
  /** Sends the signal. Returns false if the stay has ended meanwhile. */
  signal(stayId: string, signal: StaySignal): Promise<boolean>;
}

/** Reference to a credential and its access system. */
export interface CredentialRef {
  readonly acsCredentialId: string;
  readonly acsSystemId: string;
}

export interface HandOverOptions {
  readonly stays: OpenStays;
  /**
   * Returns the key of which the credential is a copy, or undefined. Rejects if Seam does not answer now. Absent where
   * Seam is not reachable.
   */
  readonly parentOf?: (credential: CredentialRef) => Promise<string | undefined>;
  /**
   * Waiting times before each further search for a stay, in milliseconds. Search attributes arrive some time after
   * keys.
   */
  readonly lookAgainAfterMs?: readonly number[];
}

export type HandOverOutcome =
  | { readonly kind: 'handed-over'; readonly stays: readonly string[] }
  /** No open stay holds it: the key of another application, or one that a stay dropped long ago. */
  | { readonly kind: 'no-stay' }
  /** No signal is sent: stays detect an outage, and its end, themselves. */
  | { readonly kind: 'noted' }
  /** Event type that does not concern keys. */
  | { readonly kind: 'ignored' }
  /** Event that was already handled. */
  | { readonly kind: 'repeated' };

/** Handler of events. It rejects if it cannot determine an event's stays; the event should then be delivered again. */
export interface EventHandler {
  take(event: SeamEvent): Promise<HandOverOutcome>;
}

/**
 * Waiting times of further searches. An answer takes at most their sum plus some calls, well below Svix's limit of 15
 * s.
 */
const LOOK_AGAIN_AFTER_MS = [200, 400, 800, 1_600];

/**
 * Number of event ids kept. Stays detect repeats of their last thousand requests, also after a restart; this saves the
 * search.
 */
const REMEMBERED_EVENTS = 10_000;

/** Creates a handler that signals each event to the stays that hold its credential or phone. */
export function openEventHandler(options: HandOverOptions): EventHandler {
  const taken = new Map<string, Promise<HandOverOutcome>>();
  return {
    async take(event) {
      const before = taken.get(event.eventId);
      if (before !== undefined) {
        await before;
        return { kind: 'repeated' };
      }
      const outcome = handOver(event, options);
      taken.set(event.eventId, outcome);
      for (const oldest of taken.keys()) {
        if (taken.size <= REMEMBERED_EVENTS) break;
        taken.delete(oldest);
      }
      // An event that found no stay, or failed, is handled again if it is sent again manually.
      let isDone = false;
      try {
        const { kind } = await outcome;
        isDone = kind !== 'no-stay';
        return await outcome;
      } finally {
        if (!isDone) taken.delete(event.eventId);
      }
    },
  };
}

async function handOver(event: SeamEvent, options: HandOverOptions): Promise<HandOverOutcome> {
  const { eventId, eventType } = event;
  const about = { eventType, eventId, requestId: eventId };
  switch (event.kind) {
    case 'credential': {
      const { id, stays } = await holdersOf(event, options);
      return signalStays(stays, { name: 'credentialChanged', payload: { acsCredentialId: id, ...about } }, options);
    }
    case 'phone': {
      const stays = await lookRepeatedly(event.deviceId, options);
      return signalStays(stays, { name: 'phoneChanged', payload: { deviceId: event.deviceId, ...about } }, options);
    }
    case 'system':
      return { kind: 'noted' };
    case 'other':
      return { kind: 'ignored' };
    default:
      return event satisfies never;
  }
}

/**
 * Finds the stays that hold a credential. A key has one copy on each phone, with an id that no stay has, so an event
 * about a copy counts for its key. The arrival of a copy on its phone changes nothing about the key. It is not worth a
 * call to Seam.
 */
async function holdersOf(
  credential: CredentialRef & { readonly eventType: string },
  options: HandOverOptions,
): Promise<{ readonly id: string; readonly stays: readonly string[] }> {
  const { acsCredentialId, eventType } = credential;
  const holders = await options.stays.holding(acsCredentialId);
  if (holders.length > 0) return { id: acsCredentialId, stays: holders };
  const parent = eventType === 'acs_credential.issued' ? undefined : await options.parentOf?.(credential);
  const id = parent ?? acsCredentialId;
  return { id, stays: await lookRepeatedly(id, options) };
}

async function lookRepeatedly(id: string, options: HandOverOptions): Promise<readonly string[]> {
  const { stays, lookAgainAfterMs = LOOK_AGAIN_AFTER_MS } = options;
  for (const ms of [0, ...lookAgainAfterMs]) {
    if (ms > 0) await sleep(ms);
    const holders = await stays.holding(id);
    if (holders.length > 0) return holders;
  }
  return [];
}

async function signalStays(
  stayIds: readonly string[],
  signal: StaySignal,
  { stays }: HandOverOptions,
): Promise<HandOverOutcome> {
  const delivered = await Promise.all(stayIds.map((stayId) => stays.signal(stayId, signal)));
  const informed = stayIds.filter((_, index) => delivered[index] === true);
  return informed.length === 0 ? { kind: 'no-stay' } : { kind: 'handed-over', stays: informed };
}
