/** Seam integration: the functions and types that activities use. */
export { watchAccessSystems, type AccessSystemWatch } from './access-system.js';
export type { IssueProgress } from './attempt.js';
export { createSeamClient, type SeamCalls, type SeamClient } from './client.js';
export { DEFAULT_KEY_TIMING, type EndRequests, type KeyRequests, type KeyTiming } from './context.js';
export { endPhoneAccess, makeInstantKey, openClientSession } from './phone-access.js';
export { findEarlierKeys } from './earlier-keys.js';
export { findDoors, openEntranceCatalogue, type EntranceCatalogue } from './entrances.js';
export { SeamError, toApplicationFailure } from './errors.js';
export { prepareGuest } from './guests.js';
export { identityCatalogue, type IdentityCatalogue } from './identities.js';
export { issueKey } from './issue.js';
export { observeKeys } from './observe-keys.js';
export { deactivatePhones, findReadyPhones } from './phones.js';
export { openProviderPace } from './provider-pace.js';
export { someReports } from './reports.js';
export { checkKeys, revokeKey } from './revoke.js';
export { lookForStrays } from './strays.js';
export type { ObservedCall, SeamAuth } from './transport.js';
