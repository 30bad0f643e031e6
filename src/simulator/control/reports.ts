/** Errors and warnings that Seam publishes for its resources, added to answers by the fault `report`. */
import { z } from 'zod';
import { invalidInput } from '../api/seam-error.js';

/** Published codes by resource. `any`: Seam lists no codes, so that each text may come. */
export const REPORTS = {
  acs_credential: {
    errors: 'any',
    warnings: [
      ...['waiting_to_be_issued', 'schedule_externally_modified', 'schedule_modified', 'being_deleted'],
      ...['unknown_issue_with_acs_credential', 'needs_to_be_reissued', 'requested_code_unavailable'],
    ],
  },
  acs_user: {
    errors: [
      ...['deleted_externally', 'salto_ks_subscription_limit_exceeded', 'failed_to_create_on_acs_system'],
      ...['failed_to_update_on_acs_system', 'failed_to_delete_on_acs_system', 'latch_conflict_with_resident_user'],
    ],
    warnings: [
      ...['being_deleted', 'salto_ks_user_not_subscribed', 'acs_user_inactive', 'unknown_issue_with_acs_user'],
      'latch_resident_user',
    ],
  },
  acs_entrance: {
    errors: 'any',
    warnings: [
      ...['salto_ks_entrance_access_code_support_removed', 'entrance_shares_zone', 'entrance_setup_required'],
      ...['salto_ks_privacy_mode', 'privacy_mode'],
    ],
  },
  acs_system: {
    errors: [
      ...['seam_bridge_disconnected', 'bridge_disconnected', 'visionline_instance_unreachable'],
      ...['salto_ks_subscription_limit_exceeded', 'insufficient_permissions', 'acs_system_disconnected'],
      ...['account_disconnected', 'salto_ks_certification_expired', 'provider_service_unavailable'],
    ],
    warnings: [
      ...['salto_ks_subscription_limit_almost_reached', 'time_zone_does_not_match_location', 'setup_required'],
      'unknown_issue_with_acs_system',
    ],
  },
  user_identity: {
    errors: ['issue_with_acs_user'],
    warnings: ['being_deleted', 'acs_user_profile_does_not_match_user_identity'],
  },
  phone: { errors: 'any', warnings: 'any' },
} as const satisfies Record<string, Record<'errors' | 'warnings', readonly string[] | 'any'>>;

type Resource = keyof typeof REPORTS;

const RESOURCES = Object.keys(REPORTS) as Resource[];

/** Fields of a fault that only the kind `report` has. */
export const reportFields = {
  resource: z.enum(RESOURCES, { error: `must be one of ${RESOURCES.join(', ')}` }).optional(),
  /** Error or warning code as Seam publishes it. */
  code: z.string().min(1).optional(),
  /** Only the resource with this id; otherwise every resource of the kind. */
  id: z.string().optional(),
  message: z.string().optional(),
} as const;

export type Report = z.infer<z.ZodObject<typeof reportFields>>;

/** Returns the list that the code belongs to. A code in no published list is an error where Seam publishes no codes. */
function listOf(resource: Resource, code: string): 'errors' | 'warnings' | undefined {
  const { errors, warnings } = REPORTS[resource];
  const has = (codes: readonly string[] | 'any'): boolean => codes !== 'any' && codes.includes(code);
  if (has(warnings)) return 'warnings';
  return errors === 'any' || has(errors) ? 'errors' : undefined;
}

/** @throws `SeamError` 400 for a report without resource or code, or with a code that Seam does not publish */
export function checkReport({ resource, code }: Report): void {
  if (resource === undefined) throw invalidInput(['resource'], `must be one of ${RESOURCES.join(', ')}`);
  if (code === undefined) throw invalidInput(['code'], 'must be a code that Seam publishes');
  if (listOf(resource, code) !== undefined) return;
  const { errors, warnings } = REPORTS[resource];
  throw invalidInput(['code'], `must be one of ${[...errors, ...warnings].join(', ')}`);
}

type Json = Readonly<Record<string, unknown>>;

/** Returns the answer with the reports added to the resources that they are about. `at` is an ISO 8601 instant. */
export function withReports(body: unknown, reports: readonly Report[], at: string): unknown {
  return reports.reduce((answer, report) => withReport(answer, report, at), body);
}

function withReport(body: unknown, report: Report, at: string): unknown {
  const { resource, code } = report;
  if (!isJson(body) || resource === undefined || code === undefined) return body;
  const list = listOf(resource, code) ?? 'errors';
  const add = (item: unknown): unknown => (isJson(item) ? withEntry(item, report, list, at) : item);
  const plural = resource === 'user_identity' ? 'user_identities' : `${resource}s`;
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      if (name === resource) return [name, add(value)];
      return [name, name === plural && Array.isArray(value) ? value.map(add) : value];
    }),
  );
}

function withEntry(item: Json, { resource, code, id, message }: Report, list: 'errors' | 'warnings', at: string): Json {
  const itemId = item[resource === 'phone' ? 'device_id' : `${String(resource)}_id`];
  if (id !== undefined && id !== itemId) return item;
  const earlier: readonly unknown[] = Array.isArray(item[list]) ? item[list] : [];
  const entry = {
    [list === 'errors' ? 'error_code' : 'warning_code']: code,
    message: message ?? `Simulated: ${String(code).replaceAll('_', ' ')}.`,
    created_at: at,
    ...detailsOf(item, code),
  };
  return { ...item, [list]: [...earlier, entry] };
}

/** Returns the further fields that Seam publishes for the code. */
function detailsOf(item: Json, code: string | undefined): Json {
  switch (code) {
    case 'requested_code_unavailable':
      return { original_code: '1234', new_code: '5678' };
    case 'issue_with_acs_user': {
      const users: readonly unknown[] = Array.isArray(item['acs_user_ids']) ? item['acs_user_ids'] : [];
      return { acs_user_id: users[0] ?? item['user_identity_id'], acs_system_id: item['workspace_id'] };
    }
    default:
      return {};
  }
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
