/**
 * Moves a workflow to a new run: when its history is long, and when the workers' current version is another one than
 * the run's (`docs/upgrading.md`).
 */
import { defineSignal, makeContinueAsNewFunc, setHandler, workflowInfo, type Workflow } from '@temporalio/workflow';

/**
 * Signal of every workflow type, without a payload: a workflow that waits for nothing soon looks at the current version.
 * An operator sends it to all workflows of an old version.
 */
const moveOnSignal = defineSignal('moveOn');

/** Returns true if the run should continue as new: the server suggests it, or its version is no longer the current one. */
export function isTimeToCarryOn(): boolean {
  const { continueAsNewSuggested, targetWorkerDeploymentVersionChanged } = workflowInfo();
  return continueAsNewSuggested || targetWorkerDeploymentVersionChanged;
}

/** Continues as new with these arguments, on the version that is current for this workflow. Never returns. */
export async function carryOnAs<Type extends Workflow>(...args: Parameters<Type>): Promise<never> {
  return makeContinueAsNewFunc<Type>({ initialVersioningBehavior: 'AUTO_UPGRADE' })(...args);
}

/** Registers the handler of `moveOn`: the signal has no other effect than that the workflow runs. */
export function handleMoveOn(): void {
  setHandler(moveOnSignal, () => undefined);
}
