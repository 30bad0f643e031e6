/** Keys of a stay for the audit of its property. */
import { defined } from '../../model/defined.js';
import type { RecordedKey } from '../../model/drift.js';
import type { StayState } from '../state.js';

/** Returns the keys, also those that Seam may only be about to make. */
export function keyRecordsOf({ keyring }: StayState): readonly RecordedKey[] {
  return keyring.keys.map(({ guestId, acsUserId, acsCredentialId, state, ask, lingers, doubt }) => {
    const mayRemain = lingers === true ? (true as const) : undefined;
    const inDoubt = doubt === 'open' ? (true as const) : undefined;
    return { guestId, acsUserId, state, ask, ...defined({ acsCredentialId, mayRemain, inDoubt }) };
  });
}
