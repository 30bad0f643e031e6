/** Every user identity of the workspace. Seam's search has no filter for `user_identity_key`. */
import { rememberBriefly, type Cache } from './cache.js';
import { everyItem, type SeamClient } from './client.js';
import type { UserIdentity } from './schemas.js';

/** Lists of all identities, through the request budget of an access system (`acs_system_id`). @throws SeamError */
export interface IdentityCatalogue {
  /** Reads the list now. */
  readonly current: Cache<readonly UserIdentity[]>;
  /** Returns a list that may be some seconds old. */
  readonly recent: Cache<readonly UserIdentity[]>;
}

/** Creates a catalogue whose `recent` lists are cached for `ttlMs` milliseconds. */
export function identityCatalogue(client: SeamClient, options: { readonly ttlMs: number }): IdentityCatalogue {
  const read = (acsSystemId: string, signal?: AbortSignal): Promise<readonly UserIdentity[]> =>
    everyItem((cursor) =>
      client.forSystem(acsSystemId).listUserIdentities(cursor, signal === undefined ? {} : { signal }),
    );
  return { current: read, recent: rememberBriefly(options.ttlMs, (acsSystemId) => read(acsSystemId)) };
}
