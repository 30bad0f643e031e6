/** What a snapshot would lead to, foreseen without asking Temporal; and local dates made instants, as a worker would. */
import type { Foresight, StaySnapshotInput } from '../client.js';
import { openPropertyFile, PropertyFileError } from '../property-file.js';
import { applySnapshot, judgeSnapshot } from '../stay/apply-snapshot.js';
import { openBook } from '../stay/book.js';
import { toInstants } from '../stay/dates.js';
import { foresee } from '../stay/foresee.js';
import { stayWorkflowId } from '../stay/ids.js';
import type { Instant } from '../stay/instants.js';
import { policySchema, type Property } from '../stay/property-schema.js';
import { snapshotSchema } from '../stay/snapshot-schema.js';
import { BadInput, NotWorked } from './outcome.js';

/** Zone and policy of a property; without a property file the policy is the default one, and the zone is not known. */
export type Rules = Pick<Property, 'name' | 'policy'> & { readonly clock?: Property };

/**
 * @param file the property file; undefined if none was given
 * @throws BadInput if the file cannot be used, or lacks the property
 */
export async function rulesOf(propertyId: string, file: string | undefined): Promise<Rules> {
  if (file === undefined) return { name: propertyId, policy: policySchema.parse({}) };
  try {
    // Read once, so it never has to be read again.
    const properties = await openPropertyFile(file, { onInvalid: () => undefined });
    const property = await properties.find(propertyId);
    if (property === undefined) throw new BadInput(`propertyId ${JSON.stringify(propertyId)} is not in ${file}`);
    return { name: property.name, policy: property.policy, clock: property };
  } catch (error) {
    if (error instanceof PropertyFileError) throw new BadInput(`${error.path} cannot be used`, error.problems);
    throw error;
  }
}

/** @throws BadInput if the window is in local dates and the zone is not known, or if it is empty */
export function inInstants(snapshot: StaySnapshotInput, { clock }: Rules): StaySnapshotInput {
  if ('from' in snapshot.window) return snapshot;
  if (clock === undefined) {
    throw new BadInput('local dates cannot be planned without the zone of the property', [
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

/**
 * What would be done for a stay that does not exist yet.
 * @param snapshot with a window of instants
 * @throws NotWorked if its window is over
 */
export function foreseeNewStay(snapshot: StaySnapshotInput, rules: Rules, now: Instant): Foresight {
  const { propertyId, reservationId } = snapshot;
  const { name, policy, clock } = rules;
  const book = openBook(stayWorkflowId({ propertyId, reservationId }), propertyId, reservationId, now);
  const checked = snapshotSchema.parse(snapshot);
  const verdict = judgeSnapshot(book, checked, now);
  if (verdict.kind === 'over') throw new NotWorked(verdict.message);
  book.property = { name, policy, timeZone: clock?.timeZone ?? 'UTC' };
  applySnapshot(book, checked, now);
  return foresee(book, now);
}
