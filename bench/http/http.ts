/**
 * Cost of the HTTP API over the bare Temporal calls behind it (`npm run bench [-- --quick]`). GET is compared with the query `stay`, and
 * PUT with update-with-start, both called through Temporal's own client. The two sides take turns in one run on one machine. The exit code
 * is 1 if the HTTP API reaches less than four fifths of a bare rate.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import autocannon, { type Request } from 'autocannon';
import { Client, WithStartWorkflowOperation } from '@temporalio/client';
import { Command } from 'commander';
import { stayWorkflowId, type StaySnapshotInput } from '../src/client.js';
import { stayStart } from '../src/client/apply-reservation.js';
import { DEV_API_KEY, startStack } from '../src/dev/stack.js';
import { connect } from '../src/temporal/connection.js';
import { applyReservationUpdate, stayQuery } from '../workflows/stay/messages.js';
import type { stay } from '../workflows/stay/stay.js';

const LEAST_SHARE = 0.8;
const AT_ONCE = 16;
const STAYS = 64;

const { quick } = new Command('bench')
  .description('Rates of the HTTP API beside those of the bare Temporal calls.')
  .option('--quick', 'shorter rounds', false)
  .parse()
  .opts<{ readonly quick: boolean }>();
const SECONDS = quick ? 3 : 8;
/** Even number of rounds, so that each side is measured first as often as last: later rounds have more stays to carry. */
const ROUNDS = quick ? 2 : 4;

const tell = (text: string): void => void process.stderr.write(`${text}\n`);

const folder = mkdtempSync(path.join(tmpdir(), 'stayline-bench-'));
const stack = await startStack({
  folder,
  temporal: 'own',
  simulator: { port: 0, rooms: 2 },
  server: {},
  serverSettings: { STAYLINE_API_REQUESTS_PER_MINUTE: '10000000', STAYLINE_LOG_LEVEL: 'warn' },
  onProgress: tell,
});
const connection = await connect(stack.temporal);
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

const names = Array.from({ length: STAYS }, (_, index) => `bench-${index}`);
for (const name of names) await bareUpdate(name);

let fresh = 0;
/** Returns a new reservation each time, so that each call starts a stay. */
const nextName = (): string => `bench-put-${fresh++}`;

/** Measures the calls per second. */
async function bare(call: (index: number) => Promise<unknown>): Promise<number> {
  const until = performance.now() + SECONDS * 1_000;
  const startedAt = performance.now();
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
    url: stack.server?.url ?? '',
    connections: AT_ONCE,
    duration: SECONDS,
    headers: { authorization: `Bearer ${DEV_API_KEY}`, 'content-type': 'application/json' },
    requests,
  });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${result.non2xx} requests were refused, and ${result.errors} failed`);
  }
  return result['2xx'] / result.duration;
}

const pathOf = (name: string): string => `/v1/properties/${propertyId}/reservations/${name}`;

const SIDES = {
  GET: {
    bare: () => bare((index) => workflow.getHandle(idOf(names[index % STAYS] ?? '')).query(stayQuery)),
    http: () => overHttp(names.map((name) => ({ method: 'GET', path: pathOf(name) }))),
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
};

let worst = Infinity;
try {
  for (const [method, side] of Object.entries(SIDES)) {
    // Warms up both sides before the measurement.
    await side.bare();
    await side.http();
    const rates = { bare: 0, http: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const order = round % 2 === 0 ? (['bare', 'http'] as const) : (['http', 'bare'] as const);
      for (const kind of order) rates[kind] += (await side[kind]()) / ROUNDS;
    }
    const share = rates.http / rates.bare;
    worst = Math.min(worst, share);
    const figures = {
      method,
      barePerSecond: Math.round(rates.bare),
      httpPerSecond: Math.round(rates.http),
      share: Number(share.toFixed(2)),
    };
    process.stdout.write(`${JSON.stringify(figures)}\n`);
  }
} finally {
  await connection.close();
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
}
if (worst < LEAST_SHARE) tell(`the HTTP API reaches less than ${LEAST_SHARE} of a bare rate`);
process.exit(worst < LEAST_SHARE ? 1 : 0);
