/** Start arguments of workflows: what any sender can give, so that no argument stops a workflow. */
import { workflowInfo } from '@temporalio/workflow';
import { describeUndecodable, isUndecodable } from '../src/domain/model/undecodable.js';

/** Fields of a start argument, and the complaint about what is ignored. */
export interface StartArgument<Start> {
  readonly start: Partial<Start>;
  readonly complaint?: string;
}

/**
 * Returns the fields of a start argument. An argument that is no object, or that cannot be decoded, has none. `carried`
 * counts only in a run that continues another, because only a run writes a state.
 * @throws Error if the carried state cannot be decoded. The workflow task is retried until a worker can: a run that
 * went on without its state would forget its keys.
 */
export function startArgument<Start extends { readonly carried?: unknown }>(argument: unknown): StartArgument<Start> {
  const isContinued = workflowInfo().continuedFromExecutionRunId !== undefined;
  if (argument === undefined || argument === null) return { start: {} };
  if (isUndecodable(argument)) {
    const complaint = `the start argument ${describeUndecodable(argument)}`;
    if (isContinued) throw new Error(complaint);
    return { start: {}, complaint };
  }
  if (typeof argument !== 'object' || Array.isArray(argument)) {
    return { start: {}, complaint: 'the start argument must be an object' };
  }
  if (isContinued || !('carried' in argument)) return { start: argument };
  const { carried: _carried, ...start } = argument;
  return { start, complaint: 'the start argument has "carried", which only a new run has' };
}
