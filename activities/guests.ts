/** Activities on guests: their identity and user at Seam, and their phones. */
import { deactivatePhones, findReadyPhones, prepareGuest } from '../src/seam/index.js';
import { ERROR_TYPES } from '../src/domain/model/error-types.js';
import type { StayActivities } from '../src/domain/model/stay-activities.js';
import { atSeam } from './at-seam.js';
import type { Dependencies } from './dependencies.js';
import { notYet } from './not-yet.js';

type GuestActivities = Pick<StayActivities, 'prepareGuest' | 'waitForPhone' | 'deactivatePhone'>;

/** Returns the activities on guests and their phones. */
export function createGuestActivities(office: Dependencies): GuestActivities {
  return {
    prepareGuest: (input) =>
      atSeam(async ({ signal }) => {
        const { seam, property } = await office.context(input.propertyId);
        return prepareGuest(input, seam, property.seam.acsSystemId, signal);
      }),
    waitForPhone: (input) =>
      atSeam(async ({ signal }) => {
        const { seam } = await office.context(input.propertyId);
        const found = await findReadyPhones(input.userIdentityId, seam, signal);
        if (found !== undefined) return found;
        throw notYet(ERROR_TYPES.phoneNotReady, 'The guest has no phone with an active endpoint yet');
      }),
    deactivatePhone: (input) =>
      atSeam(async ({ signal }) =>
        deactivatePhones(input, (await office.urgentContext(input.propertyId)).seam, signal),
      ),
  };
}
