/** Control API `/_sim/*`: the hotel's doors, phones, taps, desk cards, time, faults, switches and journal. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { defined } from '../../domain/model/defined.js';
import { parseDuration } from './durations.js';
import { faultSchema, type FaultBook } from './faults.js';
import { credentialJson } from '../api/present.js';
import type { DeviceRecord, Door } from '../hotel/records.js';
import { doorNamed, isRemoved, type World } from '../hotel/world.js';
import { invalidInput, SeamError } from '../api/seam-error.js';
import type { SimulatedHotel } from '../hotel/hotel.js';
import { switchChangeSchema } from './switches.js';
import type { Tapping } from '../hotel/taps.js';

const uuid = z.guid({ error: 'must be a UUID' });
const instant = z.iso.datetime({ offset: true, error: 'must be an ISO 8601 instant, such as "2026-11-23T14:00:00Z"' });

const phoneSchema = z.strictObject({
  user_identity_id: uuid.optional(),
  user_identity_key: z.string().optional(),
  device_id: uuid.optional(),
  online: z.boolean().optional(),
  active: z.boolean().optional(),
});

const tapSchema = z.strictObject({
  acs_user_id: uuid.optional(),
  user_identity_id: uuid.optional(),
  user_identity_key: z.string().optional(),
  acs_credential_id: uuid.optional(),
  device_id: uuid.optional(),
  acs_entrance_id: uuid.optional(),
  door: z.string().optional(),
  at: instant.optional(),
});

const lockSchema = z.strictObject({
  acs_entrance_id: uuid.optional(),
  door: z.string().optional(),
  lock: z.literal('replaced', { error: 'must be replaced' }),
});

const deskCardSchema = z
  .strictObject({
    acs_entrance_ids: z.array(uuid).min(1, 'must name at least one door'),
    kind: z.enum(['override', 'joiner'], { error: 'must be override or joiner' }),
    join_acs_credential_id: uuid.optional(),
    starts_at: instant,
    ends_at: instant,
  })
  .refine((card) => Date.parse(card.starts_at) < Date.parse(card.ends_at), {
    error: 'must be after starts_at',
    path: ['ends_at'],
  });

const clockSchema = z.union(
  [z.strictObject({ at: instant }), z.strictObject({ advance: z.union([z.number(), z.string()]) })],
  {
    error: 'must be {"at": an instant} or {"advance": milliseconds, or a duration such as "2h30m" or "PT2H30M"}',
  },
);

const zoneSchema = z.strictObject({
  time_zone: z.string().min(1, 'must be an IANA time zone, or null').nullable(),
  does_not_match_location: z.boolean().default(false),
});

const journalSchema = z.object({ after: z.coerce.number().int().min(0).default(0) });

/** Adds the control routes to `app`. They are not part of Seam's API. */
export function addControlRoutes(app: FastifyInstance, hotel: SimulatedHotel, faults: FaultBook): void {
  const { world } = hotel;

  app.get('/_sim/hotel', () => ({
    name: world.name,
    time_zone: world.timeZone,
    acs_system_id: world.acsSystemId,
    credential_manager_acs_system_id: world.credentialManagerAcsSystemId,
    doors: [...world.doors.values()].map((door) => doorState(world, door)),
  }));
  app.post('/_sim/doors', ({ body }) => {
    const door = hotel.replaceLock(doorIdOf(hotel, lockSchema.parse(body)));
    return doorState(world, door);
  });

  app.get('/_sim/phones', () => ({ phones: [...world.devices.values()].map((device) => phoneState(device)) }));
  app.post('/_sim/phones', ({ body }) => {
    const asked = phoneSchema.parse(body);
    const devices = makeOrChange(hotel, asked);
    const [first] = devices;
    return { ...(first === undefined ? {} : phoneState(first)), phones: devices.map(phoneState) };
  });

  app.post('/_sim/tap', ({ body }) => {
    const asked = tapSchema.parse(body);
    const tapping = tappingOf(hotel, asked);
    return hotel.tap(tapping, doorIdOf(hotel, asked), asked.at === undefined ? undefined : Date.parse(asked.at));
  });

  app.post('/_sim/desk-card', ({ body }) => {
    const asked = deskCardSchema.parse(body);
    const credential = hotel.cutDeskCard({
      doorIds: asked.acs_entrance_ids,
      kind: asked.kind,
      ...defined({ joinTo: asked.join_acs_credential_id }),
      startsAt: Date.parse(asked.starts_at),
      endsAt: Date.parse(asked.ends_at),
    });
    return {
      acs_credential_id: credential.id,
      acs_credential: credentialJson(world, { kind: 'credential', credential }),
    };
  });

  app.get('/_sim/clock', () => ({ at: isoNow(hotel) }));
  app.post('/_sim/clock', ({ body }) => {
    const asked = clockSchema.parse(body);
    if (world.clock.moveTo === undefined) {
      throw new SeamError(409, 'clock_not_settable', "The hotel's clock follows another clock: it cannot be set");
    }
    hotel.moveTo('at' in asked ? Date.parse(asked.at) : hotel.now() + parseDuration(asked.advance));
    return { at: isoNow(hotel) };
  });

  app.post('/_sim/zone', ({ body }) => {
    const { time_zone, does_not_match_location } = zoneSchema.parse(body);
    hotel.setZoneAtSeam({ timeZone: time_zone, trust: does_not_match_location ? 'doubted' : 'trusted' });
    return { time_zone, does_not_match_location };
  });

  app.get('/_sim/faults', () => ({ faults: faults.list() }));
  app.post('/_sim/faults', ({ body }) => {
    faults.set(faultSchema.parse(body));
    return { faults: faults.list() };
  });
  app.delete('/_sim/faults', () => {
    faults.clear();
    return { faults: [] };
  });

  app.get('/_sim/switches', () => world.switches);
  app.post('/_sim/switches', ({ body }) => hotel.setSwitches(switchChangeSchema.parse(body)));

  app.post('/_sim/settle', () => {
    hotel.settle();
    return {};
  });

  app.get('/_sim/journal', ({ query }) => {
    const { after } = journalSchema.parse(query);
    return { entries: hotel.journal().slice(after) };
  });
}

function doorState(world: World, door: Door): Readonly<Record<string, unknown>> {
  const { id, name, category } = door;
  return { id, name, category, ...(isRemoved(world, door) ? { removed: true } : {}) };
}

function isoNow(hotel: SimulatedHotel): string {
  return new Date(hotel.now()).toISOString();
}

function phoneState(device: DeviceRecord): Readonly<Record<string, unknown>> {
  return {
    device_id: device.id,
    user_identity_id: device.identityId,
    online: device.phone.connection === 'online',
    active: device.endpoint === 'active',
    deactivated: device.presence === 'gone',
    acs_credential_ids: [...device.phone.keys.keys()],
  };
}

/** Changes the named phone, or every phone of the guest. Adds one for a new id or a guest without a phone. */
function makeOrChange(hotel: SimulatedHotel, asked: z.infer<typeof phoneSchema>): readonly DeviceRecord[] {
  const { world } = hotel;
  const change = {
    ...(asked.online === undefined ? {} : { connection: asked.online ? ('online' as const) : ('offline' as const) }),
    ...(asked.active === undefined ? {} : { endpoint: asked.active ? ('active' as const) : ('inactive' as const) }),
  };
  if (asked.device_id !== undefined && world.devices.has(asked.device_id)) {
    return [hotel.phones.change(asked.device_id, change)];
  }
  const identityId = identityIdOf(hotel, asked);
  if (identityId === undefined) throw invalidInput(['user_identity_id'], 'is required for a new phone');
  const owned = hotel.phones.list({ owner_user_identity_id: identityId });
  if (asked.device_id === undefined && owned.length > 0) {
    return owned.map((device) => hotel.phones.change(device.id, change));
  }
  return [hotel.phones.add(identityId, { ...change, ...defined({ deviceId: asked.device_id }) })];
}

interface Guest {
  readonly user_identity_id?: string | undefined;
  readonly user_identity_key?: string | undefined;
}

/** Returns the id of the guest's user identity, also for its key; undefined if the request names neither. */
function identityIdOf(hotel: SimulatedHotel, asked: Guest): string | undefined {
  const { user_identity_id: id, user_identity_key: key } = asked;
  if (id !== undefined || key === undefined) return id;
  return hotel.identities.find({ user_identity_key: key }).id;
}

interface NamedDoor {
  readonly acs_entrance_id?: string | undefined;
  readonly door?: string | undefined;
}

function doorIdOf(hotel: SimulatedHotel, { acs_entrance_id: id, door: name }: NamedDoor): string {
  if (id !== undefined && name === undefined) return id;
  const door = name === undefined ? undefined : doorNamed(hotel.world, name);
  if (id !== undefined || door === undefined) {
    throw invalidInput(['door'], 'must be the name of a door of GET /_sim/hotel, or acs_entrance_id its id');
  }
  return door.id;
}

function tappingOf(hotel: SimulatedHotel, asked: z.infer<typeof tapSchema>): Tapping {
  const userIdentityId = identityIdOf(hotel, asked);
  const named: readonly Tapping[] = [
    ...(asked.acs_user_id === undefined ? [] : [{ acsUserId: asked.acs_user_id }]),
    ...(userIdentityId === undefined ? [] : [{ userIdentityId }]),
    ...(asked.acs_credential_id === undefined ? [] : [{ acsCredentialId: asked.acs_credential_id }]),
    ...(asked.device_id === undefined ? [] : [{ deviceId: asked.device_id }]),
  ];
  const [tapping, ...others] = named;
  if (tapping === undefined || others.length > 0) {
    throw invalidInput(
      ['acs_user_id'],
      'or user_identity_id, user_identity_key, acs_credential_id or device_id: exactly one is needed',
    );
  }
  return tapping;
}
