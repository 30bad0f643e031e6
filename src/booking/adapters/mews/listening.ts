/**
 * Mews's WebSocket: events within a second, where webhooks take minutes. It is made again whenever it ends; after that, what it missed
 * meanwhile is asked for. Commands of the front desk ("cut a key") come by it, and are handed over.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { StayName } from '../../../domain/model/ids.js';
import type { Call, Door } from '../../ingress/adapter.js';
import type { MewsApi } from './api.js';
import { isWaiting, KEY_CUTTER, messageSchema, WAITING } from './wire.js';

export interface ListeningOptions {
  readonly api: MewsApi;
  readonly wsUrl: string;
  readonly cookie: string;
  readonly nameOf: (reservationId: string) => StayName;
}

const PING_MS = 20_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** Clocks differ, and what happens while a connection breaks may have been sent before. */
const OVERLAP_MS = 60_000;
/** How far back the first connection looks. */
const TAKEOVER_MS = 15 * 60_000;
/** A device that was set up while the connection was open tells nobody of its commands: they are asked for. */
const ASK_FOR_COMMANDS_MS = 60_000;

/** Resolves when `call.signal` fires. */
export async function listenToMews(options: ListeningOptions, door: Door, call: Call): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS;
  // Whoever listened before may have died: what he missed is caught up with as well.
  let heardUntil = Date.now() - TAKEOVER_MS;
  while (!call.signal.aborted) {
    let hearsSince: number | undefined;
    await connection(options, door, call, async () => {
      const began = Date.now();
      await catchUp(options, door, heardUntil);
      hearsSince = began;
      pauseMs = FIRST_PAUSE_MS;
      door.count('connected');
    }).catch((error: unknown) => door.count(isRefused(error) ? 'refused' : 'disconnected'));
    // A connection may have been dead for two pings before that was found.
    if (hearsSince !== undefined) heardUntil = Math.max(hearsSince, Date.now() - 2 * PING_MS) - OVERLAP_MS;
    await delay(pauseMs, undefined, { signal: call.signal }).catch(() => undefined);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

/** The tokens are not right: nothing but a person helps. */
function isRefused(error: unknown): boolean {
  return error instanceof Error && /Unexpected server response: 40[13]/.test(error.message);
}

/** One connection, until it ends. @throws Error if it does, or if what it missed cannot be asked for */
async function connection(
  options: ListeningOptions,
  door: Door,
  { signal }: Call,
  onOpen: () => Promise<void>,
): Promise<void> {
  const socket = new WebSocket(options.wsUrl, { headers: { cookie: options.cookie } });
  let isAlive = true;
  const beat = setInterval(() => {
    // Nothing came since the last ping, not even its answer.
    if (!isAlive) socket.terminate();
    isAlive = false;
    if (socket.readyState === WebSocket.OPEN) socket.ping();
  }, PING_MS);
  const ask = setInterval(() => {
    takeCommands(options.api, door).catch(() => door.count('commands-unknown'));
  }, ASK_FOR_COMMANDS_MS);
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
        void hear(options, door, textOf(data)).catch(reject);
      });
    });
    if (!signal.aborted) throw new Error('the connection has ended');
  } finally {
    clearInterval(beat);
    clearInterval(ask);
    signal.removeEventListener('abort', close);
    socket.terminate();
  }
}

async function hear({ nameOf }: ListeningOptions, door: Door, text: string): Promise<void> {
  const message = messageSchema.safeParse(parsed(text));
  if (!message.success) {
    door.count('unreadable');
    return;
  }
  const { Events } = message.data;
  const changed = Events.flatMap(({ Type, Id }) => (Type === 'Reservation' && Id != null ? [Id] : []));
  if (changed.length > 0) await door.changed([...new Set(changed)].map(nameOf));
  // What we answer is told to us as well.
  const asked = Events.filter(({ Type, State }) => Type === 'DeviceCommand' && isWaiting(State ?? WAITING[0]));
  for (const { Id } of asked) if (Id != null) await door.command(Id);
}

/** What came while nobody listened. */
async function catchUp({ api, nameOf }: ListeningOptions, door: Door, heardUntil: number): Promise<void> {
  await takeCommands(api, door);
  const window = { from: new Date(heardUntil).toISOString(), to: new Date(Date.now() + OVERLAP_MS).toISOString() };
  let cursor: string | undefined;
  do {
    const page = await api.list({ filter: 'UpdatedUtc', ...window, ...(cursor === undefined ? {} : { cursor }) });
    if (page.ids.length > 0) await door.changed(page.ids.map(nameOf));
    cursor = page.next;
  } while (cursor !== undefined);
}

/** Those that nobody has begun. */
async function takeCommands(api: MewsApi, door: Door): Promise<void> {
  const commands = await api.activeCommands();
  for (const { Id, Device } of commands) if (Device?.Type === KEY_CUTTER) await door.command(Id);
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
