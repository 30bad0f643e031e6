/**
 * Workers of one process, one per queue: `stays` (workflows and quick activities), `seam` (calls to Seam), `revokes`
 * (calls to Seam that end keys), and `bookings` (calls to booking systems).
 */
import type { WorkerDeploymentVersion } from '@temporalio/common';
import {
  NativeConnection,
  ResourceBasedController,
  Worker,
  type ResourceBasedSlotOptions,
  type ResourceBasedTunerOptions,
  type WorkerOptions,
} from '@temporalio/worker';
import type { BookingActivities } from '../domain/model/booking-activities.js';
import { defined } from '../domain/model/defined.js';
import type { KeyRequestActivities } from '../domain/model/key-request-activities.js';
import type { StayActivities } from '../domain/model/stay-activities.js';
import { connectionOptions, NoTemporalServer, type TemporalTarget } from './connection.js';
import { encryptingConverter, type EncryptionKeys } from './encryption/index.js';
import { tracedActivities } from './tracing/activity-attempts.js';
import { tracedCalls } from './tracing/client-calls.js';
import { tracingSinks } from './tracing/taken-messages.js';
import { ACTIVITY_QUEUES, TASK_QUEUES, type TaskQueue } from './task-queues.js';

/** Settings of workers; durations in the SDK's notation. */
export interface WorkerProfile {
  /** Time that a workflow task waits for the worker that caches the stay, before any other worker may take it. */
  readonly stickyQueueScheduleToStartTimeout: string;
  /** Time that running activities have to end after SIGTERM; then they are cancelled. */
  readonly shutdownGraceTime: string;
  /** Time after SIGTERM at which the process ends whatever an activity does; `stop_grace_period` must be longer. */
  readonly shutdownForceTime: string;
  /** Concurrent activities of the queues `seam` and `revokes`; one holds its slot for seconds, however long a key takes. */
  readonly slots: WorkerSlots;
}

/** Slots of the queues that call Seam: a fixed number, or as many as memory and processors allow. */
export type WorkerSlots =
  | { readonly kind: 'fixed'; readonly seam: number; readonly revokes: number }
  | {
      readonly kind: 'by-resources';
      /** Shares from 0 to 1 of the machine, or of the container's limits, above which no further slot is given. */
      readonly targets: ResourceBasedTunerOptions;
      readonly seam: ResourceBasedSlotOptions;
      readonly revokes: ResourceBasedSlotOptions;
    };

const OF_SEVERAL = {
  stickyQueueScheduleToStartTimeout: '2s',
  shutdownGraceTime: '20s',
  shutdownForceTime: '25s',
};

export const WORKER_PROFILES = {
  /** Profile for one machine with one worker that restarts often: recovery first. */
  embedded: {
    stickyQueueScheduleToStartTimeout: '1s',
    shutdownGraceTime: '5s',
    shutdownForceTime: '10s',
    slots: { kind: 'fixed', seam: 100, revokes: 50 },
  },
  /** Profile for one of several workers that share their machines with others. */
  cluster: { ...OF_SEVERAL, slots: { kind: 'fixed', seam: 200, revokes: 100 } },
  /** Profile for one of several workers, each with a machine or a container to itself, for many access systems. */
  large: {
    ...OF_SEVERAL,
    slots: {
      kind: 'by-resources',
      targets: { targetMemoryUsage: 0.8, targetCpuUsage: 0.9 },
      seam: { minimumSlots: 100, maximumSlots: 2_000 },
      revokes: { minimumSlots: 50, maximumSlots: 1_000 },
    },
  },
} as const satisfies Readonly<Record<string, WorkerProfile>>;

export interface StayWorkersOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** Absent: payloads are not encrypted. */
  readonly encryption?: EncryptionKeys;
  readonly activities: StayActivities;
  /** Absent: this process makes no calls to booking systems. */
  readonly bookings?: BookingActivities;
  /** Absent: this process carries out no requests for keys. */
  readonly keyRequests?: KeyRequestActivities;
  readonly workflowBundle: NonNullable<WorkerOptions['workflowBundle']>;
  readonly profile: WorkerProfile;
  /** Rate limit of the queue `seam`, which the server enforces over all workers; absent: none. */
  readonly seamActivitiesPerSecond?: number;
  /** Version of these workers; absent: they take the tasks of every workflow. */
  readonly version?: WorkerDeploymentVersion;
  /** Default: process id and host. */
  readonly identity?: string;
  /** Stays cached in memory; 0 replays the whole history at every task (for tests). Default: by the size of memory. */
  readonly maxCachedWorkflows?: number;
  /** Sinks of interceptors in the workflow bundle (for tests). */
  readonly sinks?: NonNullable<WorkerOptions['sinks']>;
}

/**
 * Opens a connection for workers. Close it after every worker on it has ended.
 * @throws NoTemporalServer if the server does not answer
 */
export async function connectNatively(target: TemporalTarget): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(connectionOptions(target));
  } catch (error) {
    throw new NoTemporalServer(target.address, error);
  }
}

/**
 * Time after which the SDK breaks off workflow code, which Node answers by ending the whole process. Its default of 5 s
 * passes on a busy machine. Temporal's server gives a task to another worker after 10 s anyway.
 */
const BREAK_OFF_LATE = { isolateExecutionTimeout: '2 minutes' };

/**
 * Minimum interval of an activity's heartbeats to the server. With the SDK's default, four fifths of the heartbeat
 * timeout, one late heartbeat would count as a dead worker.
 */
const HEARTBEAT_THROTTLE = '1s';

/** Creates the workers; `runWorkers` runs them. */
export async function createStayWorkers(options: StayWorkersOptions): Promise<Worker[]> {
  const { connection, namespace, activities, bookings, keyRequests, profile, identity } = options;
  const { maxCachedWorkflows, seamActivitiesPerSecond, sinks, encryption, version } = options;
  const dataConverter = encryption === undefined ? undefined : encryptingConverter(encryption, 'worker');
  const shared = {
    ...BREAK_OFF_LATE,
    connection,
    namespace,
    shutdownGraceTime: profile.shutdownGraceTime,
    shutdownForceTime: profile.shutdownForceTime,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
    defaultHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
    activityTaskPollerBehavior: { type: 'autoscaling' },
    interceptors: { client: { workflow: [tracedCalls] }, activity: [tracedActivities] },
    ...defined({ identity, dataConverter, workerDeploymentOptions: version && pinnedTo(version) }),
  } satisfies Partial<WorkerOptions>;
  const slots = slotOptions(profile.slots);
  return Promise.all([
    Worker.create({
      ...shared,
      taskQueue: TASK_QUEUES.stays,
      activities: activitiesOf(TASK_QUEUES.stays, activities),
      workflowBundle: options.workflowBundle,
      workflowTaskPollerBehavior: { type: 'autoscaling' },
      stickyQueueScheduleToStartTimeout: profile.stickyQueueScheduleToStartTimeout,
      sinks: { ...tracingSinks, ...sinks },
      ...defined({ maxCachedWorkflows }),
    }),
    Worker.create({
      ...shared,
      taskQueue: TASK_QUEUES.seam,
      activities: activitiesOf(TASK_QUEUES.seam, activities),
      ...slots.seam,
      ...defined({ maxTaskQueueActivitiesPerSecond: seamActivitiesPerSecond }),
    }),
    Worker.create({
      ...shared,
      taskQueue: TASK_QUEUES.revokes,
      activities: activitiesOf(TASK_QUEUES.revokes, activities),
      ...slots.revokes,
    }),
    ...(bookings === undefined && keyRequests === undefined
      ? []
      : [Worker.create({ ...shared, taskQueue: TASK_QUEUES.bookings, activities: { ...bookings, ...keyRequests } })]),
  ]);
}

type SlotOptions = Pick<WorkerOptions, 'maxConcurrentActivityTaskExecutions' | 'tuner'>;

function slotOptions(slots: WorkerSlots): Readonly<Record<'seam' | 'revokes', SlotOptions>> {
  if (slots.kind === 'fixed') {
    return {
      seam: { maxConcurrentActivityTaskExecutions: slots.seam },
      revokes: { maxConcurrentActivityTaskExecutions: slots.revokes },
    };
  }
  // Shared, so that both queues keep to one target.
  const controller = ResourceBasedController.create(slots.targets);
  return {
    seam: { tuner: { controller, activityTaskSlotOptions: slots.seam } },
    revokes: { tuner: { controller, activityTaskSlotOptions: slots.revokes } },
  };
}

/** A run stays with its version, and moves by continuing as new: see `docs/upgrading.md`. */
function pinnedTo(version: WorkerDeploymentVersion): NonNullable<WorkerOptions['workerDeploymentOptions']> {
  return { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' };
}

function activitiesOf(queue: TaskQueue, activities: StayActivities): Partial<StayActivities> {
  const isHere = ([name]: [string, unknown]): boolean => ACTIVITY_QUEUES[name as keyof StayActivities] === queue;
  return Object.fromEntries(Object.entries(activities).filter(isHere));
}

/** Methods of a worker that `runWorkers` uses. */
export type RunnableWorker = Pick<Worker, 'run' | 'shutdown' | 'getState'>;

/**
 * Runs workers until all have ended. If one fails or is shut down, the others are shut down too.
 * @throws the error of the first worker that failed, after all have ended
 */
export async function runWorkers(workers: readonly RunnableWorker[]): Promise<void> {
  const stopAll = (): void => {
    for (const worker of workers) {
      if (worker.getState() === 'RUNNING') worker.shutdown();
    }
  };
  const endings = await Promise.allSettled(workers.map((worker) => worker.run().finally(stopAll)));
  for (const ending of endings) {
    if (ending.status === 'rejected') throw ending.reason;
  }
}
