/**
 * A hotel in which every process can be killed: Temporal's dev server on a database file, the simulator on a state file, and the worker.
 * A larger one has Temporal's server on PostgreSQL, two workers, and the HTTP server, through which all changes come. Each killed process is
 * started again at once, as a supervisor does. Workers reach Seam through a proxy of the test, at whose calls the kills strike.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
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
import { clientOn, connect, type TemporalTarget } from '../../src/temporal/connection.js';
import { freePorts } from '../../src/temporal/ports.js';
import type { StoryWorld, Victim } from './story.js';
import { untilLateOnesArrived } from '../harness/real-world.js';
import { openKillableDevServer } from '../harness/dev-server.js';
import { startOddSeam, type Carry } from '../harness/odd-seam.js';
import { controlSimulator } from '../harness/simulator-control.js';
import { changesOverHttp, HTTP_API_KEYS } from './over-http.js';

const ROOMS = roomNames(400);
const HOUR = 3_600_000;
const API_KEY = 'seam_test_every_process';
const WEBHOOK_SECRET = 'whsec_b25seUZvckV2ZXJ5UHJvY2Vzcw==';
const SEAM_TIMEOUT_MS = 500;
const LATE_COMMIT_MS = 700;
/** Time within which a process that was killed serves again, also on a busy machine. */
const PATIENCE_MS = 180_000;

const readyLine = z.object({ url: z.url(), property: propertySchema });

/** Temporal as this world needs it. */
export interface KillableTemporal {
  /** Environment of a process that connects. */
  readonly env: Readonly<Record<string, string>>;
  readonly target: TemporalTarget;
  /** Each kills a process with SIGKILL and starts it again at once. */
  readonly kill: Readonly<Partial<Record<Victim, () => Promise<void>>>>;
  stop(): Promise<void>;
}

/** Processes of a world besides the simulator. */
export interface Topology {
  readonly openTemporal: () => Promise<KillableTemporal>;
  /** `one-worker`: changes come from a client of Temporal; `two-workers-and-server`: they come over HTTP, and stays receive Seam's events. */
  readonly processes: 'one-worker' | 'two-workers-and-server';
}

const SMALL: Topology = { openTemporal: openKillableDevServer, processes: 'one-worker' };

interface SimulatorProcess {
  readonly ready: z.infer<typeof readyLine>;
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** Process that is killed and replaced. */
interface Replaceable {
  /** Kills it with SIGKILL, and starts it again at once. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export interface ProcessWorld extends StoryWorld {
  stop(): Promise<void>;
}

export async function openProcessWorld({ openTemporal, processes }: Topology = SMALL): Promise<ProcessWorld> {
  const folder = mkdtempSync(path.join(tmpdir(), 'stayline-processes-'));
  const stateFile = path.join(folder, 'hotel.json');
  const log = openSync(path.join(folder, 'processes.log'), 'a');
  /** Kills by the number of their call; kills at one call strike one within the other. */
  const traps = new Map<number, Carry[]>();
  let calls = 0;
  let longestLateMs = 0;
  let roomsGiven = 0;

  const [simulatorPort = 0, serverPort = 0] = await freePorts(undefined, undefined);
  const isLarge = processes === 'two-workers-and-server';
  const serverUrl = `http://127.0.0.1:${serverPort}`;
  const webhook = ['--webhook-url', `${serverUrl}/webhooks/seam`, '--webhook-secret', WEBHOOK_SECRET];
  const startSimulator = (): Promise<SimulatorProcess> =>
    startSimulatorProcess(stateFile, simulatorPort, isLarge ? webhook : [], log);
  const firstSimulator = await startSimulator();
  const { url, property } = firstSimulator.ready;
  const simulator = replaceable(firstSimulator, startSimulator);
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
  const temporal = await openTemporal();
  const propertiesFile = path.join(folder, 'properties.json');
  writeFileSync(propertiesFile, JSON.stringify({ properties: [property] }));
  const env = {
    ...temporal.env,
    STAYLINE_PROPERTIES: propertiesFile,
    SEAM_ENDPOINT: seam.url,
    SEAM_API_KEY: API_KEY,
    SEAM_TIMEOUT_MS: String(SEAM_TIMEOUT_MS),
  };
  const workerEnv = {
    ...env,
    STAYLINE_WORKER_PROFILE: 'embedded',
    STAYLINE_WORKFLOW_BUNDLE: await cachedBundle(),
    SEAM_LATE_COMMIT_MS: String(LATE_COMMIT_MS),
  };
  const serverEnv = {
    ...env,
    STAYLINE_API_KEYS: HTTP_API_KEYS,
    STAYLINE_SERVER_PORT: String(serverPort),
    SEAM_WEBHOOK_SECRET: WEBHOOK_SECRET,
  };
  // A process that starts while Temporal's server is down may end; its supervisor starts it again.
  const startWorker = (): Promise<Child> => persist(() => startChild({ file: 'src/worker.ts', env: workerEnv, log }));
  const startServer = (): Promise<Child> => persist(() => startChild({ file: 'src/server.ts', env: serverEnv, log }));
  const worker = replaceable(await startWorker(), startWorker);
  const secondWorker = isLarge ? replaceable(await startWorker(), startWorker) : undefined;
  const server = isLarge ? replaceable(await startServer(), startServer) : undefined;
  const connection = await connect(temporal.target);
  const client = createStayClient(clientOn(connection, temporal.target));
  const changes = server === undefined ? client : changesOverHttp(serverUrl);

  const kill: Readonly<Record<Victim, (() => Promise<void>) | undefined>> = {
    worker: worker.kill,
    'second-worker': secondWorker?.kill,
    server: server?.kill,
    simulator: simulator.kill,
    temporal: temporal.kill.temporal,
    postgres: temporal.kill.postgres,
  };

  /** Latest kill of each process: the next one waits until it has been started again. */
  const latest = new Map<Victim, Promise<void>>();
  function inTurn(victim: Victim, strike: () => Promise<void>): Promise<void> {
    const struck = (latest.get(victim) ?? Promise.resolve()).then(strike);
    latest.set(victim, struck);
    return struck;
  }

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
    async book(reservationId, snapshot) {
      const now = Date.now();
      const name = { propertyId: property.propertyId, reservationId };
      const keyPrefix = `${name.propertyId}/${reservationId}/`;
      await persist(() =>
        changes.applyReservation({
          ...name,
          revision: 1,
          status: 'in-house',
          window: { from: instantAt(now - HOUR), to: instantAt(now + 72 * HOUR) },
          ...snapshot,
        }),
      );
      return {
        name,
        workflowId: stayWorkflowId(name),
        signal: (message, payload) => persist(() => changes.signal(name, message, payload)),
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
      const strike = kill[victim];
      if (strike === undefined) throw new Error(`This world has no process ${victim}`);
      if (call.kind === 'commit-late') {
        await world.disturb({ kind: 'commit-late', after: n, times: 1, ms: call.ms });
      }
      let struck: Promise<void> | undefined;
      const at = calls + n;
      const trap: Carry = async (forward) => {
        // The process that answers may just be restarting after an earlier kill.
        if (call.kind === 'answer-lost') await forward().catch(() => undefined);
        struck = inTurn(victim, strike);
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
      await server?.stop();
      await Promise.all([worker.stop(), secondWorker?.stop()]);
      await seam.close();
      await simulator.stop();
      await temporal.stop();
      closeSync(log);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

/** Process that can be ended. */
type Ending = Pick<Child, 'end'>;

/** Holds a process, or the one that has replaced it. */
function replaceable(first: Ending, startAgain: () => Promise<Ending>): Replaceable {
  let current = first;
  return {
    async kill() {
      await current.end('SIGKILL');
      current = await startAgain();
    },
    stop: () => current.end('SIGTERM'),
  };
}

async function startSimulatorProcess(
  stateFile: string,
  port: number,
  more: readonly string[],
  log: number,
): Promise<SimulatorProcess> {
  const options = ['--port', String(port), '--data', stateFile, '--rooms', String(ROOMS.length), '--latency', '20'];
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'src/simulator/main.ts', ...options, '--api-key', API_KEY, ...more],
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
