/**
 * Commands of Mews's front desk to cut a key. A command is not state of the reservation: the reservation says who gets
 * keys, and is read again. The answer to the command reports the result.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { StayView } from '../../../client.js';
import type { StayName } from '../../../domain/model/ids.js';
import { outcomeOf, type KeyOutcome } from '../../../domain/key-request/outcome.js';
import type { CommandCall, Door } from '../../ingress/adapter.js';
import { BookingSystemError } from '../../ingress/errors.js';
import type { MewsApi } from './api.js';
import { isOpen, KEY_CUTTER } from './wire.js';

export interface CommandOptions {
  readonly api: MewsApi;
  readonly nameOf: (reservationId: string) => StayName;
  /** Longest wait of a front desk for a key, in milliseconds. */
  readonly commandMs: number;
}

const BEFORE_ITS_END: readonly StayView['phase'][] = ['expected', 'ready', 'in-house'];
const LOOK_EVERY_MS = 500;
/** Least time of an attempt, enough for one look, if an earlier attempt used up the time. */
const LEAST_MS = 2_000;

const NOT_YET = new BookingSystemError('POST commands/getAllByIds', { kind: 'unavailable' });

/**
 * Carries out one command and reports the result to Mews. Does nothing if the command is done, is cancelled, or is for
 * another device.
 * @throws BookingSystemError
 */
export async function cutKey(
  { api, nameOf, commandMs }: CommandOptions,
  { commandId, since, signal }: CommandCall,
  door: Door,
): Promise<void> {
  const command = await api.command(commandId);
  // Reads lag behind events: a missing command is looked up again, but only as long as the front desk waits.
  if (command === undefined && Date.now() < since + commandMs) throw NOT_YET;
  if (command === undefined || command.Device?.Type !== KEY_CUTTER || !isOpen(command.State)) return;
  const reservationId = command.Data?.ReservationId;
  if (reservationId == null) return api.updateCommand(commandId, 'Error', 'The command names no reservation.');
  const name = nameOf(reservationId);
  if (command.State !== 'Processing') await api.updateCommand(commandId, 'Processing');
  // The front desk gets its answer in time even if this call fails.
  await door.changed([name]).catch(() => door.count('command-unheard'));
  const deadline = Math.max(since + commandMs, Date.now() + LEAST_MS);
  await readInTime(door, name, deadline);
  const outcome = await outcomeInTime(door, name, deadline, signal);
  const now = await api.command(commandId);
  if (now === undefined || !isOpen(now.State)) return;
  await api.updateCommand(commandId, outcome.kind === 'done' ? 'Processed' : 'Error', outcome.text);
  door.count(`command-${outcome.kind}`);
}

/**
 * Reads the reservation again until the deadline: before that, the stay may lack the guest. A failed read is retried
 * later.
 */
async function readInTime(door: Door, name: StayName, deadline: number): Promise<void> {
  const waiting = new AbortController();
  const read = door.reread(name).catch(() => undefined);
  const over = delay(deadline - Date.now(), undefined, { signal: waiting.signal }).catch(() => undefined);
  await Promise.race([read, over]);
  waiting.abort();
}

async function outcomeInTime(door: Door, name: StayName, deadline: number, signal: AbortSignal): Promise<KeyOutcome> {
  let outcome: KeyOutcome = {
    kind: 'pending',
    text: 'Stayline has not read the reservation yet. It continues automatically.',
  };
  do {
    outcome = (await look(door, name)) ?? outcome;
    if (outcome.kind !== 'pending') return outcome;
    await delay(LOOK_EVERY_MS, undefined, { signal });
  } while (Date.now() < deadline);
  return outcome;
}

async function look(door: Door, name: StayName): Promise<KeyOutcome | undefined> {
  try {
    const view = await door.stays.view(name);
    if (BEFORE_ITS_END.includes(view.phase) && view.rooms.length === 0)
      return { kind: 'pending', text: 'No room is assigned yet.' };
    return outcomeOf({ kind: 'modify', rooms: [] }, view);
  } catch {
    // There is no stay yet, or it does not answer. Both may pass.
    return undefined;
  }
}
