/**
 * Workflow `findDoors`: looks for the doors of rooms at Seam, for a dry run. A client has no access to Seam, and the stay
 * that is planned may not exist yet.
 */
import { ActivityFailure, condition, log, proxyActivities, setHandler } from '@temporalio/workflow';
import { doorQuestionSchema, type DoorQuestion } from '../../src/domain/model/door-schema.js';
import type { DoorFacts } from '../../src/domain/model/doors.js';
import { doorsWorkflowId } from '../../src/domain/model/ids.js';
import type { StayActivities } from '../../src/domain/model/stay-activities.js';
import { ACTIVITY_QUEUES } from '../../src/temporal/task-queues.js';
import { parsed } from '../arguments.js';
import { allMessagesHandled } from '../intake.js';
import { requireOwnId } from '../own-name.js';
import { handleUnknownMessages } from '../unknown-messages.js';
import { foundDoorsUpdate } from './messages.js';

const { resolveDoors } = proxyActivities<StayActivities>({
  taskQueue: ACTIVITY_QUEUES.resolveDoors,
  // Somebody waits for the answer.
  scheduleToCloseTimeout: '4s',
  retry: { initialInterval: '500ms' },
});

/**
 * Looks for the doors of rooms and for the common doors. The update `foundDoors` has the same result.
 * @param question the property, the rooms, and an id that no other question has
 * @returns the doors; undefined if Seam does not answer within four seconds, or no property of this name is configured
 * @throws ApplicationFailure `InvalidMessage`, also if the workflow id is another one
 */
export async function findDoors(question: DoorQuestion): Promise<DoorFacts | undefined> {
  const found = lookFor(question);
  setHandler(foundDoorsUpdate, () => found);
  handleUnknownMessages();
  const doors = await found;
  await condition(allMessagesHandled);
  return doors;
}

async function lookFor(question: DoorQuestion): Promise<DoorFacts | undefined> {
  const { propertyId, questionId, rooms } = parsed(doorQuestionSchema, question);
  requireOwnId(doorsWorkflowId(propertyId, questionId));
  try {
    return await resolveDoors.executeWithOptions({ summary: 'find doors for a dry run' }, [{ propertyId, rooms }]);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    log.info('no doors found for a dry run', { propertyId });
    return undefined;
  }
}
