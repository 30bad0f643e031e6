/** Carries out, at the provider, what Seam has sent there. */
import { remember, takeOver } from '../api/credentials.js';
import { commit, copyKeysTo, discard, forget, outdate } from './issuing.js';
import { endCopiesOn } from './phones.js';
import type { ProviderWork } from './provider-link.js';
import type { CredentialRecord } from './records.js';
import type { World } from './world.js';

/** Carries out one unit of work. A record that the work names always exists: records are marked, never removed. */
export function carryOut(world: World, work: ProviderWork): void {
  switch (work.kind) {
    case 'copy-keys':
      return copyKeysTo(world, work.deviceId);
    case 'end-copies': {
      const device = world.devices.get(work.deviceId);
      if (device !== undefined) endCopiesOn(world, device, work.quirks);
      return;
    }
    default: {
      const credential = world.credentials.get(work.credentialId);
      if (credential !== undefined) carryOutFor(world, credential, work);
    }
  }
}

type CredentialWork = Extract<ProviderWork, { readonly credentialId: string }>;

function carryOutFor(world: World, credential: CredentialRecord, work: CredentialWork): void {
  switch (work.kind) {
    case 'commit':
      return commit(world, credential);
    case 'take-over':
      return takeOver(world, credential);
    case 'discard':
      return discard(world, credential, work.quirks);
    case 'forget':
      return forget(world, credential);
    case 'outdate':
      return outdate(world, credential, work.doorIds);
    case 'record-card':
      remember(world, credential);
      if (credential.joining === 'override') outdate(world, credential);
      return;
    default:
      work satisfies never;
  }
}
