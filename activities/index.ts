/** Activities of the stays, by registered name: all I/O of the workflows `stay` and `eraseGuest`. */
import type { StayActivities } from '../src/domain/model/stay-activities.js';
import { createAuditActivities } from './audit.js';
import { openDependencies, type ActivityDependencies } from './dependencies.js';
import { createEarlierRunActivities } from './earlier-runs.js';
import { createErasureActivities } from './erasure.js';
import { createExchangeActivities } from './exchanges.js';
import { createGuestActivities } from './guests.js';
import { createKeyActivities } from './keys.js';
import { createLeaseActivities } from './leases.js';
import { createRoomActivities } from './rooms.js';

export type { ActivityDependencies, ActivityOptions } from './dependencies.js';

/** Returns the activities of one worker. They share a short cache of entrances and of the state of access systems. */
export function createActivities(dependencies: ActivityDependencies): StayActivities {
  const office = openDependencies(dependencies);
  return {
    ...createRoomActivities(office),
    ...createLeaseActivities(),
    ...createEarlierRunActivities(office),
    ...createExchangeActivities(),
    ...createGuestActivities(office),
    ...createKeyActivities(office),
    ...createErasureActivities(office),
    ...createAuditActivities(office),
  };
}
