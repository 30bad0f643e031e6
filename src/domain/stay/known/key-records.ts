/** Keys of a stay for the audit of its property. */
import { defined } from '../../model/defined.js';
import type { RecordedKey } from '../../model/drift.js';
import type { StayState } from '../state.js';

/** Returns the keys that Seam has made. */
export function keyRecordsOf({ keyring }: StayState): readonly RecordedKey[] {
  return keyring.keys.flatMap((key) => {
    const { guestId, acsUserId, acsCredentialId, state, ask, lingers } = key;
    if (acsCredentialId === undefined) return [];
    const mayRemain = lingers === true ? (true as const) : undefined;
    return [{ guestId, acsUserId, acsCredentialId, state, ask, ...defined({ mayRemain }) }];
  });
}
