/**
 * Intake of messages: an interceptor before the SDK's own dispatch, in every workflow.
 *
 * - One workflow task takes a limited number of signals. Thousands may have arrived while no worker was running, and a
 *   task with all of them would block the other workflows of its worker. The others wait for the next task.
 * - A message under a name that the SDK reserves, such as `__temporal_x`, gets a name that is not reserved. Temporal's
 *   server accepts such names from any sender, but where a default handler is registered the SDK throws, and the task
 *   would fail indefinitely.
 */
import { allHandlersFinished, CancellationScope, sleep, type WorkflowInterceptors } from '@temporalio/workflow';

/** Most signals that one workflow task takes; the SDK needs up to a millisecond for each. */
const MOST_SIGNALS = 100;

const RESERVED = '__temporal_';

/** The one reserved query that the SDK answers itself. */
const METADATA_QUERY = '__temporal_workflow_metadata';

type Intercepted = NonNullable<NonNullable<WorkflowInterceptors['internals']>[number]['activate']>;
type Job = NonNullable<Parameters<Intercepted>[0]['activation']['jobs']>[number];

/** Signals of this run that wait for the next workflow task, in order of arrival. */
let held: readonly Job[] = [];
let isNextTaskDue = false;

/** Returns true if no signal waits: a run that ends or continues as new would lose those that do. */
export function allSignalsTaken(): boolean {
  return held.length === 0;
}

/** Returns true if the run has taken every message, and no handler of one is still running. */
export function allMessagesHandled(): boolean {
  return allSignalsTaken() && allHandlersFinished();
}

/** Interceptors of every workflow; the workflow bundle loads this module. */
export const interceptors = (): WorkflowInterceptors => ({
  internals: [
    {
      activate(input, next) {
        const jobs = input.activation.jobs ?? [];
        jobs.forEach(unreserve);
        const isQuery = jobs.some((job) => job.queryWorkflow != null);
        if (!isQuery && input.batchIndex === 0) input.activation.jobs = withinLimit(jobs);
        next(input);
      },
    },
  ],
});

/** Returns the jobs with the signals that this task takes; holds back the others and causes another task for them. */
function withinLimit(jobs: Job[]): Job[] {
  const arrived = jobs.filter((job) => job.signalWorkflow != null);
  if (held.length === 0 && arrived.length <= MOST_SIGNALS) return jobs;
  const waiting = [...held, ...arrived];
  held = waiting.slice(MOST_SIGNALS);
  if (held.length > 0) causeNextTask();
  const isStart = (job: Job): boolean => job.initializeWorkflow != null;
  const others = jobs.filter((job) => job.signalWorkflow == null && !isStart(job));
  return [...jobs.filter(isStart), ...waiting.slice(0, MOST_SIGNALS), ...others];
}

function causeNextTask(): void {
  if (isNextTaskDue) return;
  isNextTaskDue = true;
  void CancellationScope.nonCancellable(() => sleep(1, { summary: 'more signals wait' })).then(() => {
    isNextTaskDue = false;
    if (!allSignalsTaken()) causeNextTask();
  });
}

function unreserve({ signalWorkflow: signal, doUpdate: update, queryWorkflow: query }: Job): void {
  if (signal?.signalName != null) signal.signalName = unreserved(signal.signalName);
  if (update?.name != null) update.name = unreserved(update.name);
  if (query?.queryType != null) query.queryType = unreserved(query.queryType);
}

/** Returns the name, with a space before it if it is reserved: no message of ours begins with one. */
function unreserved(name: string): string {
  return name.startsWith(RESERVED) && name !== METADATA_QUERY ? ` ${name}` : name;
}
