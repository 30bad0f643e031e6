/** Every endpoint of Seam's API that the simulator has: verbs, parameters and answer. */
import type { z } from 'zod';
import { seqOf } from './credentials.js';
import { listEvents, findEvent } from './event-queries.js';
import type { Quirk } from '../hotel/provider-link.js';
import { pageOf, type Page } from './paging.js';
import { params } from './params.js';
import { PUBLISHED_ENDPOINTS } from './published.js';
import {
  credentialJson,
  credentialManagerJson,
  entranceJson,
  identityJson,
  instantKeyJson,
  phoneJson,
  sessionJson,
  systemJson,
  userJson,
} from './present.js';
import { findEntrance, grantAccess, listEntrances } from './entrances.js';
import { notFound } from './seam-error.js';
import {
  createSession,
  endInstantKey,
  findInstantKey,
  findSession,
  generateInstantKey,
  getOrCreateSession,
  grantSessionAccess,
  listInstantKeys,
  listSessions,
} from './sessions.js';
import type { SimulatedHotel } from '../hotel/hotel.js';
import { endSession } from '../hotel/session-ends.js';
import { changeAccessGroup } from './users.js';
import type { Webhooks } from './webhooks.js';
import { recordsOf, type World } from '../hotel/world.js';

export type Verb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Context of a request. */
export interface CallContext {
  readonly hotel: SimulatedHotel;
  readonly webhooks: Webhooks;
  readonly quirks: readonly Quirk[];
}

/** Fields of the answer next to `ok`; a page adds `pagination`. */
export type Answer =
  | { readonly kind: 'fields'; readonly fields: Readonly<Record<string, unknown>> }
  | {
      readonly kind: 'page';
      readonly key: string;
      readonly items: readonly unknown[];
      readonly nextCursor: string | null;
    };

export interface Route {
  readonly path: string;
  /** Accepted verbs; always include POST. */
  readonly verbs: readonly Verb[];
  readonly schema: z.ZodObject;
  readonly handle: (asked: unknown, context: CallContext) => Answer;
}

const ENTRANCES_PER_PAGE = 900;
const PER_PAGE = 500;

function route<Schema extends z.ZodObject>(
  path: string,
  schema: Schema,
  handle: (asked: z.infer<Schema>, context: CallContext) => Answer,
): Route {
  return { path, verbs: verbsOf(path), schema, handle: (asked, context) => handle(schema.parse(asked), context) };
}

/** Returns the verbs that Seam publishes for the path; none for a path that Seam does not have. */
export function verbsOf(path: string): readonly Verb[] {
  const verbs: readonly Verb[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
  const published = PUBLISHED_ENDPOINTS[path]?.split(' ') ?? [];
  return verbs.filter((verb) => published.includes(verb));
}

function fields(answer: Readonly<Record<string, unknown>>): Answer {
  return { kind: 'fields', fields: answer };
}

const done = fields({});

function page<T>(key: string, of: Page<T>, json: (item: T) => unknown): Answer {
  return { kind: 'page', key, items: of.items.map(json), nextCursor: of.nextCursor };
}

function systemsIn(world: World): readonly Readonly<Record<string, unknown>>[] {
  return [systemJson(world), credentialManagerJson(world)];
}

function systemById(world: World, id: string): Readonly<Record<string, unknown>> {
  const system = systemsIn(world).find((candidate) => candidate['acs_system_id'] === id);
  if (system === undefined) throw notFound('acs_system', id);
  return system;
}

const systemRoutes: readonly Route[] = [
  route('/acs/systems/get', params.systemId, (asked, { hotel }) =>
    fields({ acs_system: systemById(hotel.world, asked.acs_system_id) }),
  ),
  route('/acs/systems/list', params.systemsList, (asked, { hotel }) => {
    const account = asked.connected_account_id;
    const search = asked.search?.toLowerCase() ?? '';
    const ofAccount = account === undefined || account === hotel.world.connectedAccountId;
    const systems = ofAccount && asked.customer_key === undefined ? systemsIn(hotel.world) : [];
    return fields({
      acs_systems: systems.filter((system) => String(system['name']).toLowerCase().includes(search)),
    });
  }),
  route(
    '/acs/systems/list_compatible_credential_manager_acs_systems',
    params.systemId,
    ({ acs_system_id }, { hotel }) => {
      systemById(hotel.world, acs_system_id);
      const isHotel = acs_system_id === hotel.world.acsSystemId;
      return fields({ acs_systems: isHotel ? [credentialManagerJson(hotel.world)] : [] });
    },
  ),
];

const entranceRoutes: readonly Route[] = [
  route('/acs/entrances/get', params.entranceId, (asked, { hotel }) =>
    fields({ acs_entrance: entranceJson(hotel.world, findEntrance(hotel.world, asked.acs_entrance_id)) }),
  ),
  route('/acs/entrances/list', params.entrancesList, (asked, { hotel }) => {
    const doors = listEntrances(hotel.world, asked);
    return page(
      'acs_entrances',
      pageOf(doors, (door) => door.position, asked, ENTRANCES_PER_PAGE),
      (door) => entranceJson(hotel.world, door),
    );
  }),
  route('/acs/entrances/grant_access', params.entranceGrant, (asked, { hotel }) => {
    grantAccess(hotel.world, asked);
    return done;
  }),
  route('/acs/entrances/list_credentials_with_access', params.credentialsWithAccess, (asked, { hotel }) => {
    const { world } = hotel;
    const door = findEntrance(world, asked.acs_entrance_id);
    const onlyValid = (asked.include_if ?? []).length > 0;
    const credentials = recordsOf(world.credentials, world.credentialIdsByDoor.get(door.id) ?? []);
    return fields({
      acs_credentials: credentials
        .filter((credential) => !onlyValid || credential.validity === 'valid')
        .map((credential) => credentialJson(world, { kind: 'credential', credential })),
    });
  }),
];

const userRoutes: readonly Route[] = [
  route('/acs/users/create', params.userCreate, (asked, { hotel }) =>
    fields({ acs_user: userJson(hotel.world, hotel.users.create(asked)) }),
  ),
  route('/acs/users/get', params.userPair, (asked, { hotel }) =>
    fields({ acs_user: userJson(hotel.world, hotel.users.find(asked)) }),
  ),
  route('/acs/users/list', params.usersList, (asked, { hotel }) =>
    page(
      'acs_users',
      pageOf(hotel.users.list(asked), (user) => user.seq, asked, PER_PAGE),
      (user) => userJson(hotel.world, user),
    ),
  ),
  route('/acs/users/update', params.userUpdate, (asked, { hotel }) => {
    hotel.users.update(asked);
    return done;
  }),
  route('/acs/users/delete', params.userPair, (asked, { hotel, quirks }) => {
    hotel.users.delete(asked, quirks);
    return done;
  }),
  route('/acs/users/suspend', params.userPair, (asked, { hotel }) => {
    hotel.users.setSuspension(asked, 'suspended');
    return done;
  }),
  route('/acs/users/unsuspend', params.userPair, (asked, { hotel }) => {
    hotel.users.setSuspension(asked, 'active');
    return done;
  }),
  route('/acs/users/revoke_access_to_all_entrances', params.userPair, (asked, { hotel, quirks }) => {
    hotel.users.revokeAll(asked, quirks);
    return done;
  }),
  route('/acs/users/list_accessible_entrances', params.userPair, (asked, { hotel }) => {
    const user = hotel.users.find(asked);
    return entrancesOf(hotel.world, [user.id]);
  }),
  route('/acs/users/add_to_access_group', params.accessGroup, changeAccessGroup),
  route('/acs/users/remove_from_access_group', params.accessGroup, changeAccessGroup),
];

/** Returns the doors of the live keys that these users hold, and those that they have been granted access to. */
function entrancesOf(world: World, userIds: Iterable<string>): Answer {
  const users = recordsOf(world.users, userIds);
  const keys = users.flatMap((user) => recordsOf(world.credentials, user.credentialIds));
  const doorIds = keys
    .filter((key) => key.life === 'live' && key.validity !== 'invalid')
    .flatMap((key) => [...key.guestDoorIds, ...key.commonDoorIds]);
  const granted = users.flatMap((user) => [...user.grantedDoorIds]);
  return fields({
    acs_entrances: recordsOf(world.doors, new Set([...doorIds, ...granted])).map((door) => entranceJson(world, door)),
  });
}

const credentialRoutes: readonly Route[] = [
  route('/acs/credentials/create', params.credentialCreate, (asked, { hotel, quirks }) => {
    const credential = hotel.credentials.create(asked, quirks);
    return fields({ acs_credential: credentialJson(hotel.world, { kind: 'credential', credential }) });
  }),
  route('/acs/credentials/get', params.credentialId, (asked, { hotel }) =>
    fields({ acs_credential: credentialJson(hotel.world, hotel.credentials.find(asked.acs_credential_id)) }),
  ),
  route('/acs/credentials/list', params.credentialsList, (asked, { hotel }) =>
    page('acs_credentials', pageOf(hotel.credentials.list(asked), seqOf, asked, PER_PAGE), (listed) =>
      credentialJson(hotel.world, listed),
    ),
  ),
  route('/acs/credentials/update', params.credentialUpdate, (asked, { hotel }) =>
    fields({ acs_credential: credentialJson(hotel.world, hotel.credentials.update(asked)) }),
  ),
  route('/acs/credentials/delete', params.credentialId, (asked, { hotel, quirks }) => {
    hotel.credentials.delete(asked.acs_credential_id, quirks);
    return done;
  }),
  route('/acs/credentials/list_accessible_entrances', params.credentialId, (asked, { hotel }) => {
    const { credential } = hotel.credentials.find(asked.acs_credential_id);
    const doors = recordsOf(hotel.world.doors, [...credential.guestDoorIds, ...credential.commonDoorIds]);
    return fields({ acs_entrances: doors.map((door) => entranceJson(hotel.world, door)) });
  }),
];

const identityRoutes: readonly Route[] = [
  route('/user_identities/create', params.identityCreate, (asked, { hotel }) =>
    fields({ user_identity: identityJson(hotel.world, hotel.identities.create(asked)) }),
  ),
  route('/user_identities/get', params.identityRef, (asked, { hotel }) =>
    fields({ user_identity: identityJson(hotel.world, hotel.identities.find(asked)) }),
  ),
  route('/user_identities/list', params.identitiesList, (asked, { hotel }) =>
    page(
      'user_identities',
      pageOf(hotel.identities.list(asked), (identity) => identity.seq, asked, PER_PAGE),
      (identity) => identityJson(hotel.world, identity),
    ),
  ),
  route('/user_identities/update', params.identityUpdate, (asked, { hotel }) => {
    hotel.identities.update(asked);
    return done;
  }),
  route('/user_identities/delete', params.identityId, (asked, { hotel, quirks }) => {
    hotel.identities.delete(asked.user_identity_id, quirks);
    return done;
  }),
  route('/user_identities/add_acs_user', params.identityAddUser, (asked, { hotel }) => {
    hotel.identities.addUser(asked);
    return done;
  }),
  route('/user_identities/list_acs_users', params.identityId, (asked, { hotel }) => {
    const users = hotel.users.list({ user_identity_id: hotel.identities.find(asked).id });
    return fields({ acs_users: users.map((user) => userJson(hotel.world, user)) });
  }),
  route('/user_identities/list_acs_systems', params.identityId, (asked, { hotel }) => {
    const users = hotel.users.list({ user_identity_id: hotel.identities.find(asked).id });
    return fields({ acs_systems: users.length > 0 ? [systemJson(hotel.world)] : [] });
  }),
  route('/user_identities/list_accessible_entrances', params.identityId, (asked, { hotel }) =>
    entrancesOf(hotel.world, hotel.identities.find(asked).userIds),
  ),
];

const sessionRoutes: readonly Route[] = [
  route('/client_sessions/create', params.sessionCreate, (asked, { hotel: { world } }) =>
    fields({ client_session: sessionJson(world, createSession(world, asked)) }),
  ),
  route('/client_sessions/get_or_create', params.sessionGetOrCreate, (asked, { hotel: { world } }) =>
    fields({ client_session: sessionJson(world, getOrCreateSession(world, asked)) }),
  ),
  route('/client_sessions/get', params.sessionRef, (asked, { hotel: { world } }) =>
    fields({ client_session: sessionJson(world, findSession(world, asked)) }),
  ),
  route('/client_sessions/list', params.sessionsList, (asked, { hotel: { world } }) =>
    fields({ client_sessions: listSessions(world, asked).map((session) => sessionJson(world, session)) }),
  ),
  route('/client_sessions/grant_access', params.sessionGrant, (asked, { hotel: { world } }) =>
    fields({ client_session: sessionJson(world, grantSessionAccess(world, asked)) }),
  ),
  route('/client_sessions/revoke', params.sessionId, (asked, { hotel: { world } }) => {
    endSession(world, findSession(world, asked), 'revoked');
    return done;
  }),
  route('/client_sessions/delete', params.sessionId, (asked, { hotel: { world } }) => {
    endSession(world, findSession(world, asked), 'deleted');
    return done;
  }),
  route('/user_identities/generate_instant_key', params.instantKeyGenerate, (asked, { hotel: { world } }) =>
    fields({ instant_key: instantKeyJson(world, generateInstantKey(world, asked)) }),
  ),
  route('/instant_keys/get', params.instantKeyRef, (asked, { hotel: { world } }) =>
    fields({ instant_key: instantKeyJson(world, findInstantKey(world, asked)) }),
  ),
  route('/instant_keys/list', params.instantKeysList, (asked, { hotel: { world } }) =>
    fields({ instant_keys: listInstantKeys(world, asked).map((key) => instantKeyJson(world, key)) }),
  ),
  route('/instant_keys/delete', params.instantKeyId, (asked, { hotel: { world } }) => {
    endInstantKey(world, findInstantKey(world, asked));
    return done;
  }),
];

const phoneRoutes: readonly Route[] = [
  route('/phones/list', params.phonesList, (asked, { hotel }) =>
    fields({ phones: hotel.phones.list(asked).map((device) => phoneJson(hotel.world, device)) }),
  ),
  route('/phones/get', params.deviceId, (asked, { hotel }) =>
    fields({ phone: phoneJson(hotel.world, hotel.phones.find(asked.device_id)) }),
  ),
  route('/phones/deactivate', params.deviceId, (asked, { hotel, quirks }) => {
    hotel.phones.deactivate(asked.device_id, quirks);
    return done;
  }),
  route('/phones/simulate/create_sandbox_phone', params.sandboxPhone, (asked, { hotel }) =>
    fields({ phone: phoneJson(hotel.world, hotel.phones.addSandbox(asked)) }),
  ),
];

const eventRoutes: readonly Route[] = [
  route('/events/list', params.eventsList, (asked, { hotel }) => fields({ events: listEvents(hotel.world, asked) })),
  route('/events/get', params.eventGet, (asked, { hotel }) => fields({ event: findEvent(hotel.world, asked) })),
];

const webhookRoutes: readonly Route[] = [
  route('/webhooks/create', params.webhookCreate, (asked, { webhooks }) => fields({ webhook: webhooks.create(asked) })),
  route('/webhooks/get', params.webhookId, (asked, { webhooks }) =>
    fields({ webhook: webhooks.find(asked.webhook_id) }),
  ),
  route('/webhooks/list', params.nothing, (_asked, { webhooks }) => fields({ webhooks: webhooks.list() })),
  route('/webhooks/update', params.webhookUpdate, (asked, { webhooks }) => {
    webhooks.update(asked);
    return done;
  }),
  route('/webhooks/delete', params.webhookId, (asked, { webhooks }) => {
    webhooks.delete(asked.webhook_id);
    return done;
  }),
];

export const routes: readonly Route[] = [
  ...systemRoutes,
  ...entranceRoutes,
  ...userRoutes,
  ...credentialRoutes,
  ...identityRoutes,
  ...sessionRoutes,
  ...phoneRoutes,
  ...eventRoutes,
  ...webhookRoutes,
];
