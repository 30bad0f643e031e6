/**
 * Workers of one process, one per queue: `stays` (workflows and quick activities), `seam` (calls to Seam), `revokes`
 * (calls to Seam that end keys), and `bookings` (calls to booking systems).
 */
import type { WorkerDeploymentVersion } from '@temporalio/common';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
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
  /** Minimum interval of heartbeats to the server; bounds the delay until a lost worker is detected. */
  readonly heartbeatThrottle: string;
  /** Time that running activities have to end after SIGTERM; then they are cancelled. */
  readonly shutdownGraceTime: string;
  /** Time after SIGTERM at which the process ends whatever an activity does; `stop_grace_period` must be longer. */
  readonly shutdownForceTime: string;
  /** Limit of concurrent activities of the queue `seam`; one holds its slot for seconds, however long a key takes. */
  readonly maxConcurrentSeamActivities: number;
  /** Limit of concurrent activities of the queue `revokes`. */
  readonly maxConcurrentRevokes: number;
}

export const WORKER_PROFILES = {
  /** Profile for one machine with one worker that restarts often: recovery first. */
  embedded: {
    stickyQueueScheduleToStartTimeout: '1s',
    heartbeatThrottle: '1s',
    shutdownGraceTime: '5s',
    shutdownForceTime: '10s',
    maxConcurrentSeamActivities: 100,
    maxConcurrentRevokes: 50,
  },
  cluster: {
    stickyQueueScheduleToStartTimeout: '2s',
    heartbeatThrottle: '2s',
    shutdownGraceTime: '20s',
    shutdownForceTime: '25s',
    maxConcurrentSeamActivities: 200,
    maxConcurrentRevokes: 100,
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
    maxHeartbeatThrottleInterval: profile.heartbeatThrottle,
    defaultHeartbeatThrottleInterval: profile.heartbeatThrottle,
    activityTaskPollerBehavior: { type: 'autoscaling' },
    interceptors: { client: { workflow: [tracedCalls] }, activity: [tracedActivities] },
    ...defined({ identity, dataConverter, workerDeploymentOptions: version && pinnedTo(version) }),
  } satisfies Partial<WorkerOptions>;
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
      maxConcurrentActivityTaskExecutions: profile.maxConcurrentSeamActivities,
      ...defined({ maxTaskQueueActivitiesPerSecond: seamActivitiesPerSecond }),
    }),
    Worker.create({
      ...shared,
      taskQueue: TASK_QUEUES.revokes,
      activities: activitiesOf(TASK_QUEUES.revokes, activities),
      maxConcurrentActivityTaskExecutions: profile.maxConcurrentRevokes,
    }),
    ...(bookings === undefined && keyRequests === undefined
      ? []
      : [Worker.create({ ...shared, taskQueue: TASK_QUEUES.bookings, activities: { ...bookings, ...keyRequests } })]),
  ]);
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
