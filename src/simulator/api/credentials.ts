/** Seam's `/acs/credentials`: checks requests and starts their effects (see `issuing.ts`). */
import { end, keyOf, ownerOf, push } from '../hotel/issuing.js';
import {
  judgeDoors,
  judgeEnd,
  judgeJoining,
  judgeWindow,
  type CreateParams,
  type Joining,
} from '../hotel/key-checks.js';
import { credentialLabel } from '../hotel/labels.js';
import type { Params } from './params.js';
import { phonesOf } from '../hotel/phones.js';
import type { Quirk } from '../hotel/provider-link.js';
import type { CopyRecord, CredentialRecord, UserRecord } from '../hotel/records.js';
import { invalidInput, notFound, SeamError } from './seam-error.js';
import { findUser, userFor } from './users.js';
import { recordsOf, type World } from '../hotel/world.js';

/** Credential in Seam's lists: a key, or its copy on one phone. */
export type Listed =
  | { readonly kind: 'credential'; readonly credential: CredentialRecord }
  | { readonly kind: 'copy'; readonly credential: CredentialRecord; readonly copy: CopyRecord };

/**
 * Creates a mobile key. Seam answers before the provider receives the key.
 * @throws `SeamError` 404 for unknown ids, 400 for every other invalid input.
 */
export function createCredential(world: World, asked: CreateParams, quirks: readonly Quirk[] = []): CredentialRecord {
  judgeKind(world, asked);
  const user = userFor(world, asked);
  const doors = judgeDoors(world, asked, user);
  const window = judgeWindow(world, asked);
  const joining = judgeJoining(world, asked, doors);
  const overrides = joining.kind === 'override' || joining.kind === 'auto-override';
  if (overrides && world.switches.overrideNeedsPhone && !hasActivePhone(world, user)) {
    throw new SeamError(400, 'user_identity_has_no_phone', 'An override needs a user identity with an active phone');
  }
  const earlier = recordsOf(world.credentials, [...user.credentialIds]);
  const now = world.clock.now();
  const credential: CredentialRecord = {
    id: world.newId(),
    seq: world.nextSeq(),
    createdAt: now,
    form: 'mobile-key',
    userId: user.id,
    displayName: credentialLabel(world, doors.guest, asked.visionline_metadata?.label),
    guestDoorIds: doors.guest.map((door) => door.id),
    commonDoorIds: doors.common.map((door) => door.id),
    joinedTo: asked.visionline_metadata?.joiner_acs_credential_ids ?? [],
    joining: joiningOnRecord(joining),
    generation: generationFor(world, joining),
    startsAt: window.startsAt,
    startShiftedAt: window.shifted === 'shifted' ? now : null,
    endsAt: window.endsAt,
    life: 'live',
    validity: null,
    syncedAt: null,
    issuedAt: null,
    deletingSince: null,
    failedAt: joining.kind === 'dead-joiner' ? now : null,
    copies: new Map(),
  };
  remember(world, credential);
  world.journal.write('credential-created', {
    acs_credential_id: credential.id,
    acs_user_id: user.id,
    kind: credential.joining,
    joined_to: credential.joinedTo,
    doors: [...doors.guest, ...doors.common].map((door) => door.name),
    starts_at: new Date(credential.startsAt).toISOString(),
    ends_at: new Date(credential.endsAt).toISOString(),
  });
  if (world.switches.newKeyReplacesUsersEarlier) {
    for (const key of earlier) end(world, key, `replaced by ${credential.id}`, quirks);
  }
  if (credential.failedAt === null && !quirks.includes('never-synced'))
    world.link.send({ kind: 'commit', credentialId: credential.id });
  return credential;
}

/** Adds a new credential to every index. */
export function remember(world: World, credential: CredentialRecord): void {
  world.credentials.set(credential.id, credential);
  world.present.credentials.add(credential.id);
  if (credential.userId !== null) world.users.get(credential.userId)?.credentialIds.add(credential.id);
  for (const doorId of [...credential.guestDoorIds, ...credential.commonDoorIds]) {
    world.credentialIdsByDoor.get(doorId)?.add(credential.id);
  }
}

function judgeKind(world: World, asked: CreateParams): void {
  if (asked.access_method !== 'mobile_key') {
    throw new SeamError(400, 'not_supported', `The simulator issues mobile keys only, not ${asked.access_method}`);
  }
  if (asked.is_multi_phone_sync_credential !== true) {
    throw invalidInput(['is_multi_phone_sync_credential'], 'must be true for a Visionline mobile key');
  }
  for (const brand of ['assa_abloy_vostio_metadata', 'hotek_metadata', 'salto_space_metadata'] as const) {
    if (asked[brand] !== undefined) throw invalidInput([brand], 'is for another brand; this system is Visionline');
  }
  if (asked.visionline_metadata?.assa_abloy_credential_service_mobile_endpoint_id !== undefined) {
    const field = ['visionline_metadata', 'assa_abloy_credential_service_mobile_endpoint_id'];
    throw invalidInput(field, 'cannot be set for a multi-phone key');
  }
  const manager = asked.credential_manager_acs_system_id;
  if (manager !== undefined && manager !== world.credentialManagerAcsSystemId) throw notFound('acs_system', manager);
}

function hasActivePhone(world: World, user: UserRecord): boolean {
  if (user.identityId === null) return false;
  return phonesOf(world, user.identityId).some((device) => device.endpoint === 'active');
}

function joiningOnRecord(joining: Joining): CredentialRecord['joining'] {
  switch (joining.kind) {
    case 'override':
    case 'joiner':
    case 'plain':
      return joining.kind;
    case 'dead-joiner':
      return 'joiner';
    case 'auto-override':
    case 'auto-joiner':
      return 'auto';
  }
}

function generationFor(world: World, joining: Joining): number {
  switch (joining.kind) {
    case 'override':
    case 'auto-override':
      return ++world.newestGeneration;
    case 'joiner':
    case 'auto-joiner':
    case 'plain':
      return joining.generation;
    case 'dead-joiner':
      return 0;
  }
}

/**
 * Returns the credential or copy with this id.
 * @throws `SeamError` 404 if Seam no longer has it.
 */
export function findCredential(world: World, id: string): Listed {
  const copy = world.copies.get(id);
  const credential = world.credentials.get(copy?.parentId ?? id);
  if (credential === undefined || !world.present.credentials.has(id)) throw notFound('acs_credential', id);
  return copy === undefined ? { kind: 'credential', credential } : { kind: 'copy', credential, copy };
}

/**
 * Returns the credentials and copies that match, oldest first.
 * @throws `SeamError` 404 for an unknown user or identity.
 */
export function listCredentials(world: World, asked: Params<'credentialsList'>): readonly Listed[] {
  return candidates(world, asked).filter((listed) => {
    const { credential } = listed;
    const isParent = listed.kind === 'credential' && credential.form === 'mobile-key';
    if (asked.acs_system_id !== undefined && asked.acs_system_id !== world.acsSystemId) return false;
    if ((asked.is_multi_phone_sync_credential ?? isParent) !== isParent) return false;
    if (asked.acs_user_id !== undefined && credential.userId !== asked.acs_user_id) return false;
    if (asked.user_identity_id !== undefined && ownerOf(world, credential) !== asked.user_identity_id) return false;
    if (asked.created_before !== undefined && credential.createdAt >= Date.parse(asked.created_before)) return false;
    return asked.search === undefined || credential.displayName.toLowerCase().includes(asked.search.toLowerCase());
  });
}

function candidates(world: World, asked: Params<'credentialsList'>): readonly Listed[] {
  if (asked.acs_user_id !== undefined) return listedOf(world, [findUser(world, { acs_user_id: asked.acs_user_id })]);
  if (asked.user_identity_id !== undefined) {
    const identity = world.identities.get(asked.user_identity_id);
    if (identity === undefined || identity.presence === 'gone') {
      throw notFound('user_identity', asked.user_identity_id);
    }
    return listedOf(world, recordsOf(world.users, identity.userIds));
  }
  return [...world.present.credentials].map((id) => findCredential(world, id));
}

function listedOf(world: World, users: readonly UserRecord[]): readonly Listed[] {
  const keys = users.flatMap((user) => recordsOf(world.credentials, user.credentialIds));
  return keys
    .flatMap((key) => [key.id, ...[...key.copies.values()].map((copy) => copy.id)])
    .filter((id) => world.present.credentials.has(id))
    .map((id) => findCredential(world, id))
    .sort((a, b) => seqOf(a) - seqOf(b));
}

/** Returns the position in the order of creation, for paging. */
export function seqOf(listed: Listed): number {
  return listed.kind === 'copy' ? listed.copy.seq : listed.credential.seq;
}

/**
 * Changes the end at Seam. The switch `updateReachesPhones` decides whether phones receive the change.
 * @throws `SeamError` 404 for an unknown credential, 400 for a code, a plastic card or an invalid end.
 */
export function updateCredential(world: World, asked: Params<'credentialUpdate'>): Listed {
  const listed = findCredential(world, asked.acs_credential_id);
  if (asked.code !== undefined) throw invalidInput(['code'], 'is not supported for mobile keys');
  if (asked.ends_at === undefined) return listed;
  const { credential } = listed;
  if (credential.form === 'desk-card') throw new SeamError(400, 'not_supported', 'A plastic card cannot be changed');
  const endsAt = judgeEnd(world, asked.ends_at);
  if (endsAt <= credential.startsAt) throw invalidInput(['ends_at'], 'must be after starts_at');
  credential.endsAt = endsAt;
  world.journal.write('credential-updated', {
    acs_credential_id: credential.id,
    ends_at: new Date(endsAt).toISOString(),
  });
  credential.syncedAt = null;
  world.link.send({ kind: 'take-over', credentialId: credential.id });
  return listed;
}

/** Records that the provider has the change. With `updateReachesPhones`, every wallet receives the changed key. */
export function takeOver(world: World, credential: CredentialRecord): void {
  if (credential.life !== 'live' || credential.validity === null) return;
  credential.syncedAt = world.clock.now();
  if (!world.switches.updateReachesPhones) return;
  for (const device of recordsOf(world.devices, credential.copies.keys())) {
    device.wallet = new Map(device.wallet).set(credential.id, keyOf(world, credential));
    push(world, device);
  }
}

/**
 * Accepts the deletion of a credential.
 * @throws `SeamError` 404 if Seam no longer has it, 400 for a copy on one phone: delete its parent instead.
 */
export function deleteCredential(world: World, id: string, quirks: readonly Quirk[] = []): void {
  const listed = findCredential(world, id);
  if (listed.kind === 'copy') throw new SeamError(400, 'not_supported', 'Delete the parent credential instead');
  end(world, listed.credential, 'deleted', quirks);
}
