/** Rules for the dry run of a snapshot, and conversion of its local dates to instants, as in a worker. */
import { StayRefused, type DraftAnswers, type DraftRun, type StaySnapshotInput } from '../client.js';
import { dryRunNewStay } from '../client/plan-snapshot.js';
import { openPropertyFile } from '../property-file.js';
import { toInstants } from '../domain/model/dates.js';
import type { Instant } from '../domain/model/instants.js';
import { policySchema, type Property } from '../domain/model/property-schema.js';
import { asBadInput } from './json-file.js';
import { BadInput, NotWorked } from './outcome.js';

/** Policy and time zone of a property. Without a property file the policy is the default, and the zone is unknown. */
export type Rules = Pick<Property, 'name' | 'policy'> & { readonly clock?: Property };

/**
 * Returns the rules of a property.
 * @param file the property file; undefined if none is given
 * @throws BadInput if the file cannot be used, or lacks the property
 */
export async function rulesOf(propertyId: string, file: string | undefined): Promise<Rules> {
  if (file === undefined) return { name: propertyId, policy: policySchema.parse({}) };
  try {
    // The file is read only once, so a later invalid version does not matter.
    const properties = await openPropertyFile(file, { onInvalid: () => undefined });
    const property = await properties.find(propertyId);
    if (property === undefined) throw new BadInput(`propertyId ${JSON.stringify(propertyId)} is not in ${file}`);
    return { name: property.name, policy: property.policy, clock: property };
  } catch (error) {
    throw asBadInput(error);
  }
}

/**
 * Returns the snapshot with its window as instants in UTC.
 * @throws BadInput if the window has local dates and the zone is unknown, or if the window is empty
 */
export function inInstants(snapshot: StaySnapshotInput, { clock }: Rules): StaySnapshotInput {
  if ('from' in snapshot.window) return snapshot;
  if (clock === undefined) {
    throw new BadInput('local dates cannot be planned without the time zone of the property', [
      'window must be instants, or the property must be given: --properties FILE, or STAYLINE_PROPERTIES',
    ]);
  }
  try {
    return { ...snapshot, window: toInstants(snapshot.window, clock) };
  } catch (error) {
    if (error instanceof RangeError) throw new BadInput('the window cannot be used', [error.message]);
    throw error;
  }
}

/** Returns the dry run of a new stay, like `dryRunNewStay`. @throws NotWorked if the window is over */
export function dryRunNew(
  snapshot: StaySnapshotInput,
  { name, policy, clock }: Rules,
  now: Instant,
  answers: DraftAnswers,
): DraftRun {
  try {
    return dryRunNewStay(snapshot, { name, policy, timeZone: clock?.timeZone ?? 'UTC' }, now, answers);
  } catch (error) {
    if (error instanceof StayRefused) throw new NotWorked(error.message);
    throw error;
  }
}
