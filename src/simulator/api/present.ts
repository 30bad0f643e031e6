/**
 * Records in Seam's JSON: exactly the published fields, no more. Fields without a value are
 * left out, because absent and null differ at Seam.
 */
import { defined } from '../../domain/model/defined.js';
import type { Listed } from './credentials.js';
import { ownerOf } from '../hotel/issuing.js';
import type {
  ClientSessionRecord,
  DeviceRecord,
  Door,
  IdentityRecord,
  InstantKeyRecord,
  UserRecord,
} from '../hotel/records.js';
import { linkOf } from './sessions.js';
import { recordsOf, type World } from '../hotel/world.js';

type Json = Readonly<Record<string, unknown>>;

function iso(at: number): string {
  return new Date(at).toISOString();
}

function isoOrNull(at: number | null): string | null {
  return at === null ? null : iso(at);
}

function common(world: World): Json {
  return { workspace_id: world.workspaceId, errors: [], warnings: [] };
}

/** Returns the hotel's Visionline system, with `seam_bridge_disconnected` while the bridge is down. */
export function systemJson(world: World): Json {
  const down = world.bridgeDownSince;
  return {
    ...common(world),
    acs_system_id: world.acsSystemId,
    connected_account_id: world.connectedAccountId,
    connected_account_ids: [world.connectedAccountId],
    default_credential_manager_acs_system_id: world.credentialManagerAcsSystemId,
    name: world.name,
    created_at: iso(world.openedAt),
    external_type: 'visionline_system',
    external_type_display_name: 'Visionline System',
    system_type: 'visionline_system',
    system_type_display_name: 'Visionline System',
    is_credential_manager: false,
    location: { time_zone: world.zoneAtSeam.timeZone },
    image_url: 'https://connect.getseam.com/assets/images/acs_systems/visionline_system.png',
    image_alt_text: 'Visionline System',
    visionline_metadata: { system_id: world.acsSystemId.slice(0, 8), lan_address: '192.168.1.100' },
    acs_user_count: world.present.users.size,
    errors: down === null ? [] : bridgeErrors(down),
    warnings: zoneWarnings(world),
  };
}

function zoneWarnings({ zoneAtSeam: { doubtedSince } }: World): readonly Json[] {
  if (doubtedSince === null) return [];
  return [
    {
      warning_code: 'time_zone_does_not_match_location',
      message: 'The time zone does not match the location of the access system.',
      created_at: iso(doubtedSince),
    },
  ];
}

/** Returns Seam's errors for a system whose bridge is down; `since` in milliseconds since 1970. */
export function bridgeErrors(since: number): readonly Json[] {
  return [
    {
      error_code: 'seam_bridge_disconnected',
      message: 'Seam Bridge is not connected to the access system.',
      created_at: iso(since),
    },
  ];
}

/** Returns the credential service that delivers keys to phones. */
export function credentialManagerJson(world: World): Json {
  return {
    ...common(world),
    acs_system_id: world.credentialManagerAcsSystemId,
    connected_account_id: world.connectedAccountId,
    connected_account_ids: [world.connectedAccountId],
    name: 'Credential Service',
    created_at: iso(world.openedAt),
    external_type: 'assa_abloy_credential_service',
    external_type_display_name: 'ASSA ABLOY Credential Service',
    system_type: 'assa_abloy_credential_service',
    system_type_display_name: 'ASSA ABLOY Credential Service',
    is_credential_manager: true,
    location: { time_zone: null },
    image_url: 'https://connect.getseam.com/assets/images/acs_systems/assa_abloy_credential_service.png',
    image_alt_text: 'ASSA ABLOY Credential Service',
  };
}

function removalErrors(at: number): readonly Json[] {
  return [
    {
      error_code: 'entrance_removed',
      message: 'The entrance was removed from the access system.',
      created_at: iso(at),
    },
  ];
}

/** Returns a door as an `acs_entrance`. */
export function entranceJson(world: World, door: Door): Json {
  const isCommon = door.category === 'common' || door.category === 'common (PMS)';
  return {
    acs_entrance_id: door.id,
    acs_system_id: world.acsSystemId,
    connected_account_id: world.connectedAccountId,
    created_at: iso(world.openedAt),
    display_name: door.name,
    space_ids: [],
    errors: door.removedAt === undefined ? [] : removalErrors(door.removedAt),
    warnings: [],
    can_unlock_with_mobile_key: true,
    can_unlock_with_card: true,
    can_belong_to_reservation: door.category === 'guest',
    visionline_metadata: {
      door_name: door.name,
      door_category: door.category,
      profiles: [
        { visionline_door_profile_id: 'BLE', visionline_door_profile_type: 'BLE' },
        ...(isCommon ? [{ visionline_door_profile_id: 'CD', visionline_door_profile_type: 'commonDoor' }] : []),
      ],
    },
  };
}

/** Returns a user as an `acs_user`. */
export function userJson(world: World, user: UserRecord): Json {
  const identity = user.identityId === null ? undefined : world.identities.get(user.identityId);
  return defined({
    ...common(world),
    acs_user_id: user.id,
    acs_system_id: world.acsSystemId,
    connected_account_id: world.connectedAccountId,
    created_at: iso(user.createdAt),
    display_name: user.fullName,
    full_name: user.fullName,
    email: user.email ?? undefined,
    email_address: user.email ?? undefined,
    phone_number: user.phoneNumber ?? undefined,
    access_schedule:
      user.schedule === null
        ? undefined
        : { starts_at: iso(user.schedule.startsAt), ends_at: isoOrNull(user.schedule.endsAt) },
    is_managed: true,
    last_successful_sync_at: iso(user.createdAt),
    is_suspended: user.suspension === 'suspended',
    user_identity_id: identity?.id,
    user_identity_full_name: identity?.fullName,
    user_identity_email_address: identity?.email,
    user_identity_phone_number: identity?.phoneNumber,
  });
}

/** Returns an identity as a `user_identity`, with the ids of its live users. */
export function identityJson(world: World, identity: IdentityRecord): Json {
  const users = recordsOf(world.users, identity.userIds).filter((user) => user.presence === 'live');
  return {
    ...common(world),
    user_identity_id: identity.id,
    user_identity_key: identity.key,
    full_name: identity.fullName,
    email_address: identity.email,
    phone_number: identity.phoneNumber,
    display_name: identity.fullName ?? identity.key ?? 'User identity',
    created_at: iso(identity.createdAt),
    acs_user_ids: users.map((user) => user.id),
    merged_user_identity_ids: [],
    merged_user_identity_keys: [],
  };
}

/** Returns a device as a `phone`. */
export function phoneJson(world: World, device: DeviceRecord): Json {
  const isActive = device.endpoint === 'active';
  return {
    ...common(world),
    device_id: device.id,
    device_type: device.system === 'ios' ? 'ios_phone' : 'android_phone',
    display_name: device.model,
    created_at: iso(device.createdAt),
    custom_metadata: {},
    properties: {
      assa_abloy_credential_service_metadata: {
        endpoints: [{ endpoint_id: device.endpointId, is_active: isActive }],
        has_active_endpoint: isActive,
      },
    },
  };
}

/** Returns a client session with its token, which is a secret. */
export function sessionJson(world: World, session: ClientSessionRecord): Json {
  const [identityId] = session.identityIds;
  return defined({
    client_session_id: session.id,
    workspace_id: world.workspaceId,
    created_at: iso(session.createdAt),
    expires_at: iso(session.expiresAt),
    token: session.token,
    user_identifier_key: session.userIdentifierKey,
    customer_key: session.customerKey ?? undefined,
    user_identity_id: identityId,
    user_identity_ids: [...session.identityIds],
    connected_account_ids: [...session.connectedAccountIds],
    connect_webview_ids: [],
    device_count: 0,
  });
}

/** Returns an instant key with its link, which is a secret. */
export function instantKeyJson(world: World, key: InstantKeyRecord): Json {
  return {
    instant_key_id: key.id,
    workspace_id: world.workspaceId,
    created_at: iso(key.createdAt),
    expires_at: iso(key.expiresAt),
    instant_key_url: linkOf(world, key),
    client_session_id: key.sessionId,
    user_identity_id: key.identityId,
  };
}

/** Returns a key, or its copy on one phone, as an `acs_credential`. */
export function credentialJson(world: World, listed: Listed): Json {
  const { credential } = listed;
  const copy = listed.kind === 'copy' ? listed.copy : undefined;
  const isParent = copy === undefined && credential.form === 'mobile-key';
  const issuedAt = copy === undefined ? credential.issuedAt : copy.issuedAt;
  return defined({
    acs_credential_id: copy?.id ?? credential.id,
    parent_acs_credential_id: copy?.parentId,
    acs_system_id: world.acsSystemId,
    connected_account_id: world.connectedAccountId,
    workspace_id: world.workspaceId,
    acs_user_id: credential.userId ?? undefined,
    user_identity_id: ownerOf(world, credential) ?? undefined,
    display_name: credential.displayName,
    access_method: credential.form === 'mobile-key' ? 'mobile_key' : 'card',
    created_at: iso(copy?.createdAt ?? credential.createdAt),
    starts_at: iso(credential.startsAt),
    ends_at: iso(credential.endsAt),
    external_type: isParent ? parentExternalType(world) : 'visionline_card',
    external_type_display_name: isParent ? undefined : 'Visionline Card',
    is_managed: true,
    is_multi_phone_sync_credential: isParent,
    is_issued: issuedAt !== null,
    issued_at: isoOrNull(issuedAt),
    is_latest_desired_state_synced_with_provider: credential.syncedAt !== null && credential.life === 'live',
    latest_desired_state_synced_with_provider_at: isoOrNull(credential.syncedAt),
    errors: [],
    warnings: warningsOf(listed, issuedAt),
    visionline_metadata: defined({
      card_function_type: 'guest',
      auto_join: credential.joining === 'auto' ? true : undefined,
      joiner_acs_credential_ids: credential.joinedTo.length > 0 ? credential.joinedTo : undefined,
      guest_acs_entrance_ids: credential.guestDoorIds,
      common_acs_entrance_ids: credential.commonDoorIds,
      is_valid: credential.validity === null ? undefined : credential.validity === 'valid',
      card_id: isParent ? undefined : String(copy?.seq ?? credential.seq),
      credential_id: isParent ? undefined : `visionline-${copy?.seq ?? credential.seq}`,
    }),
  });
}

function parentExternalType(world: World): string | undefined {
  return world.switches.parentExternalType === 'absent' ? undefined : world.switches.parentExternalType;
}

function warningsOf({ credential }: Listed, issuedAt: number | null): readonly Json[] {
  const warnings: Json[] = [];
  const warn = (warning_code: string, message: string, at: number): void => {
    warnings.push({ warning_code, message, created_at: iso(at) });
  };
  if (issuedAt === null) {
    warn('waiting_to_be_issued', 'Credential is waiting to be issued.', credential.createdAt);
  }
  if (credential.startShiftedAt !== null) {
    warn('schedule_modified', 'The start was in the past and has been moved.', credential.startShiftedAt);
  }
  if (credential.deletingSince !== null) {
    warn('being_deleted', 'Credential is being deleted.', credential.deletingSince);
  }
  if (credential.failedAt !== null) {
    warn('unknown_issue_with_acs_credential', 'The key to join no longer exists.', credential.failedAt);
  }
  return warnings;
}
