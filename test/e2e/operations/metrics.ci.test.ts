/** Metrics of worker and server processes, against the calls that Seam received and what the stays show. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChild } from '../../../src/dev/child-process.js';
import { freePorts } from '../../../src/temporal/ports.js';
import { metricsOfDeployFiles } from '../../harness/deploy-files.js';
import { openRealWorld, type RealWorld } from '../../harness/real-world.js';
import { waitUntil } from '../../harness/wait-until.js';

const STDERR = 2;

let world: RealWorld;
let worker: string;
beforeAll(async () => {
  const [port] = await freePorts(undefined);
  worker = `http://127.0.0.1:${port}/metrics`;
  // Longer than an answer takes on a busy machine: each is counted by its status.
  world = await openRealWorld({ seamTimeoutMs: 5_000, settings: { STAYLINE_METRICS_ADDRESS: `127.0.0.1:${port}` } });
});
afterAll(async () => world.stop());

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

async function scrape(url: string): Promise<{ readonly text: string; readonly samples: readonly Sample[] }> {
  const text = await (await fetch(url)).text();
  const samples = [...text.matchAll(/^(\w+)(?:\{(.*)\})? ([\d.eE+-]+)$/gm)].map(
    ([, name = '', labels = '', value]) => ({
      name,
      labels: Object.fromEntries(
        [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', text = '']) => [key, text]),
      ),
      value: Number(value),
    }),
  );
  return { text, samples };
}

function sumOf(samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {}): number {
  const matching = samples.filter(
    (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  );
  return matching.reduce((sum, { value }) => sum + value, 0);
}

test('a worker counts every call to Seam and every key, and names no guest, room or key', async () => {
  await world.disturb({ kind: 'status', path: '/acs/credentials/create', status: 503, times: 1 });
  const [room = ''] = world.freeRooms(1);
  const guests = ['g-one', 'g-two'].map((guestId, index) => ({ guestId, primary: index === 0 }));
  const stay = await world.book('metrics-stay', { rooms: [room], guests });
  const issued = await stay.until((view) => view.settled && view.guests.every(({ keyState }) => keyState === 'issued'));
  await stay.signal('checkOut', {});
  await stay.until(({ settled, keys }) => settled && keys.every(({ state }) => state === 'dead'));

  const all = await waitUntil(
    async () => {
      const { samples } = await scrape(worker);
      return sumOf(samples, 'stayline_keys_revoked_total') === 2 ? samples : undefined;
    },
    { timeout: 60_000, interval: 500 },
  );
  expect(sumOf(all, 'stayline_seam_calls_total')).toBe(world.calls());
  const creates = { endpoint: '/acs/credentials/create' };
  expect(sumOf(all, 'stayline_seam_calls_total', { ...creates, status: '503' })).toBe(1);
  expect(sumOf(all, 'stayline_seam_calls_total', { ...creates, status: '200' })).toBe(2);
  expect(sumOf(all, 'stayline_seam_call_duration_seconds_count')).toBe(world.calls());
  expect(sumOf(all, 'stayline_seam_allowed_rate')).toBe(50);
  expect(sumOf(all, 'stayline_seam_call_wait_seconds_count', { priority: 'urgent' })).toBeGreaterThanOrEqual(2);
  for (const kind of ['override', 'joiner']) {
    expect(sumOf(all, 'stayline_key_issues_total', { kind, outcome: 'issued' })).toBe(1);
    expect(sumOf(all, 'stayline_key_issue_seconds_count', { kind })).toBe(1);
  }
  expect(sumOf(all, 'temporal_workflow_task_queue_poll_succeed_total')).toBeGreaterThan(0);

  const { text } = await scrape(worker);
  const personal = ['g-one', 'g-two', 'metrics-stay', ...issued.keys.map(({ acsCredentialId }) => acsCredentialId)];
  for (const word of personal) expect(text).not.toContain(word);
  expect(text).not.toMatch(new RegExp(`"${room}"`));
});

test("every metric of Temporal's SDK that alerts and the dashboard name is one of the worker's", async () => {
  const { text } = await scrape(worker);
  const known = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  const named = metricsOfDeployFiles().filter((name) => name.startsWith('temporal_'));
  expect(named.length).toBeGreaterThan(1);
  expect(known).toEqual(expect.arrayContaining(named));
});

test('a server counts open attention, guests without a key and residual access, by property', async () => {
  const { propertyId: property } = world.simulator.property;
  const code = 'impossible-plan';
  // Each its own room: a stay that waits for the other's has other attention.
  const stays = await Promise.all(['no-1', 'no-2'].map((room) => world.book(`lost-${room}`, { rooms: [room] })));
  for (const stay of stays) await stay.until(({ attention }) => attention.some((open) => open.code === code));
  const [port] = await freePorts(undefined);
  const { address: TEMPORAL_ADDRESS, namespace: TEMPORAL_NAMESPACE } = world.stack.temporal;
  // It receives no events, and so makes no calls to Seam.
  const env = { TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, SEAM_WEBHOOK_SECRET: 'whsec_b25seUZvclRlc3Rz' };
  const server = await startChild({
    file: 'src/server.ts',
    env: { ...env, STAYLINE_SERVER_PORT: String(port), STAYLINE_LOG_LEVEL: 'warn' },
    log: STDERR,
  });
  await waitUntil(
    async () => {
      const { samples } = await scrape(`http://127.0.0.1:${port}/metrics`);
      const numberOf = (name: string): number => sumOf(samples, name, { property });
      return (
        sumOf(samples, 'stayline_attention_open', { property, code }) === 2 &&
        numberOf('stayline_keys_due') === 2 &&
        // The two keys of the guests who have checked out before their departure.
        numberOf('stayline_keys_residual') === 2
      );
    },
    { timeout: 120_000, interval: 1_000 },
  );
  await server.end('SIGTERM');
});
