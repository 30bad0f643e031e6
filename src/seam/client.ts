/**
 * Client for Seam's API: one method per endpoint, all POST with JSON, every answer parsed. Source: Seam's published
 * schema (`@seamapi/types`).
 */
import type { AxiosInstance } from 'axios';
import { createBudget, DEFAULT_BUDGET, type BudgetOptions, type Turn } from './budget.js';
import * as schemas from './schemas.js';
import {
  openHttp,
  post,
  type CallOptions,
  type Endpoint,
  type ObservedCall,
  type SeamAuth,
  type Wire,
} from './transport.js';

export interface SeamClientOptions {
  readonly auth: SeamAuth;
  /** Base URL; Seam's own by default. */
  readonly endpoint?: string;
  /** Request timeout in milliseconds; 10 s by default. */
  readonly timeoutMs?: number;
  /** The request budget of each access system. */
  readonly budget?: Partial<BudgetOptions>;
  /** Receives each call when it is over, for metrics. */
  readonly onCall?: (call: ObservedCall) => void;
}

/** Paths of endpoints that change nothing. */
const READS = /\/(get|list|list_accessible_entrances)$/;

/** Path of the one request that must never be carried out twice. */
export const CREATE_CREDENTIAL = '/acs/credentials/create';
export const GET_CREDENTIAL = '/acs/credentials/get';

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Absent on the last page. */
  readonly nextCursor?: string;
}

export interface CreateCredentialParams {
  readonly acs_user_id: string;
  readonly credential_manager_acs_system_id: string;
  readonly access_method: 'mobile_key';
  readonly is_multi_phone_sync_credential: true;
  readonly allowed_acs_entrance_ids: readonly string[];
  readonly starts_at: string;
  readonly ends_at: string;
  readonly visionline_metadata: {
    readonly card_format: 'TLCode' | 'rfid48';
    readonly card_function_type: 'guest';
    readonly override?: true;
    readonly joiner_acs_credential_ids?: readonly string[];
    /** Absent from the published schema; source: the Visionline guide. */
    readonly label?: string;
  };
}

interface Paged {
  readonly limit?: number;
  readonly page_cursor?: string;
}

/** Seam's endpoints, within one access system's request budget. Every method throws `SeamError`. */
export interface SeamCalls {
  getSystem(params: { readonly acs_system_id: string }, options?: CallOptions): Promise<schemas.AccessSystem>;
  listEntrances(
    params: { readonly acs_system_id: string } & Paged,
    options?: CallOptions,
  ): Promise<Page<schemas.Entrance>>;
  listAcsUsers(
    params: { readonly acs_system_id: string; readonly user_identity_id?: string } & Paged,
    options?: CallOptions,
  ): Promise<Page<schemas.AcsUser>>;
  createAcsUser(
    params: { readonly acs_system_id: string; readonly full_name: string; readonly user_identity_id: string },
    options?: CallOptions,
  ): Promise<schemas.AcsUser>;
  updateAcsUser(
    params: { readonly acs_user_id: string; readonly full_name: string },
    options?: CallOptions,
  ): Promise<void>;
  createCredential(params: CreateCredentialParams, options?: CallOptions): Promise<schemas.Credential>;
  getCredential(params: { readonly acs_credential_id: string }, options?: CallOptions): Promise<schemas.Credential>;
  listCredentials(
    params: (
      { readonly acs_user_id: string } | { readonly user_identity_id: string } | { readonly acs_system_id: string }
    ) &
      Paged,
    options?: CallOptions,
  ): Promise<Page<schemas.Credential>>;
  deleteCredential(params: { readonly acs_credential_id: string }, options?: CallOptions): Promise<void>;
  /** Lists the doors that a credential opens, for a credential whose metadata lacks them. */
  listCredentialEntrances(
    params: { readonly acs_credential_id: string },
    options?: CallOptions,
  ): Promise<readonly schemas.Entrance[]>;
  getUserIdentity(
    params: { readonly user_identity_key: string } | { readonly user_identity_id: string },
    options?: CallOptions,
  ): Promise<schemas.UserIdentity>;
  /** Lists every identity of the workspace. Seam's search does not look at `user_identity_key`. */
  listUserIdentities(params: Paged, options?: CallOptions): Promise<Page<schemas.UserIdentity>>;
  createUserIdentity(
    params: {
      readonly user_identity_key: string;
      readonly full_name: string;
      readonly email_address?: string;
      readonly phone_number?: string;
    },
    options?: CallOptions,
  ): Promise<schemas.UserIdentity>;
  updateUserIdentity(
    params: {
      readonly user_identity_id: string;
      readonly full_name?: string;
      readonly email_address?: string;
      readonly phone_number?: string;
    },
    options?: CallOptions,
  ): Promise<void>;
  /** Deletes the identity with its users and their credentials. */
  deleteUserIdentity(params: { readonly user_identity_id: string }, options?: CallOptions): Promise<void>;
  listPhones(
    params: { readonly owner_user_identity_id: string },
    options?: CallOptions,
  ): Promise<readonly schemas.Phone[]>;
  deactivatePhone(params: { readonly device_id: string }, options?: CallOptions): Promise<void>;
  /** Returns the session with this key that reaches this identity, or a new one. Its token is a secret. */
  getOrCreateClientSession(
    params: { readonly user_identity_id: string; readonly user_identifier_key: string; readonly expires_at: string },
    options?: CallOptions,
  ): Promise<schemas.ClientSession>;
  deleteClientSession(params: { readonly client_session_id: string }, options?: CallOptions): Promise<void>;
  /** Returns a new link, which is a secret. */
  generateInstantKey(
    params: { readonly user_identity_id: string; readonly max_use_count: number },
    options?: CallOptions,
  ): Promise<schemas.InstantKey>;
  deleteInstantKey(params: { readonly instant_key_id: string }, options?: CallOptions): Promise<void>;
}

export interface SeamClient {
  /** Returns the endpoints, with the request budget of this access system. */
  forSystem(acsSystemId: string): SeamCalls;
  /** Returns the same endpoints for calls that precede all others: they end keys. */
  urgentlyForSystem(acsSystemId: string): SeamCalls;
  /** Underlying HTTP client, for instrumentation; it carries the credentials. */
  readonly http: AxiosInstance;
}

/** Creates a client for one workspace. */
export function createSeamClient(options: SeamClientOptions): SeamClient {
  const { auth, endpoint = 'https://connect.getseam.com', timeoutMs = 10_000 } = options;
  const http = openHttp(endpoint, auth);
  const systems = new Map<string, { readonly normal: SeamCalls; readonly urgent: SeamCalls }>();
  const callsOf = (acsSystemId: string) => {
    const known = systems.get(acsSystemId);
    if (known !== undefined) return known;
    const budget = createBudget({ ...DEFAULT_BUDGET, ...options.budget });
    const wire = { acsSystemId, http, timeoutMs, budget, onCall: options.onCall };
    const calls = { normal: callsThrough(wire, 'normal'), urgent: callsThrough(wire, 'urgent') };
    systems.set(acsSystemId, calls);
    return calls;
  };
  return {
    http,
    forSystem: (acsSystemId) => callsOf(acsSystemId).normal,
    urgentlyForSystem: (acsSystemId) => callsOf(acsSystemId).urgent,
  };
}

function callsThrough(wire: Wire, priority: Turn['priority']): SeamCalls {
  const call =
    <Params extends object, Answer, Result>(
      endpoint: Omit<Endpoint<Answer>, 'priority' | 'isRead'> & Partial<Endpoint<Answer>>,
      result: (answer: Answer) => Result,
    ) =>
    async (params: Params, options: CallOptions = {}): Promise<Result> =>
      result(await post(wire, { priority, isRead: READS.test(endpoint.path), ...endpoint }, params, options));

  return {
    getSystem: call({ path: '/acs/systems/get', answer: schemas.systemAnswer }, (answer) => answer.acs_system),
    listEntrances: call({ path: '/acs/entrances/list', answer: schemas.entrancesAnswer }, (answer) =>
      page(answer.acs_entrances, answer.pagination),
    ),
    listAcsUsers: call({ path: '/acs/users/list', answer: schemas.acsUsersAnswer }, (answer) =>
      page(answer.acs_users, answer.pagination),
    ),
    createAcsUser: call({ path: '/acs/users/create', answer: schemas.acsUserAnswer }, (answer) => answer.acs_user),
    updateAcsUser: call({ path: '/acs/users/update', answer: schemas.voidAnswer }, () => undefined),
    createCredential: call(
      { path: CREATE_CREDENTIAL, answer: schemas.credentialAnswer },
      (answer) => answer.acs_credential,
    ),
    getCredential: call({ path: GET_CREDENTIAL, answer: schemas.credentialAnswer }, (answer) => answer.acs_credential),
    listCredentials: call({ path: '/acs/credentials/list', answer: schemas.credentialsAnswer }, (answer) =>
      page(answer.acs_credentials, answer.pagination),
    ),
    deleteCredential: call(
      { path: '/acs/credentials/delete', answer: schemas.voidAnswer, priority: 'urgent' },
      () => undefined,
    ),
    listCredentialEntrances: call(
      { path: '/acs/credentials/list_accessible_entrances', answer: schemas.accessibleEntrancesAnswer },
      (answer) => answer.acs_entrances,
    ),
    getUserIdentity: call(
      { path: '/user_identities/get', answer: schemas.userIdentityAnswer },
      (answer) => answer.user_identity,
    ),
    listUserIdentities: call({ path: '/user_identities/list', answer: schemas.userIdentitiesAnswer }, (answer) =>
      page(answer.user_identities, answer.pagination),
    ),
    createUserIdentity: call(
      { path: '/user_identities/create', answer: schemas.userIdentityAnswer },
      (answer) => answer.user_identity,
    ),
    updateUserIdentity: call({ path: '/user_identities/update', answer: schemas.voidAnswer }, () => undefined),
    deleteUserIdentity: call({ path: '/user_identities/delete', answer: schemas.voidAnswer }, () => undefined),
    listPhones: call({ path: '/phones/list', answer: schemas.phonesAnswer }, (answer) => answer.phones),
    deactivatePhone: call(
      { path: '/phones/deactivate', answer: schemas.voidAnswer, priority: 'urgent' },
      () => undefined,
    ),
    getOrCreateClientSession: call(
      { path: '/client_sessions/get_or_create', answer: schemas.clientSessionAnswer },
      (answer) => answer.client_session,
    ),
    deleteClientSession: call(
      { path: '/client_sessions/delete', answer: schemas.voidAnswer, priority: 'urgent' },
      () => undefined,
    ),
    generateInstantKey: call(
      { path: '/user_identities/generate_instant_key', answer: schemas.instantKeyAnswer },
      (answer) => answer.instant_key,
    ),
    deleteInstantKey: call(
      { path: '/instant_keys/delete', answer: schemas.voidAnswer, priority: 'urgent' },
      () => undefined,
    ),
  };
}

function page<Item>(
  items: readonly Item[],
  pagination: { readonly next_page_cursor: string | null; readonly has_next_page: boolean },
): Page<Item> {
  const more = pagination.has_next_page && pagination.next_page_cursor !== null;
  return more ? { items, nextCursor: pagination.next_page_cursor ?? '' } : { items };
}

/** Returns every item of a paged list, in Seam's order. It stops at a cursor that it has already followed. */
export async function everyItem<Item>(
  load: (cursor: { readonly page_cursor?: string }) => Promise<Page<Item>>,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  const followed = new Set<string>();
  for (let next: { readonly page_cursor?: string } = {}; ;) {
    const { items: some, nextCursor } = await load(next);
    items.push(...some);
    if (nextCursor === undefined || followed.has(nextCursor)) return items;
    followed.add(nextCursor);
    next = { page_cursor: nextCursor };
  }
}
