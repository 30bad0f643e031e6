/** Search for what an earlier run of the stay left: whether it is due, and whether keys wait for it. */
import { EARLIER_RUN_STEP_ID } from '../../model/preparation.js';
import type { StayState } from '../state.js';
import { revisionKnown } from './desired-leases.js';

/** Returns true if the search must be made, or made again at Seam. */
export function isEarlierRunDue(state: StayState): boolean {
  const { earlierRun } = state;
  switch (earlierRun?.kind) {
    case undefined:
    case 'unseen':
      return false;
    case 'due':
    case 'seen-at-seam':
      return true;
    case 'newer':
      return revisionKnown(state) >= earlierRun.revision;
    default:
      return earlierRun satisfies never;
  }
}

/** Returns true while the search is under way. Once it has failed, keys no longer wait for it. */
export function awaitsEarlierRun(state: StayState): boolean {
  return isEarlierRunDue(state) && state.blockers[EARLIER_RUN_STEP_ID] === undefined;
}
