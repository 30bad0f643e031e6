/**
 * Mews's WebSocket: events within a second, where webhooks take minutes. It reconnects whenever it ends, and then
 * requests the changes that it missed. It also receives commands of the front desk ("cut a key"), and hands them over.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { defined } from '../../../domain/model/defined.js';
import type { StayName } from '../../../domain/model/ids.js';
import { LARGEST_ANSWER_BYTES } from '../../../http/outgoing.js';
import type { Call, Door } from '../../ingress/adapter.js';
import { jsonIn } from '../parts/json.js';
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
/** Overlap of two listings: clocks differ, and an event may be sent just before its connection breaks. */
const OVERLAP_MS = 60_000;
/** Time before the first connection for which changes are requested. */
const TAKEOVER_MS = 15 * 60_000;
/** Interval of requests for commands: a device that is set up while the connection is open sends no event for them. */
const ASK_FOR_COMMANDS_MS = 60_000;

/** Listens, and reconnects, until `call.signal` fires; then resolves. */
export async function listenToMews(options: ListeningOptions, door: Door, call: Call): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS;
  // The previous listener may have crashed: the changes that it missed are requested, too.
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
    // A dead connection is found after up to two pings.
    if (hearsSince !== undefined) heardUntil = Math.max(hearsSince, Date.now() - 2 * PING_MS) - OVERLAP_MS;
    await delay(pauseMs, undefined, { signal: call.signal }).catch(() => undefined);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

/** Returns true if Mews refuses the tokens: only a person can fix that. */
function isRefused(error: unknown): boolean {
  return error instanceof Error && /Unexpected server response: 40[13]/.test(error.message);
}

/** Holds one connection until it ends. @throws Error if it ends, or if the request for missed changes fails */
async function connection(
  options: ListeningOptions,
  door: Door,
  { signal }: Call,
  onOpen: () => Promise<void>,
): Promise<void> {
  const socket = new WebSocket(options.wsUrl, {
    headers: { cookie: options.cookie },
    maxPayload: LARGEST_ANSWER_BYTES,
  });
  let isAlive = true;
  const beat = setInterval(() => {
    // Nothing arrived since the last ping, not even the pong.
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
  const message = messageSchema.safeParse(jsonIn(text));
  if (!message.success) {
    door.count('unreadable');
    return;
  }
  const { Events } = message.data;
  const changed = Events.flatMap(({ Type, Id }) => (Type === 'Reservation' && Id != null ? [Id] : []));
  if (changed.length > 0) await door.changed([...new Set(changed)].map(nameOf));
  // Mews also sends events for our own answers to commands.
  const asked = Events.filter(({ Type, State }) => Type === 'DeviceCommand' && isWaiting(State ?? WAITING[0]));
  for (const { Id } of asked) if (Id != null) await door.command(Id);
}

/** Requests the commands and updates that arrived while no connection was open. */
async function catchUp({ api, nameOf }: ListeningOptions, door: Door, heardUntil: number): Promise<void> {
  await takeCommands(api, door);
  const window = { from: new Date(heardUntil).toISOString(), to: new Date(Date.now() + OVERLAP_MS).toISOString() };
  let cursor: string | undefined;
  do {
    const page = await api.list({ filter: 'UpdatedUtc', ...window, ...defined({ cursor }) });
    if (page.ids.length > 0) await door.changed(page.ids.map(nameOf));
    cursor = page.next;
  } while (cursor !== undefined);
}

/** Hands over the active commands of the key cutter. */
async function takeCommands(api: MewsApi, door: Door): Promise<void> {
  const commands = await api.activeCommands();
  for (const { Id, Device } of commands) if (Device?.Type === KEY_CUTTER) await door.command(Id);
}

function textOf(data: unknown): string {
  return Buffer.isBuffer(data) ? data.toString('utf8') : '';
}
