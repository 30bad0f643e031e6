/**
 * A hotel in which every process can be killed: Temporal's dev server on a database file, the simulator on a state file, and the worker.
 * Each killed process is started again at once, as a supervisor does. The worker reaches Seam through a proxy of the test, at whose calls
 * the kills strike.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { z } from 'zod';
import { createStayClient, stayWorkflowId } from '../../src/client.js';
import { cachedBundle } from '../../src/dev/bundle-cache.js';
import { startChild, type Child } from '../../src/dev/child-process.js';
import { instantAt } from '../../src/domain/model/instants.js';
import { packageRoot } from '../../src/package-root.js';
import { propertySchema } from '../../src/domain/model/property-schema.js';
import type { Fault } from '../../src/simulator/control/faults.js';
import { roomNames } from '../../src/simulator/hotel/world.js';
import { readState, type SavedState } from '../../src/simulator/state-file.js';
import { connect } from '../../src/temporal/connection.js';
import { startDevServer } from '../../src/temporal/dev-server.js';
import type { StoryWorld, Victim } from './story.js';
import { untilLateOnesArrived } from '../harness/real-world.js';
import { restartDevServer } from '../harness/dev-server.js';
import { startOddSeam, type Carry } from '../harness/odd-seam.js';
import { controlSimulator } from '../harness/simulator-control.js';

const ROOMS = roomNames(400);
const HOUR = 3_600_000;
const API_KEY = 'seam_test_every_process';
const SEAM_TIMEOUT_MS = 500;
const LATE_COMMIT_MS = 700;
/** Time within which a process that was killed serves again, also on a busy machine. */
const PATIENCE_MS = 60_000;

const readyLine = z.object({ url: z.url(), property: propertySchema });

interface SimulatorProcess {
  readonly ready: z.infer<typeof readyLine>;
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export interface ProcessWorld extends StoryWorld {
  stop(): Promise<void>;
}

export async function openProcessWorld(): Promise<ProcessWorld> {
  const folder = mkdtempSync(path.join(tmpdir(), 'stayline-processes-'));
  const stateFile = path.join(folder, 'hotel.json');
  const log = openSync(path.join(folder, 'processes.log'), 'a');
  /** Kills by the number of their call; kills at one call strike one within the other. */
  const traps = new Map<number, Carry[]>();
  let calls = 0;
  let longestLateMs = 0;
  let roomsGiven = 0;

  let simulator = await startSimulatorProcess(stateFile, 0, log);
  const { url, property } = simulator.ready;
  const seam = await startOddSeam(
    () => url,
    (forward) => {
      calls += 1;
      const carry = (traps.get(calls) ?? []).reduce<() => Promise<Response>>(
        (inner, trap) => () => trap(inner),
        forward,
      );
      return carry();
    },
  );
  let temporal = await startDevServer({ databaseFile: path.join(folder, 'temporal.db') });
  const { address, namespace } = temporal;
  const propertiesFile = path.join(folder, 'properties.json');
  writeFileSync(propertiesFile, JSON.stringify({ properties: [property] }));
  const env = {
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    STAYLINE_PROPERTIES: propertiesFile,
    STAYLINE_WORKER_PROFILE: 'embedded',
    STAYLINE_WORKFLOW_BUNDLE: await cachedBundle(),
    SEAM_ENDPOINT: seam.url,
    SEAM_API_KEY: API_KEY,
    SEAM_TIMEOUT_MS: String(SEAM_TIMEOUT_MS),
    SEAM_LATE_COMMIT_MS: String(LATE_COMMIT_MS),
  };
  // A worker that starts while Temporal's server is down ends; its supervisor starts it again.
  const startWorker = (): Promise<Child> => persist(() => startChild({ file: 'src/worker.ts', env, log }));
  let worker = await startWorker();
  const connection = await connect({ address, namespace });
  const client = createStayClient(new Client({ connection, namespace }));

  const kill: Readonly<Record<Victim, () => Promise<void>>> = {
    async worker() {
      await worker.end('SIGKILL');
      worker = await startWorker();
    },
    async simulator() {
      await simulator.end('SIGKILL');
      simulator = await startSimulatorProcess(stateFile, Number(new URL(url).port), log);
    },
    async temporal() {
      process.kill(temporal.pid, 'SIGKILL');
      temporal = await restartDevServer(temporal);
    },
  };

  function control(method: 'POST' | 'DELETE', route: string, body?: object): Promise<unknown> {
    return persist(() => controlSimulator(url, method, route, body));
  }

  function state(): SavedState {
    const saved = readState(stateFile);
    if (saved === undefined) throw new Error('The simulator has written no state');
    return saved;
  }

  /** Gives each guest who is registered at Seam, and who has no phone, a phone. */
  async function enrolPhones(keyPrefix: string): Promise<void> {
    for (const { id, key, presence, deviceIds } of state().hotel.data.identities.values()) {
      if (presence !== 'live' || key?.startsWith(keyPrefix) !== true || deviceIds.size > 0) continue;
      await control('POST', 'phones', { user_identity_id: id });
    }
  }

  const world: ProcessWorld = {
    simulator: {
      get hotel() {
        const { hotel } = state();
        return { world: hotel.data, journal: () => hotel.journal };
      },
    },
    async book(reservationId, changes) {
      const now = Date.now();
      const name = { propertyId: property.propertyId, reservationId };
      const keyPrefix = `${name.propertyId}/${reservationId}/`;
      await persist(() =>
        client.applyReservation({
          ...name,
          revision: 1,
          status: 'in-house',
          window: { from: instantAt(now - HOUR), to: instantAt(now + 72 * HOUR) },
          ...changes,
        }),
      );
      return {
        name,
        workflowId: stayWorkflowId(name),
        signal: (message, payload) => persist(() => client.signal(name, message, payload)),
        async view() {
          await enrolPhones(keyPrefix);
          return persist(() => client.view(name));
        },
        async tap(guestId, door) {
          await control('POST', 'settle');
          const tapped = await control('POST', 'tap', { user_identity_key: `${keyPrefix}${guestId}`, door });
          return z.object({ reason: z.string() }).parse(tapped).reason;
        },
      };
    },
    freeRooms(count) {
      roomsGiven += count;
      if (roomsGiven > ROOMS.length) throw new Error('The hotel of the tests has no free room left');
      return ROOMS.slice(roomsGiven - count, roomsGiven);
    },
    async disturb(fault: Fault) {
      longestLateMs = Math.max(longestLateMs, fault.kind === 'commit-late' ? (fault.ms ?? 0) : 0);
      await control('POST', 'faults', fault);
    },
    async undisturb() {
      await control('DELETE', 'faults');
    },
    calls: () => calls,
    async lateOnesArrived() {
      await untilLateOnesArrived(state().hotel.journal, SEAM_TIMEOUT_MS + longestLateMs);
    },
    async killAtCall(n, call, victim = 'worker') {
      if (call.kind === 'commit-late') {
        await world.disturb({ kind: 'commit-late', after: n, times: 1, ms: call.ms });
      }
      let struck: Promise<void> | undefined;
      const at = calls + n;
      const trap: Carry = async (forward) => {
        if (call.kind === 'answer-lost') await forward();
        struck = kill[victim]();
        // Held back at Seam, it is carried out after the kill.
        if (call.kind === 'commit-late') return forward();
        await struck;
        throw new Error('Lost with the process');
      };
      traps.set(at, [...(traps.get(at) ?? []), trap]);
      return {
        async over() {
          traps.delete(at);
          await struck;
          return struck !== undefined;
        },
      };
    },
    async stop() {
      await connection.close();
      await worker.end('SIGTERM');
      await seam.close();
      await simulator.end('SIGTERM');
      await temporal.stop();
      closeSync(log);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

async function startSimulatorProcess(stateFile: string, port: number, log: number): Promise<SimulatorProcess> {
  const options = ['--port', String(port), '--data', stateFile, '--rooms', String(ROOMS.length), '--latency', '20'];
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'src/simulator/main.ts', ...options, '--api-key', API_KEY],
    { cwd: packageRoot(), stdio: ['ignore', 'pipe', log] },
  );
  const { stdout } = child;
  if (stdout === null) throw new Error('The simulator has no output');
  const ended = once(child, 'exit');
  const [line] = (await Promise.race([
    once(createInterface(stdout), 'line'),
    ended.then(() => Promise.reject(new Error('The simulator ended during its start'))),
  ])) as [string];
  return {
    ready: readyLine.parse(JSON.parse(line)),
    async end(signal) {
      child.kill(signal);
      await ended;
    },
  };
}

/** Calls again until the process that it needs serves again. @throws what the last call threw */
async function persist<T>(call: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(100);
    }
  }
}
