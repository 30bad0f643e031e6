/**
 * Seam's `/client_sessions` and `/instant_keys`: how a guest's app gets access to its user identity. Tokens and links give
 * access without any other secret. Only answers contain them: no journal entry, event or error does.
 */
import { randomBytes } from 'node:crypto';
import type { Params } from './params.js';
import type { ClientSessionRecord, InstantKeyRecord } from '../hotel/records.js';
import { findIdentity } from './identities.js';
import { invalidInput, notFound } from './seam-error.js';
import type { World } from '../hotel/world.js';

type Access = Omit<Params<'sessionCreate'>, 'customer_id'>;

/** Path of the pages behind instant keys. */
export const INSTANT_KEY_PATH = '/_sim/instant-keys';

const SESSION_MS = 24 * 60 * 60 * 1000;
const INSTANT_KEY_MS = 7 * SESSION_MS;

/**
 * Creates a session.
 * @throws `SeamError` 404 for an unknown identity, account, webview or customer, 400 for an end in the past.
 */
export function createSession(world: World, asked: Params<'sessionCreate'>): ClientSessionRecord {
  if (asked.customer_id !== undefined) throw notFound('customer', asked.customer_id);
  const expiresAt = asked.expires_at === undefined ? world.clock.now() + SESSION_MS : endOf(world, asked.expires_at);
  const access = accessOf(world, asked);
  return addSession(world, {
    expiresAt,
    userIdentifierKey: asked.user_identifier_key ?? null,
    customerKey: asked.customer_key ?? null,
    ...access,
  });
}

function endOf(world: World, asked: string): number {
  const at = Date.parse(asked);
  if (at <= world.clock.now()) throw invalidInput(['expires_at'], 'must be in the future');
  return at;
}

function addSession(
  world: World,
  facts: Pick<ClientSessionRecord, 'expiresAt' | 'userIdentifierKey' | 'customerKey'> & Reach,
): ClientSessionRecord {
  const session: ClientSessionRecord = {
    ...facts,
    id: world.newId(),
    createdAt: world.clock.now(),
    token: `seam_cst_${randomBytes(24).toString('hex')}`,
  };
  world.clientSessions.set(session.id, session);
  world.journal.write('client-session-created', { client_session_id: session.id });
  return session;
}

type Reach = Pick<ClientSessionRecord, 'identityIds' | 'connectedAccountIds'>;

/** Returns what the request names. @throws `SeamError` 404 for what does not exist. */
function accessOf(world: World, asked: Access): Reach {
  const identities = [...(asked.user_identity_ids ?? []), ...(asked.user_identity_id ? [asked.user_identity_id] : [])];
  const accounts = asked.connected_account_ids ?? [];
  const [webview] = asked.connect_webview_ids ?? [];
  if (webview !== undefined) throw notFound('connect_webview', webview);
  const foreign = accounts.find((id) => id !== world.connectedAccountId);
  if (foreign !== undefined) throw notFound('connected_account', foreign);
  const identityIds = identities.map((id) => findIdentity(world, { user_identity_id: id }).id);
  return { identityIds: new Set(identityIds), connectedAccountIds: new Set(accounts) };
}

function live(world: World): readonly ClientSessionRecord[] {
  return [...world.clientSessions.values()].filter((session) => session.expiresAt > world.clock.now());
}

/** Returns the newest session with the same identifier key and the same identity, with its new end, or creates one. */
export function getOrCreateSession(world: World, asked: Params<'sessionGetOrCreate'>): ClientSessionRecord {
  const { identityIds, connectedAccountIds } = accessOf(world, asked);
  const known = live(world).findLast(
    (session) =>
      session.userIdentifierKey === (asked.user_identifier_key ?? null) &&
      identityIds.size === session.identityIds.size &&
      [...identityIds].every((id) => session.identityIds.has(id)) &&
      [...connectedAccountIds].every((id) => session.connectedAccountIds.has(id)),
  );
  if (known === undefined) return createSession(world, asked);
  if (asked.expires_at !== undefined) known.expiresAt = endOf(world, asked.expires_at);
  return known;
}

/**
 * Finds a session by its id, or the newest with an identifier key.
 * @throws `SeamError` 400 if neither is given, 404 if no such session exists or it has expired.
 */
export function findSession(world: World, ref: Params<'sessionRef'>): ClientSessionRecord {
  const { client_session_id: id, user_identifier_key: key } = ref;
  if (id === undefined && key === undefined) {
    throw invalidInput(['client_session_id'], 'is required, or user_identifier_key');
  }
  const found = live(world).findLast((session) =>
    id === undefined ? session.userIdentifierKey === key : session.id === id,
  );
  if (found === undefined || (id !== undefined && key !== undefined && found.userIdentifierKey !== key)) {
    throw notFound('client_session', id ?? key ?? '');
  }
  return found;
}

/** Returns the sessions that match and have not expired, oldest first. */
export function listSessions(world: World, asked: Params<'sessionsList'>): readonly ClientSessionRecord[] {
  const { client_session_id: id, user_identifier_key: key, user_identity_id: identityId } = asked;
  if (typeof asked.connect_webview_id === 'string') return [];
  return live(world).filter(
    (session) =>
      (id === undefined || session.id === id) &&
      (key === undefined || session.userIdentifierKey === key) &&
      (typeof identityId !== 'string' || session.identityIds.has(identityId)) &&
      (asked.without_user_identifier_key !== true || session.userIdentifierKey === null),
  );
}

/**
 * Lets a session reach more identities and accounts.
 * @throws `SeamError` as `findSession` and `createSession`.
 */
export function grantSessionAccess(world: World, asked: Params<'sessionGrant'>): ClientSessionRecord {
  const session = findSession(world, asked);
  const { identityIds, connectedAccountIds } = accessOf(world, asked);
  for (const id of identityIds) session.identityIds.add(id);
  for (const id of connectedAccountIds) session.connectedAccountIds.add(id);
  world.journal.write('client-session-granted', { client_session_id: session.id });
  return session;
}

/**
 * Creates an instant key with a session for it.
 * @throws `SeamError` 404 for an unknown identity or customization profile, 400 for a count below 1.
 */
export function generateInstantKey(world: World, asked: Params<'instantKeyGenerate'>): InstantKeyRecord {
  const identity = findIdentity(world, { user_identity_id: asked.user_identity_id });
  if (asked.customization_profile_id !== undefined) {
    throw notFound('customization_profile', asked.customization_profile_id);
  }
  if ((asked.max_use_count ?? 1) < 1) throw invalidInput(['max_use_count'], 'must be at least 1');
  const now = world.clock.now();
  const session = addSession(world, {
    expiresAt: now + INSTANT_KEY_MS,
    userIdentifierKey: null,
    customerKey: null,
    identityIds: new Set([identity.id]),
    connectedAccountIds: new Set(),
  });
  const key: InstantKeyRecord = {
    id: world.newId(),
    createdAt: now,
    expiresAt: now + INSTANT_KEY_MS,
    secret: randomBytes(12).toString('hex'),
    usesLeft: asked.max_use_count ?? 1,
    identityId: identity.id,
    sessionId: session.id,
  };
  world.instantKeys.set(key.id, key);
  world.journal.write('instant-key-created', { instant_key_id: key.id, user_identity_id: identity.id });
  return key;
}

/**
 * Finds an instant key by id or link.
 * @throws `SeamError` 400 if neither is given, 404 if no such key exists; the error never repeats the link.
 */
export function findInstantKey(world: World, ref: Params<'instantKeyRef'>): InstantKeyRecord {
  const { instant_key_id: id, instant_key_url: url } = ref;
  if (id === undefined && url === undefined) {
    throw invalidInput(['instant_key_id'], 'is required, or instant_key_url');
  }
  const found = listInstantKeys(world, {}).find((key) =>
    id === undefined ? linkOf(world, key) === url : key.id === id,
  );
  if (found === undefined) throw notFound('instant_key', id ?? 'of this link');
  return found;
}

/** Returns the instant keys that have not expired, oldest first, optionally those of one identity. */
export function listInstantKeys(world: World, asked: Params<'instantKeysList'>): readonly InstantKeyRecord[] {
  return [...world.instantKeys.values()].filter(
    (key) =>
      key.expiresAt > world.clock.now() &&
      (asked.user_identity_id === undefined || key.identityId === asked.user_identity_id),
  );
}

/** Returns the link of an instant key: the page of the simulator that sets up a phone. */
export function linkOf({ address }: World, { secret }: InstantKeyRecord): string {
  return `${address}${INSTANT_KEY_PATH}/${secret}`;
}

/** Deletes an instant key; the session that it led to stays. */
export function endInstantKey(world: World, key: InstantKeyRecord): void {
  world.instantKeys.delete(key.id);
  world.journal.write('instant-key-deleted', { instant_key_id: key.id });
}
