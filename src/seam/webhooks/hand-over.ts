/** Brings an event to the stays that it is about. Any order and any repetition will do: stays read again what is true. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageInput } from '../../domain/model/message-schema.js';
import type { SeamEvent } from './event.js';

type StaySignal =
  | { readonly name: 'credentialChanged'; readonly payload: MessageInput<'credentialChanged'> }
  | { readonly name: 'phoneChanged'; readonly payload: MessageInput<'phoneChanged'> };

/** The open stays, as Temporal knows them. Both reject if it cannot be asked. */
export interface OpenStays {
  /** Workflow ids of the stays that a credential or phone belongs to, by the search attribute `StayKeys`. */
  holding(id: string): Promise<readonly string[]>;
  /** False if the stay has ended meanwhile. */
  signal(stayId: string, signal: StaySignal): Promise<boolean>;
}

/** A credential, and the access system that it is for. */
export interface CredentialRef {
  readonly acsCredentialId: string;
  readonly acsSystemId: string;
}

export interface HandOverOptions {
  readonly stays: OpenStays;
  /**
   * The key of which the credential is a copy, if it is one; absent where Seam cannot be asked from here. Rejects if it does not
   * answer now.
   */
  readonly parentOf?: (credential: CredentialRef) => Promise<string | undefined>;
  /** Milliseconds to wait before each further look for a stay: search attributes arrive a while after keys. */
  readonly lookAgainAfterMs?: readonly number[];
}

export type HandOverOutcome =
  | { readonly kind: 'handed-over'; readonly stays: readonly string[] }
  /** No open stay holds it: another application's key, or one that a stay has long forgotten. */
  | { readonly kind: 'no-stay' }
  /** Stays need not be told: they meet an outage, and its end, by themselves. */
  | { readonly kind: 'noted' }
  /** A type of event that says nothing about keys. */
  | { readonly kind: 'ignored' }
  /** This event was taken before. */
  | { readonly kind: 'repeated' };

/** Takes events in. Rejects if it cannot know whom an event is for: then it should be delivered again. */
export interface EventHandler {
  take(event: SeamEvent): Promise<HandOverOutcome>;
}

/** Answering takes at most their sum, and some calls: well below the 15 s that Svix gives a receiver. */
const LOOK_AGAIN_AFTER_MS = [200, 400, 800, 1_600];

/** Stays recognise repeats of the last thousand requests by themselves, also after a restart; this spares the asking. */
const REMEMBERED_EVENTS = 10_000;

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
      // Sent again by hand, an event that found no stay, or no answer, gets another chance.
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
      return tell(stays, { name: 'credentialChanged', payload: { acsCredentialId: id, ...about } }, options);
    }
    case 'phone': {
      const stays = await lookRepeatedly(event.deviceId, options);
      return tell(stays, { name: 'phoneChanged', payload: { deviceId: event.deviceId, ...about } }, options);
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
 * A key has copies, one on each phone, with ids that no stay knows: an event about a copy is one about its key. But that a copy has
 * reached its phone is no news of the key, and not worth a question to Seam.
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

async function tell(
  stayIds: readonly string[],
  signal: StaySignal,
  { stays }: HandOverOptions,
): Promise<HandOverOutcome> {
  const heard = await Promise.all(stayIds.map((stayId) => stays.signal(stayId, signal)));
  const told = stayIds.filter((_, index) => heard[index] === true);
  return told.length === 0 ? { kind: 'no-stay' } : { kind: 'handed-over', stays: told };
}
