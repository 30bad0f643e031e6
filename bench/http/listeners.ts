/** Listeners of the event stream `GET /v1/events`, each with a connection of its own. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Listeners {
  /** Waits until every listener has heard of all these reservations. @throws Error if one has not after two minutes */
  heardAll(reservationIds: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

const PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 100;
const RESERVATION = /"reservationId":"([^"]+)"/g;
/** Longest text that a reservation id can be split over. */
const OVERLAP = 200;

/**
 * Opens so many streams with each key. Resolves when all are open.
 * @param url root URL of the server
 * @throws Error for a stream that the server refuses
 */
export async function openListeners(
  url: string,
  { keys, streamsOfKey }: { readonly keys: readonly string[]; readonly streamsOfKey: number },
): Promise<Listeners> {
  const leaving = new AbortController();
  const heard: Set<string>[] = [];
  const reading: Promise<void>[] = [];
  const open = async (key: string): Promise<void> => {
    const headers = { authorization: `Bearer ${key}` };
    const response = await fetch(`${url}/v1/events`, { headers, signal: leaving.signal });
    if (!response.ok || response.body === null) throw new Error(`A stream was refused with ${response.status}`);
    const own = new Set<string>();
    heard.push(own);
    reading.push(
      read(response.body, own).catch((error: unknown) => {
        if (!leaving.signal.aborted) throw error;
      }),
    );
  };
  await Promise.all(keys.flatMap((key) => Array.from({ length: streamsOfKey }, () => open(key))));
  return {
    async heardAll(reservationIds) {
      const giveUpAt = performance.now() + PATIENCE_MS;
      while (!heard.every((own) => reservationIds.every((id) => own.has(id)))) {
        if (performance.now() > giveUpAt) throw new Error('A listener has not heard of every reservation');
        await delay(LOOK_EVERY_MS);
      }
    },
    async close() {
      leaving.abort();
      await Promise.all(reading);
    },
  };
}

async function read(body: ReadableStream<Uint8Array>, heard: Set<string>): Promise<void> {
  let rest = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const text = rest + chunk;
    for (const [, id = ''] of text.matchAll(RESERVATION)) heard.add(id);
    rest = text.slice(-OVERLAP);
  }
}
