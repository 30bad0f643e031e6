/**
 * Cost of the HTTP API over the bare Temporal calls behind it. `GET` is compared with the query `stay`, and `PUT` with update-with-start,
 * both called through Temporal's own client. The two sides take turns.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import autocannon, { type Request } from 'autocannon';
import { Client, WithStartWorkflowOperation, type Connection } from '@temporalio/client';
import { makeApiKey } from '../../src/booking/http/index.js';
import { stayWorkflowId, type StaySnapshotInput } from '../../src/client.js';
import { stayStart } from '../../src/client/apply-reservation.js';
import type { Stack } from '../../src/dev/stack.js';
import { connect } from '../../src/temporal/connection.js';
import { applyReservationUpdate, stayQuery } from '../../workflows/stay/messages.js';
import type { stay } from '../../workflows/stay/stay.js';
import { onStack } from '../on-stack.js';
import type { Section } from '../report/section.js';
import { format, spreadOf } from '../report/spread.js';
import { shareOf, takeTurns } from '../report/turns.js';
import { openListeners } from './listeners.js';

const LEAST_SHARE = 0.9;
const AT_ONCE = 16;
const STAYS = 64;
/** Listeners of the event stream: so many API keys, each with as many streams as one key may have open. */
const LISTENING_KEYS = 25;
const STREAMS_OF_KEY = 20;
/** Interval of the bookings that listeners hear of. */
const BOOKING_EVERY_MS = 100;

interface Setting {
  readonly seconds: number;
  /** Even, so that each side is measured first as often as last: later rounds have more stays to carry. */
  readonly rounds: number;
}

const FULL: Setting = { seconds: 8, rounds: 6 };
const QUICK: Setting = { seconds: 3, rounds: 2 };

/** Measures both methods and the event stream, and returns the section of the report. */
export async function measureHttp({ quick }: { readonly quick: boolean }): Promise<Section> {
  const folder = mkdtempSync(path.join(tmpdir(), 'stayline-bench-'));
  const made = ['bench', ...Array.from({ length: LISTENING_KEYS }, (_, index) => `listener-${index}`)].map((keyId) =>
    makeApiKey({ keyId, properties: 'all', access: 'write' }),
  );
  const file = path.join(folder, 'api-keys.json');
  writeFileSync(file, JSON.stringify({ keys: made.map(({ record }) => record) }));
  const [key = '', ...listening] = made.map((one) => one.key);
  const serverSettings = {
    STAYLINE_API_KEYS: file,
    STAYLINE_API_REQUESTS_PER_MINUTE: '10000000',
    STAYLINE_LOG_LEVEL: 'warn',
  };
  try {
    return await onStack({ server: {}, serverSettings }, async (stack) => {
      const connection = await connect(stack.temporal);
      try {
        return await measureAt({ stack, connection, key, listening }, quick ? QUICK : FULL);
      } finally {
        await connection.close();
      }
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Measuring {
  readonly stack: Stack;
  readonly connection: Connection;
  /** API key of the requests that are measured. */
  readonly key: string;
  /** API keys of the listeners. */
  readonly listening: readonly string[];
}

async function measureAt(
  { stack, connection, key, listening }: Measuring,
  { seconds, rounds }: Setting,
): Promise<Section> {
  const { workflow } = new Client({ connection, namespace: stack.temporal.namespace });
  const { propertyId } = stack.simulator.property;

  /** Returns the snapshot of a stay far ahead and without guests, so that nothing runs but what is measured. */
  function snapshotOf(reservationId: string): StaySnapshotInput {
    const window = { from: '2027-06-01T13:00Z', to: '2027-06-04T09:00Z' };
    return { propertyId, reservationId, revision: 1, status: 'confirmed', window, rooms: [], guests: [] };
  }

  const idOf = (reservationId: string): string => stayWorkflowId({ propertyId, reservationId });

  /** Sends the same update as the HTTP API, without its checks. */
  function bareUpdate(reservationId: string): Promise<unknown> {
    const startWorkflowOperation = new WithStartWorkflowOperation<typeof stay>('stay', {
      ...stayStart({ propertyId, reservationId }),
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
    });
    const args: [StaySnapshotInput] = [snapshotOf(reservationId)];
    return workflow.executeUpdateWithStart(applyReservationUpdate, { args, startWorkflowOperation });
  }

  /** Measures the calls per second. */
  async function bare(call: (index: number) => Promise<unknown>): Promise<number> {
    const startedAt = performance.now();
    const until = startedAt + seconds * 1_000;
    let done = 0;
    await Promise.all(
      Array.from({ length: AT_ONCE }, async (_, lane) => {
        for (let index = lane; performance.now() < until; index += AT_ONCE) {
          await call(index);
          done += 1;
        }
      }),
    );
    return done / ((performance.now() - startedAt) / 1_000);
  }

  async function overHttp(requests: Request[]): Promise<number> {
    const result = await autocannon({
      url,
      connections: AT_ONCE,
      duration: seconds,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      requests,
    });
    if (result.non2xx > 0 || result.errors > 0) {
      throw new Error(`${result.non2xx} requests were refused, and ${result.errors} failed`);
    }
    return result['2xx'] / result.duration;
  }

  const pathOf = (name: string): string => `/v1/properties/${propertyId}/reservations/${name}`;
  const names = Array.from({ length: STAYS }, (_, index) => `bench-${index}`);
  for (const name of names) await bareUpdate(name);
  let fresh = 0;
  /** Returns a new reservation each time, so that each call starts a stay. */
  const nextName = (): string => `bench-put-${fresh++}`;

  const url = stack.server?.url ?? '';
  const get = (): Promise<number> => overHttp(names.map((name) => ({ method: 'GET', path: pathOf(name) })));

  /** Runs `measure` while stays are booked one after the other. Returns what it returns, and their reservations. */
  async function whileBooking(measure: () => Promise<number>): Promise<{ rate: number; reservationIds: string[] }> {
    const reservationIds: string[] = [];
    const bookings: Promise<unknown>[] = [];
    const booking = setInterval(() => {
      const name = nextName();
      reservationIds.push(name);
      bookings.push(bareUpdate(name));
    }, BOOKING_EVERY_MS);
    try {
      return { rate: await measure(), reservationIds };
    } finally {
      clearInterval(booking);
      await Promise.all(bookings);
    }
  }

  async function whileListening(): Promise<number> {
    const listeners = await openListeners(url, { keys: listening, streamsOfKey: STREAMS_OF_KEY });
    try {
      const { rate, reservationIds } = await whileBooking(get);
      await listeners.heardAll(reservationIds);
      return rate;
    } finally {
      await listeners.close();
    }
  }

  const sides = {
    GET: {
      bare: () => bare((index) => workflow.getHandle(idOf(names[index % STAYS] ?? '')).query(stayQuery)),
      http: get,
    },
    PUT: {
      bare: () => bare(() => bareUpdate(nextName())),
      http: () =>
        overHttp([
          {
            method: 'PUT',
            setupRequest: (request) => {
              const name = nextName();
              return { ...request, path: pathOf(name), body: JSON.stringify(snapshotOf(name)) };
            },
          },
        ]),
    },
    [`GET, ${LISTENING_KEYS * STREAMS_OF_KEY} listeners`]: {
      bare: async () => (await whileBooking(get)).rate,
      http: whileListening,
    },
  };

  const measured = [];
  for (const [method, side] of Object.entries(sides)) {
    // Warms up both sides before the measurement.
    await side.bare();
    await side.http();
    const rates = await takeTurns(rounds, { ours: side.http, beside: side.bare });
    const share = shareOf(rates);
    measured.push({ method, bare: spreadOf(rates.beside), http: spreadOf(rates.ours), share });
    process.stderr.write(`${method} over HTTP: ${format(share)} of the bare rate\n`);
  }
  const rows = measured.map(
    ({ method, bare: alone, http, share }) =>
      `| \`${method}\` | ${format(alone, 0)} | ${format(http, 0)} | ${format(share)} |`,
  );
  return {
    name: 'http',
    title: 'HTTP API beside Temporal',
    text: `\`GET\` of a reservation beside the query of its stay, and \`PUT\` of a new one beside the update that starts its stay, ${AT_ONCE} calls
at a time. In the last row, \`GET\` stands on both sides, beside bookings every ${BOOKING_EVERY_MS} ms: without listeners on the left, and
while ${LISTENING_KEYS * STREAMS_OF_KEY} listeners of the event stream hear of each booking on the right.

| method | calls a second, bare or without listeners | over HTTP, or with listeners | share |
| --- | --- | --- | --- |
${rows.join('\n')}`,
    goals: measured.map(({ method, share }) => ({
      what: `\`${method}\`: share of the bare rate`,
      kind: 'at-least',
      bound: LEAST_SHARE,
      reached: share,
    })),
  };
}
