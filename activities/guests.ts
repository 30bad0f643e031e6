/** Activities on guests: their identity and user at Seam, their phones, and the ends of what gives phones access. */
import { Context } from '@temporalio/activity';
import { deactivatePhones, endPhoneAccess, findReadyPhones, prepareGuest } from '../src/seam/index.js';
import { ERROR_TYPES } from '../src/domain/model/error-types.js';
import type { StayActivities } from '../src/domain/model/stay-activities.js';
import { atSeam } from './at-seam.js';
import type { Dependencies } from './dependencies.js';
import { notYet } from './not-yet.js';

/** Number of looks for a phone per look for its guest. */
const LOOK_FOR_GUEST_EVERY = 10;

type GuestActivities = Pick<StayActivities, 'prepareGuest' | 'waitForPhone' | 'deactivatePhone' | 'endPhoneAccess'>;

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
        const seam = await office.seamAt(input);
        const found = await findReadyPhones(input.userIdentityId, seam, signal);
        if (found !== undefined) return found;
        // A guest without phones may be one whom Seam no longer has. Not every attempt is worth a second call.
        if (Context.current().info.attempt % LOOK_FOR_GUEST_EVERY === 0) {
          await seam.getUserIdentity({ user_identity_id: input.userIdentityId }, { signal });
        }
        throw notYet(ERROR_TYPES.phoneNotReady, 'The guest has no phone with an active endpoint yet');
      }),
    deactivatePhone: (input) =>
      atSeam(async ({ signal }) => deactivatePhones(input, (await office.urgentContext(input)).seam, signal)),
    endPhoneAccess: (input) =>
      atSeam(async ({ signal }) => endPhoneAccess(input, (await office.urgentContext(input)).seam, signal)),
  };
}
