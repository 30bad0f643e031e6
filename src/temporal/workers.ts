/**
 * The workers of one process: one on the queue `stays` (workflows and quick activities), one on `seam` (every call to Seam), one on
 * `bookings` (every call to a booking system).
 */
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import type { BookingActivities } from '../domain/model/booking-activities.js';
import type { KeyRequestActivities } from '../domain/model/key-request-activities.js';
import type { StayActivities } from '../domain/model/stay-activities.js';
import { connectionOptions, type TemporalTarget } from './connection.js';
import { ACTIVITY_QUEUES, TASK_QUEUES, type TaskQueue } from './task-queues.js';

/** How workers are tuned; durations in the SDK's notation. */
export interface WorkerProfile {
  /** How long a workflow task waits for the worker that has the stay in its cache, before any other may take it. */
  readonly stickyQueueScheduleToStartTimeout: string;
  /** How often a heartbeat may reach the server; bounds how late a lost worker is noticed. */
  readonly heartbeatThrottle: string;
  /** How long running activities may take to end after SIGTERM; `stop_grace_period` must be longer. */
  readonly shutdownGraceTime: string;
  /** Keys that are being confirmed hold a slot each. */
  readonly maxConcurrentSeamActivities: number;
}

export const WORKER_PROFILES = {
  /** One machine, one worker, often restarted: recovery first. */
  embedded: {
    stickyQueueScheduleToStartTimeout: '1s',
    heartbeatThrottle: '1s',
    shutdownGraceTime: '5s',
    maxConcurrentSeamActivities: 100,
  },
  cluster: {
    stickyQueueScheduleToStartTimeout: '2s',
    heartbeatThrottle: '2s',
    shutdownGraceTime: '20s',
    maxConcurrentSeamActivities: 200,
  },
} as const satisfies Readonly<Record<string, WorkerProfile>>;

export interface StayWorkersOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly activities: StayActivities;
  /** Absent: nothing is asked of booking systems here. */
  readonly bookings?: BookingActivities;
  /** Absent: requests for keys are not carried out here. */
  readonly keyRequests?: KeyRequestActivities;
  readonly workflowBundle: NonNullable<WorkerOptions['workflowBundle']>;
  readonly profile: WorkerProfile;
  /** Rate limit of the queue `seam`, kept by the server over all workers; absent: none. */
  readonly seamActivitiesPerSecond?: number;
  /** Absent: process id and host. */
  readonly identity?: string;
  /** Stays kept in memory; 0 replays the whole history at every task (for tests). Absent: by the size of memory. */
  readonly maxCachedWorkflows?: number;
  /** For interceptors in the workflow bundle (for tests). */
  readonly sinks?: NonNullable<WorkerOptions['sinks']>;
}

/** For workers. Close it when every worker on it has ended. */
export function connectNatively(target: TemporalTarget): Promise<NativeConnection> {
  return NativeConnection.connect(connectionOptions(target));
}

/** Makes the workers; `runWorkers` runs them. */
export async function createStayWorkers(options: StayWorkersOptions): Promise<Worker[]> {
  const { connection, namespace, activities, bookings, keyRequests, profile, identity } = options;
  const { maxCachedWorkflows, seamActivitiesPerSecond, sinks } = options;
  const shared = {
    connection,
    namespace,
    shutdownGraceTime: profile.shutdownGraceTime,
    maxHeartbeatThrottleInterval: profile.heartbeatThrottle,
    defaultHeartbeatThrottleInterval: profile.heartbeatThrottle,
    activityTaskPollerBehavior: { type: 'autoscaling' },
    ...(identity === undefined ? {} : { identity }),
  } satisfies Partial<WorkerOptions>;
  return Promise.all([
    Worker.create({
      ...shared,
      taskQueue: TASK_QUEUES.stays,
      activities: activitiesOf(TASK_QUEUES.stays, activities),
      workflowBundle: options.workflowBundle,
      workflowTaskPollerBehavior: { type: 'autoscaling' },
      stickyQueueScheduleToStartTimeout: profile.stickyQueueScheduleToStartTimeout,
      ...(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows }),
      ...(sinks === undefined ? {} : { sinks }),
    }),
    Worker.create({
      ...shared,
      taskQueue: TASK_QUEUES.seam,
      activities: activitiesOf(TASK_QUEUES.seam, activities),
      maxConcurrentActivityTaskExecutions: profile.maxConcurrentSeamActivities,
      ...(seamActivitiesPerSecond === undefined ? {} : { maxTaskQueueActivitiesPerSecond: seamActivitiesPerSecond }),
    }),
    ...(bookings === undefined && keyRequests === undefined
      ? []
      : [Worker.create({ ...shared, taskQueue: TASK_QUEUES.bookings, activities: { ...bookings, ...keyRequests } })]),
  ]);
}

function activitiesOf(queue: TaskQueue, activities: StayActivities): Partial<StayActivities> {
  const isHere = ([name]: [string, unknown]): boolean => ACTIVITY_QUEUES[name as keyof StayActivities] === queue;
  return Object.fromEntries(Object.entries(activities).filter(isHere));
}

/** What running needs of a worker. */
export type RunnableWorker = Pick<Worker, 'run' | 'shutdown' | 'getState'>;

/**
 * Runs workers until all have ended. If one ends, by failing or because it was told to, the others are shut down.
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
