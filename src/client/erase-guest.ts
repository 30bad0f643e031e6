/** Erasure of a guest through the workflow `eraseGuest`. */
import {
  ActivityFailure,
  ApplicationFailure,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  type Client,
  type WorkflowIdReusePolicy,
} from '@temporalio/client';
import type { eraseGuest as eraseGuestWorkflow } from '../../workflows/erasure/erase-guest.js';
import { guestToEraseSchema, type GuestToErase } from '../domain/model/erasure-schema.js';
import type { Erasure } from '../domain/model/erasure.js';
import { ERROR_TYPES } from '../domain/model/error-types.js';
import { eraseWorkflowId } from '../domain/model/ids.js';
import { startOptions } from '../temporal/start-options.js';
import { checkedInput, StayRefused } from './refusals.js';
import { standingOf } from './standing.js';
import { WORKFLOW_TYPES } from '../temporal/workflow-types.js';

/**
 * Erases a guest and returns what is kept. A repeated call returns the earlier result if nothing is left to erase.
 * @throws StayRefused `GuestNeeded` or `InvalidMessage`
 */
export async function eraseGuest(temporal: Client, asked: GuestToErase): Promise<Erasure> {
  const guest = checkedInput(guestToEraseSchema, asked, ERROR_TYPES.invalidMessage);
  try {
    return await executed(temporal, guest, 'ALLOW_DUPLICATE_FAILED_ONLY');
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  const before = await temporal.workflow.getHandle<typeof eraseGuestWorkflow>(eraseWorkflowId(guest)).result();
  const isAllSaid = before.atSeam === 'erased' && (await standingOf(temporal, guest)) === 'unknown';
  return isAllSaid ? before : executed(temporal, guest, 'ALLOW_DUPLICATE');
}

async function executed(
  temporal: Client,
  guest: GuestToErase,
  workflowIdReusePolicy: WorkflowIdReusePolicy,
): Promise<Erasure> {
  const summary = `Erase guest ${guest.guestId} of ${guest.reservationId} at ${guest.propertyId}`;
  try {
    return await temporal.workflow.execute<typeof eraseGuestWorkflow>(WORKFLOW_TYPES.eraseGuest, {
      ...startOptions(eraseWorkflowId(guest), [guest], summary),
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy,
    });
  } catch (error) {
    throw refusalIn(error) ?? error;
  }
}

function refusalIn(error: unknown): StayRefused | undefined {
  if (!(error instanceof WorkflowFailedError)) return undefined;
  const cause = error.cause instanceof ActivityFailure ? error.cause.cause : error.cause;
  const isRefusal = cause instanceof ApplicationFailure && cause.type === ERROR_TYPES.guestNeeded;
  return isRefusal ? new StayRefused(ERROR_TYPES.guestNeeded, cause.message) : undefined;
}
