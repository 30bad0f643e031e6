/** Activities on the property: its facts and the snapshot's window as instants, and the doors of its rooms. */
import { ApplicationFailure } from '@temporalio/common';
import { findDoors, someReports } from '../src/seam/index.js';
import { toInstants } from '../src/domain/model/dates.js';
import { defined } from '../src/domain/model/defined.js';
import { ERROR_TYPES } from '../src/domain/model/error-types.js';
import type { Property } from '../src/domain/model/property-schema.js';
import type { SnapshotWindow, Window } from '../src/domain/model/snapshot-schema.js';
import type { StayActivities } from '../src/domain/model/stay-activities.js';
import { atSeam } from './at-seam.js';
import type { Dependencies } from './dependencies.js';

type RoomActivities = Pick<StayActivities, 'resolveProperty' | 'resolveDoors'>;

/** Returns the activities on the property and its doors. */
export function createRoomActivities(office: Dependencies): RoomActivities {
  return {
    async resolveProperty({ propertyId, window }) {
      const property = await office.property(propertyId);
      const { name, timeZone, policy } = property;
      return defined({
        propertyId,
        name,
        timeZone,
        policy,
        acsSystemId: property.seam.acsSystemId,
        window: window && instantsOf(window, property),
      });
    },
    resolveDoors: ({ propertyId, rooms }) =>
      atSeam(async ({ signal }) => {
        const { seam, doors, timeZone } = await office.property(propertyId);
        const [entrances, zoneProblem, ofSystem] = await Promise.all([
          office.entrances(seam.acsSystemId, signal),
          office.accessSystems.zoneProblem(seam.acsSystemId, { timeZone, now: office.now(), signal }),
          office.accessSystems.reports(seam.acsSystemId, signal),
        ]);
        const { reports = [], ...found } = findDoors(entrances, rooms, doors);
        return defined({ ...found, zoneProblem, ...someReports([...ofSystem, ...reports]) });
      }),
  };
}

function instantsOf(window: SnapshotWindow, property: Property): Window {
  try {
    return toInstants(window, property);
  } catch (error) {
    if (error instanceof RangeError) throw ApplicationFailure.nonRetryable(error.message, ERROR_TYPES.invalidSnapshot);
    throw error;
  }
}
