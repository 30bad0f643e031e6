/** Every activity, by the name it is registered under: all that touches the world. */
import type { StayActivities } from '../src/domain/model/stay-activities.js';
import { openDependencies, type ActivityDependencies } from './dependencies.js';
import { createErasureActivities } from './erasure.js';
import { createGuestActivities } from './guests.js';
import { createKeyActivities } from './keys.js';
import { createLeaseActivities } from './leases.js';
import { createRoomActivities } from './rooms.js';

export type { ActivityDependencies, ActivityOptions } from './dependencies.js';

/** The activities of one worker; entrances and the state of access systems are remembered briefly between them. */
export function createActivities(dependencies: ActivityDependencies): StayActivities {
  const office = openDependencies(dependencies);
  return {
    ...createRoomActivities(office),
    ...createLeaseActivities(),
    ...createGuestActivities(office),
    ...createKeyActivities(office),
    ...createErasureActivities(office),
  };
}
