/** Request parameters of every endpoint that the simulator has, as Seam publishes them (`published.ts`). */
import { z } from 'zod';
import { isInstant } from '../../domain/model/instants.js';
import { EVENT_TYPES } from './published.js';

const uuid = z.guid({ error: 'must be a UUID' });
/** RFC 3339: seconds and an offset are required. */
const dateTime = z
  .string()
  .regex(
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/,
    'must be a date-time with seconds and an offset, such as "2026-11-23T15:00:00+01:00"',
  )
  .refine(isInstant, 'must be a date and time that exist');
const email = z.email({ error: 'must be an e-mail address' });
const limit = z.int().positive().optional();
const pageCursor = z.string().nullable().optional();
const paging = { limit, page_cursor: pageCursor };
const search = z.string().optional();
const eventType = z.enum(EVENT_TYPES, { error: 'must be a type of event that Seam publishes' });
/** Metadata for another brand of access system; refused by name. */
const otherBrand = z.looseObject({}).optional();
const sessionAccess = {
  connect_webview_ids: z.array(z.string()).optional(),
  connected_account_ids: z.array(z.string()).optional(),
  expires_at: dateTime.optional(),
  user_identifier_key: z.string().min(1).optional(),
  user_identity_id: uuid.optional(),
  /** Deprecated at Seam: an array of one. */
  user_identity_ids: z.array(uuid).max(1, 'must name one user identity').optional(),
};
const userPair = { acs_user_id: uuid.optional(), user_identity_id: uuid.optional(), acs_system_id: uuid.optional() };

export const params = {
  nothing: z.object({}),
  systemId: z.object({ acs_system_id: uuid }),
  systemsList: z.object({
    connected_account_id: uuid.optional(),
    customer_key: z.string().optional(),
    search,
  }),
  entranceId: z.object({ acs_entrance_id: uuid }),
  entrancesList: z.object({
    access_method_id: uuid.optional(),
    acs_system_id: uuid.optional(),
    acs_credential_id: uuid.optional(),
    acs_entrance_ids: z.array(uuid).optional(),
    connected_account_id: uuid.optional(),
    customer_key: z.string().optional(),
    location_id: uuid.nullable().optional(),
    space_id: uuid.optional(),
    search,
    ...paging,
  }),
  entranceGrant: z.object({
    acs_entrance_id: uuid,
    acs_user_id: uuid.optional(),
    user_identity_id: uuid.optional(),
  }),
  credentialsWithAccess: z.object({
    acs_entrance_id: uuid,
    include_if: z.array(z.enum(['visionline_metadata.is_valid'])).optional(),
  }),
  userCreate: z.object({
    acs_system_id: uuid,
    full_name: z.string().min(1),
    email: email.optional(),
    email_address: email.optional(),
    phone_number: z.string().optional(),
    user_identity_id: uuid.optional(),
    acs_access_group_ids: z.array(uuid).optional(),
    access_schedule: z.object({ starts_at: dateTime.optional(), ends_at: dateTime.nullable().optional() }).optional(),
  }),
  userPair: z.object(userPair),
  usersList: z.object({
    acs_system_id: uuid.optional(),
    user_identity_id: uuid.optional(),
    user_identity_email_address: z.string().optional(),
    user_identity_phone_number: z.string().optional(),
    created_before: dateTime.optional(),
    search,
    ...paging,
  }),
  userUpdate: z.object({
    ...userPair,
    full_name: z.string().min(1).optional(),
    email: email.optional(),
    email_address: email.optional(),
    phone_number: z.string().optional(),
    hid_acs_system_id: uuid.optional(),
    access_schedule: z.object({ starts_at: dateTime, ends_at: dateTime }).nullable().optional(),
  }),
  accessGroup: z.object({
    acs_access_group_id: uuid,
    acs_user_id: uuid.optional(),
    user_identity_id: uuid.optional(),
  }),
  credentialCreate: z.object({
    access_method: z.enum(['code', 'card', 'mobile_key', 'cloud_key']),
    acs_user_id: uuid.optional(),
    user_identity_id: uuid.optional(),
    acs_system_id: uuid.optional(),
    credential_manager_acs_system_id: uuid.optional(),
    is_multi_phone_sync_credential: z.boolean().optional(),
    allowed_acs_entrance_ids: z.array(uuid).optional(),
    starts_at: dateTime.optional(),
    ends_at: dateTime.optional(),
    code: z.string().optional(),
    assa_abloy_vostio_metadata: otherBrand,
    hotek_metadata: otherBrand,
    salto_space_metadata: otherBrand,
    visionline_metadata: z
      .object({
        card_format: z.enum(['TLCode', 'rfid48']).optional(),
        card_function_type: z.enum(['guest', 'staff']).optional(),
        override: z.boolean().optional(),
        is_override_key: z.boolean().optional(),
        auto_join: z.boolean().optional(),
        joiner_acs_credential_ids: z.array(uuid).optional(),
        assa_abloy_credential_service_mobile_endpoint_id: uuid.optional(),
        /** Not published. The simulator accepts it, but ignores it unless the switch `labelHonoured` is on. */
        label: z.string().optional(),
      })
      .optional(),
  }),
  credentialId: z.object({ acs_credential_id: uuid }),
  credentialsList: z.object({
    acs_user_id: uuid.optional(),
    user_identity_id: uuid.optional(),
    acs_system_id: uuid.optional(),
    is_multi_phone_sync_credential: z.boolean().optional(),
    created_before: dateTime.optional(),
    search,
    ...paging,
  }),
  credentialUpdate: z.object({
    acs_credential_id: uuid,
    ends_at: dateTime.optional(),
    code: z.string().optional(),
  }),
  identityCreate: z.object({
    user_identity_key: z.string().min(1).nullable().optional(),
    email_address: email.nullable().optional(),
    phone_number: z.string().nullable().optional(),
    full_name: z.string().nullable().optional(),
    acs_system_ids: z.array(uuid).optional(),
  }),
  identityRef: z.object({ user_identity_id: uuid.optional(), user_identity_key: z.string().optional() }),
  identityId: z.object({ user_identity_id: uuid }),
  identitiesList: z.object({
    user_identity_ids: z.array(uuid).optional(),
    credential_manager_acs_system_id: uuid.optional(),
    created_before: dateTime.optional(),
    search,
    ...paging,
  }),
  identityUpdate: z.object({
    user_identity_id: uuid,
    user_identity_key: z.string().min(1).nullable().optional(),
    email_address: email.nullable().optional(),
    phone_number: z.string().nullable().optional(),
    full_name: z.string().nullable().optional(),
  }),
  identityAddUser: z.object({
    acs_user_id: uuid,
    user_identity_id: uuid.optional(),
    user_identity_key: z.string().min(1).optional(),
  }),
  phonesList: z.object({ owner_user_identity_id: uuid.optional(), acs_credential_id: uuid.optional() }),
  deviceId: z.object({ device_id: uuid }),
  sandboxPhone: z.object({
    user_identity_id: uuid,
    custom_sdk_installation_id: z.string().optional(),
    phone_metadata: z
      .object({
        operating_system: z.enum(['android', 'ios']).optional(),
        os_version: z.string().optional(),
        device_manufacturer: z.string().optional(),
        device_model: z.string().optional(),
      })
      .optional(),
    assa_abloy_metadata: z
      .object({
        application_version: z.string().optional(),
        ble_capability: z.boolean().optional(),
        hce_capability: z.boolean().optional(),
        nfc_capability: z.boolean().optional(),
        seos_applet_version: z.string().optional(),
        seos_tsm_endpoint_id: z.number().optional(),
      })
      .optional(),
  }),
  eventsList: z.object({
    since: z.string().optional(),
    between: z.array(z.string()).length(2, 'must be two date-times').optional(),
    event_type: eventType.optional(),
    event_types: z.array(eventType).optional(),
    event_ids: z.array(uuid).optional(),
    access_code_id: uuid.optional(),
    access_code_ids: z.array(uuid).optional(),
    access_grant_id: uuid.optional(),
    access_grant_ids: z.array(uuid).optional(),
    access_method_id: uuid.optional(),
    access_method_ids: z.array(uuid).optional(),
    acs_access_group_id: uuid.optional(),
    acs_credential_id: uuid.optional(),
    acs_encoder_id: uuid.optional(),
    acs_user_id: uuid.optional(),
    acs_system_id: uuid.optional(),
    acs_system_ids: z.array(uuid).optional(),
    acs_entrance_id: uuid.optional(),
    connect_webview_id: uuid.optional(),
    connected_account_id: uuid.optional(),
    customer_key: z.string().optional(),
    device_id: uuid.optional(),
    device_ids: z.array(uuid).optional(),
    space_id: uuid.optional(),
    space_ids: z.array(uuid).optional(),
    user_identity_id: uuid.optional(),
    limit: z.number().positive().optional(),
    unstable_offset: z.number().min(0).optional(),
  }),
  eventGet: z.object({
    event_id: uuid.optional(),
    event_type: eventType.optional(),
    device_id: uuid.optional(),
  }),
  sessionCreate: z.object({
    ...sessionAccess,
    customer_id: z.string().optional(),
    customer_key: z.string().optional(),
  }),
  sessionGetOrCreate: z.object(sessionAccess),
  sessionGrant: z.object({ ...sessionAccess, client_session_id: uuid.optional() }).omit({ expires_at: true }),
  sessionRef: z.object({ client_session_id: uuid.optional(), user_identifier_key: z.string().optional() }),
  sessionId: z.object({ client_session_id: uuid }),
  sessionsList: z.object({
    client_session_id: uuid.optional(),
    connect_webview_id: uuid.nullable().optional(),
    user_identifier_key: z.string().optional(),
    user_identity_id: uuid.nullable().optional(),
    without_user_identifier_key: z.boolean().optional(),
  }),
  instantKeyGenerate: z.object({
    user_identity_id: uuid,
    customization_profile_id: uuid.optional(),
    max_use_count: z.number().optional(),
  }),
  instantKeyRef: z.object({ instant_key_id: uuid.optional(), instant_key_url: z.string().optional() }),
  instantKeyId: z.object({ instant_key_id: uuid }),
  instantKeysList: z.object({ user_identity_id: uuid.optional() }),
  webhookCreate: z.object({ url: z.url({ error: 'must be a URL' }), event_types: z.array(z.string()).optional() }),
  webhookId: z.object({ webhook_id: z.string() }),
  webhookUpdate: z.object({ webhook_id: z.string(), event_types: z.array(z.string()) }),
} as const;

/** Parameters of the endpoint with this name. */
export type Params<Name extends keyof typeof params> = z.infer<(typeof params)[Name]>;
