/**
 * Mews's WebSocket: events within a second, where webhooks take minutes. It is made again whenever it ends; after that, what it missed
 * meanwhile is asked for. Commands of the front desk ("cut a key") come by it, and are answered.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { StayNotFound } from '../../../client.js';
import type { StayName } from '../../../stay/ids.js';
import { outcomeOf, type KeyOutcome } from '../../../stay/key-desk/outcome.js';
import type { Call, Door } from '../../ingress/adapter.js';
import type { MewsApi } from './api.js';
import { messageSchema, type MewsCommand } from './wire.js';

export interface ListeningOptions {
  readonly api: MewsApi;
  readonly wsUrl: string;
  readonly cookie: string;
  readonly nameOf: (reservationId: string) => StayName;
  /** How long a front desk is kept waiting for a key; milliseconds. */
  readonly commandMs: number;
}

const PING_MS = 20_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** Clocks differ, and what happens while a connection breaks may have been sent before. */
const OVERLAP_MS = 60_000;
/** How far back the first connection looks. */
const TAKEOVER_MS = 15 * 60_000;
const LOOK_EVERY_MS = 500;

/** Resolves when `call.signal` fires. */
export async function listenToMews(options: ListeningOptions, door: Door, call: Call): Promise<void> {
  const underway = new Set<string>();
  let pauseMs = FIRST_PAUSE_MS;
  // Whoever listened before may have died: what he missed is caught up with as well.
  let heardUntil = Date.now() - TAKEOVER_MS;
  while (!call.signal.aborted) {
    let hearsSince: number | undefined;
    await connection(options, door, call, {
      underway,
      onOpen: async () => {
        const began = Date.now();
        await catchUp(options, door, underway, heardUntil);
        hearsSince = began;
        pauseMs = FIRST_PAUSE_MS;
        door.count('connected');
      },
    }).catch(() => door.count('disconnected'));
    // A connection may have been dead for two pings before that was found.
    if (hearsSince !== undefined) heardUntil = Math.max(hearsSince, Date.now() - 2 * PING_MS) - OVERLAP_MS;
    await delay(pauseMs, undefined, { signal: call.signal }).catch(() => undefined);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

interface Handling {
  readonly underway: Set<string>;
  readonly onOpen: () => Promise<void>;
}

/** One connection, until it ends. @throws Error if it does, or if what it missed cannot be asked for */
async function connection(
  options: ListeningOptions,
  door: Door,
  { signal }: Call,
  { underway, onOpen }: Handling,
): Promise<void> {
  const socket = new WebSocket(options.wsUrl, { headers: { cookie: options.cookie } });
  let isAlive = true;
  const beat = setInterval(() => {
    // Nothing came since the last ping, not even its answer.
    if (!isAlive) socket.terminate();
    isAlive = false;
    if (socket.readyState === WebSocket.OPEN) socket.ping();
  }, PING_MS);
  const close = (): void => socket.terminate();
  signal.addEventListener('abort', close, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.on('pong', () => (isAlive = true));
      socket.on('close', () => resolve());
      socket.on('error', reject);
      socket.on('open', () => void onOpen().catch(reject));
      socket.on('message', (data) => {
        isAlive = true;
        void hear(options, door, underway, textOf(data)).catch(reject);
      });
    });
    if (!signal.aborted) throw new Error('the connection has ended');
  } finally {
    clearInterval(beat);
    signal.removeEventListener('abort', close);
    socket.terminate();
  }
}

async function hear(options: ListeningOptions, door: Door, underway: Set<string>, text: string): Promise<void> {
  const message = messageSchema.safeParse(parsed(text));
  if (!message.success) {
    door.count('unreadable');
    return;
  }
  const ids = (type: string): string[] =>
    message.data.Events.flatMap((event) => (event.Type === type && event.Id != null ? [event.Id] : []));
  const changed = [...new Set(ids('Reservation'))];
  if (changed.length > 0) await door.changed(changed.map(options.nameOf));
  for (const id of ids('DeviceCommand')) {
    if (underway.has(id)) continue;
    const command = await options.api.command(id);
    if (command !== undefined) carryOut(options, door, underway, command);
  }
}

/** What came while nobody listened. */
async function catchUp(
  options: ListeningOptions,
  door: Door,
  underway: Set<string>,
  heardUntil: number,
): Promise<void> {
  for (const command of await options.api.activeCommands()) carryOut(options, door, underway, command);
  const window = { from: new Date(heardUntil).toISOString(), to: new Date(Date.now() + OVERLAP_MS).toISOString() };
  let cursor: string | undefined;
  do {
    const page = await options.api.list({
      filter: 'UpdatedUtc',
      ...window,
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (page.ids.length > 0) await door.changed(page.ids.map(options.nameOf));
    cursor = page.next;
  } while (cursor !== undefined);
}

const OPEN: readonly string[] = ['Pending', 'Received', 'Processing'];

/** Other devices are somebody else's. What fails is left active at Mews, and comes again with the next connection. */
function carryOut(options: ListeningOptions, door: Door, underway: Set<string>, command: MewsCommand): void {
  if (command.Device?.Type !== 'KeyCutter' || !OPEN.includes(command.State) || underway.has(command.Id)) return;
  underway.add(command.Id);
  void cutKey(options, door, command)
    .catch(() => door.count('command-failed'))
    .finally(() => underway.delete(command.Id));
}

/** A key to cut is no state of the reservation: the reservation says who shall have keys, and is read again. */
async function cutKey({ api, nameOf, commandMs }: ListeningOptions, door: Door, command: MewsCommand): Promise<void> {
  const { Id: id } = command;
  const reservationId = command.Data?.ReservationId;
  if (reservationId == null) {
    await api.updateCommand(id, 'Error', 'The command names no reservation.');
    return;
  }
  const name = nameOf(reservationId);
  await api.updateCommand(id, 'Processing');
  await door.changed([name]);
  const deadline = Date.now() + commandMs;
  await readInTime(door, name, commandMs);
  const outcome = await outcomeInTime(door, name, deadline);
  await api.updateCommand(id, outcome.kind === 'done' ? 'Processed' : 'Error', outcome.text);
  door.count(`command-${outcome.kind}`);
}

/** Before that, the stay may not know yet for whom the key is. What fails here is read by itself later. */
async function readInTime(door: Door, name: StayName, ms: number): Promise<void> {
  const waiting = new AbortController();
  const read = door.reread(name).catch(() => undefined);
  await Promise.race([read, delay(ms, undefined, { signal: waiting.signal }).catch(() => undefined)]);
  waiting.abort();
}

async function outcomeInTime(door: Door, name: StayName, deadline: number): Promise<KeyOutcome> {
  let outcome: KeyOutcome = { kind: 'pending', text: 'The reservation has not been read yet; that goes on by itself.' };
  while (Date.now() < deadline) {
    outcome = (await look(door, name)) ?? outcome;
    if (outcome.kind !== 'pending') return outcome;
    await delay(LOOK_EVERY_MS);
  }
  return outcome;
}

async function look(door: Door, name: StayName): Promise<KeyOutcome | undefined> {
  try {
    const view = await door.stays.view(name);
    if (view.rooms.length === 0) return { kind: 'pending', text: 'No room is assigned yet.' };
    return outcomeOf({ kind: 'modify', rooms: [] }, view);
  } catch (error) {
    if (error instanceof StayNotFound) return undefined;
    throw error;
  }
}

function textOf(data: unknown): string {
  return Buffer.isBuffer(data) ? data.toString('utf8') : '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
