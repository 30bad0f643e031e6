/**
 * Schemas of Seam's answers, limited to the fields that Stayline relies on (`@seamapi/types` has all of them). Unknown
 * fields are dropped. Codes that may grow over time (`warning_code`, `door_category`, ...) stay plain strings.
 */
import { z } from 'zod';

const id = z.string().min(1);

/** Errors and warnings of an object; `seam-reports.ts` says what each code means. */
const reporting = {
  errors: z.array(z.object({ error_code: z.string(), message: z.string().optional() })),
  warnings: z.array(z.object({ warning_code: z.string(), message: z.string().optional() })),
} as const;

/** The same for objects whose reports no key depends on. */
const reportingIfAny = {
  errors: reporting.errors.default([]),
  warnings: reporting.warnings.default([]),
} as const;

export const credentialSchema = z.object({
  acs_credential_id: id,
  acs_user_id: id.nullish(),
  /** Set on the copies that multi-phone sync makes, one per phone. */
  parent_acs_credential_id: id.nullish(),
  access_method: z.string(),
  created_at: z.string(),
  starts_at: z.string().nullish(),
  ends_at: z.string().nullish(),
  is_issued: z.boolean().nullish(),
  issued_at: z.string().nullish(),
  is_latest_desired_state_synced_with_provider: z.boolean().nullish(),
  latest_desired_state_synced_with_provider_at: z.string().nullish(),
  ...reporting,
  visionline_metadata: z
    .object({
      joiner_acs_credential_ids: z.array(id).nullish(),
      guest_acs_entrance_ids: z.array(id).nullish(),
      common_acs_entrance_ids: z.array(id).nullish(),
      is_valid: z.boolean().nullish(),
    })
    .nullish(),
});

export const entranceSchema = z.object({
  acs_entrance_id: id,
  display_name: z.string(),
  can_unlock_with_mobile_key: z.boolean().nullish(),
  ...reportingIfAny,
  visionline_metadata: z.object({ door_name: z.string().nullish(), door_category: z.string().nullish() }).nullish(),
});

export const systemSchema = z.object({
  acs_system_id: id,
  location: z.object({ time_zone: z.string().nullish() }).nullish(),
  errors: reporting.errors,
  warnings: reportingIfAny.warnings,
});

export const userIdentitySchema = z.object({
  user_identity_id: id,
  user_identity_key: z.string().nullish(),
  full_name: z.string().nullish(),
  email_address: z.string().nullish(),
  phone_number: z.string().nullish(),
  ...reportingIfAny,
});

export const acsUserSchema = z.object({
  acs_user_id: id,
  user_identity_id: id.nullish(),
  created_at: z.string(),
  full_name: z.string().nullish(),
  ...reportingIfAny,
});

export const phoneSchema = z.object({
  device_id: id,
  created_at: z.string().optional(),
  properties: z.object({
    assa_abloy_credential_service_metadata: z.object({ has_active_endpoint: z.boolean().nullish() }).nullish(),
  }),
});

const paginationSchema = z.object({ next_page_cursor: z.string().nullable(), has_next_page: z.boolean() });

export const credentialAnswer = z.object({ acs_credential: credentialSchema });
export const credentialsAnswer = z.object({ acs_credentials: z.array(credentialSchema), pagination: paginationSchema });
export const entrancesAnswer = z.object({ acs_entrances: z.array(entranceSchema), pagination: paginationSchema });
export const accessibleEntrancesAnswer = z.object({ acs_entrances: z.array(entranceSchema) });
export const systemAnswer = z.object({ acs_system: systemSchema });
export const userIdentityAnswer = z.object({ user_identity: userIdentitySchema });
export const userIdentitiesAnswer = z.object({
  user_identities: z.array(userIdentitySchema),
  pagination: paginationSchema,
});
export const acsUserAnswer = z.object({ acs_user: acsUserSchema });
export const acsUsersAnswer = z.object({ acs_users: z.array(acsUserSchema), pagination: paginationSchema });
export const phonesAnswer = z.object({ phones: z.array(phoneSchema) });
const clientSessionSchema = z.object({ client_session_id: id, token: z.string().min(1), expires_at: z.string() });
const instantKeySchema = z.object({
  instant_key_id: id,
  client_session_id: id,
  instant_key_url: z.string().min(1),
  expires_at: z.string(),
});
/** These two hold secrets: nothing but the caller's own answer may repeat them. */
export const clientSessionAnswer = z.object({ client_session: clientSessionSchema });
export const instantKeyAnswer = z.object({ instant_key: instantKeySchema });
/** Answer of a call without a result. Without `ok`, the body may be anybody's. */
export const voidAnswer = z.object({ ok: z.literal(true) });

/** An error envelope; `validation_errors` names the fields that Seam refused. */
export const errorAnswer = z.object({
  error: z.object({
    type: z.string(),
    message: z.string().optional(),
    validation_errors: z.record(z.string(), z.unknown()).optional(),
  }),
});

export type ClientSession = z.infer<typeof clientSessionSchema>;
export type InstantKey = z.infer<typeof instantKeySchema>;
export type Credential = z.infer<typeof credentialSchema>;
export type Entrance = z.infer<typeof entranceSchema>;
export type AccessSystem = z.infer<typeof systemSchema>;
export type UserIdentity = z.infer<typeof userIdentitySchema>;
export type AcsUser = z.infer<typeof acsUserSchema>;
export type Phone = z.infer<typeof phoneSchema>;
