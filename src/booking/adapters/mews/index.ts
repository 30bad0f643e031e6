/**
 * Adapter of Mews (`docs/booking-mews.md`): the WebSocket for fast events, with general webhooks as its fallback.
 * It also reads reservations with companions and customers, sweeps updates, and carries out commands to cut keys.
 */
import { z } from 'zod';
import { defined } from '../../../domain/model/defined.js';
import { idSchema } from '../../../domain/model/snapshot-schema.js';
import { defineAdapter, type ChangesPage, type Delivery, type Reading } from '../../ingress/adapter.js';
import { openGuard } from '../../ingress/guard.js';
import { baseUrlSchema, guardSchema, secretNameSchema } from '../../ingress/settings.js';
import { jsonIn } from '../parts/json.js';
import { openMewsApi, type MewsApi } from './api.js';
import { cutKey } from './commands.js';
import { listenToMews } from './listening.js';
import { mappingSettings, SOURCE_FIELDS, toEnding, toSnapshot } from './mapping.js';
import { webhookSchema } from './wire.js';

const settingsSchema = z.strictObject({
  clientToken: secretNameSchema,
  accessToken: secretNameSchema,
  webhook: guardSchema,
  /** Client name and version in every request to Mews. */
  client: z.string().min(1, 'must not be empty').default('Stayline 0.1'),
  apiUrl: baseUrlSchema.default('https://api.mews.com'),
  /** URL of the WebSocket; `false`: webhooks only. */
  wsUrl: z
    .union([
      z.literal(false),
      z.url({ protocol: /^wss?$/, error: 'must be a URL such as "wss://ws.mews.com/ws/connector", or false' }),
    ])
    .default('wss://ws.mews.com/ws/connector'),
  /** Request budget of each worker. Mews allows 200 for one access token, which all workers share. */
  requestsPer30Seconds: z.int('must be a whole number').min(1).max(200, 'must be at most 200').default(100),
  /** Hours ahead for which every sweep reads reservations again: Mews sends no event when a companion is added. */
  companionHours: z
    .number({ error: 'must be a number of hours' })
    .min(0)
    .max(24 * 30)
    .default(36),
  /** Longest wait of the front desk for a key. Then its command is answered as an error; the work continues. */
  commandSeconds: z
    .number({ error: 'must be a number of seconds' })
    .positive('must be more than 0')
    .max(600)
    .default(60),
  ...mappingSettings,
});

type MewsSettings = z.infer<typeof settingsSchema>;

export const mews = defineAdapter({
  system: 'mews',
  settings: settingsSchema,
  open({ settings, properties, secret }) {
    const [property, ...others] = properties;
    if (property === undefined || others.length > 0) {
      throw new Error('properties must name exactly one property: an access token of Mews is for one property');
    }
    const { propertyId, externalId } = property;
    const gatekeeper = openGuard(settings.webhook, secret);
    const clientToken = secret(settings.clientToken);
    const accessToken = secret(settings.accessToken);
    const { apiUrl, client, requestsPer30Seconds, wsUrl } = settings;
    const api = openMewsApi({ apiUrl, client, requestsPer30Seconds, clientToken, accessToken });
    const nameOf = (reservationId: string): { propertyId: string; reservationId: string } => ({
      propertyId,
      reservationId,
    });
    return {
      sourceFields: SOURCE_FIELDS,
      webhook: { read: (delivery) => gatekeeper(delivery) ?? readEvents(delivery, { externalId, propertyId }) },
      async fetchReservation(name) {
        // Mews would refuse the whole batch because of an id that is not one of its own.
        if (!z.guid().safeParse(name.reservationId).success) return { kind: 'gone' };
        const booking = await api.booking(name.reservationId);
        if (booking === undefined) return { kind: 'gone' };
        return 'reservation' in booking ? toSnapshot(name, booking, settings) : toEnding(name, booking);
      },
      changedSince: ({ since, cursor }) => changes(api, settings, { since, cursor, nameOf }),
      ...(wsUrl === false
        ? {}
        : {
            listen: (door, call) => {
              const cookie = `ClientToken=${clientToken}; AccessToken=${accessToken}`;
              return listenToMews({ api, wsUrl, cookie, nameOf }, door, call);
            },
            carryOutCommand: (command, door) =>
              cutKey({ api, nameOf, commandMs: settings.commandSeconds * 1_000 }, command, door),
          }),
    };
  },
});

/**
 * Returns the reading of one webhook with up to hundreds of events; never throws. Events about customers name no
 * reservation, and are left to the sweep.
 */
function readEvents(
  { body }: Delivery,
  { externalId, propertyId }: { readonly externalId: string; readonly propertyId: string },
): Reading {
  const text = body.toString('utf8');
  if (text.trim() === '') return { kind: 'alive' };
  const read = webhookSchema.safeParse(jsonIn(text));
  if (!read.success)
    return { kind: 'unreadable', fields: read.error.issues.map(({ path }) => path.join('.') || 'the whole body') };
  const { EnterpriseId, Events } = read.data;
  const ids = Events.flatMap(({ Discriminator, Value }) => {
    const id = idSchema.safeParse(Value?.Id).data;
    return EnterpriseId === externalId && Discriminator === 'ServiceOrderUpdated' && id !== undefined ? [id] : [];
  });
  const reservations = [...new Set(ids)].map((reservationId) => ({ propertyId, reservationId }));
  return { kind: 'changed', reservations, ignored: Events.length - ids.length };
}

const placeSchema = z.object({
  filter: z.enum(['UpdatedUtc', 'CollidingUtc']),
  from: z.string(),
  to: z.string(),
  /** End of the listing of updates. */
  end: z.string(),
  cursor: z.string().optional(),
});

type Place = z.infer<typeof placeSchema>;

const DAY_MS = 24 * 3_600_000;
/** Longest window of one listing: Mews lists at most three months at once. */
const LONGEST_MS = 85 * DAY_MS;

/**
 * Returns one page of changes: first updates, window by window, then current and upcoming reservations. The second part
 * finds added companions, for whom Mews sends no event.
 */
async function changes(
  api: MewsApi,
  { companionHours }: MewsSettings,
  asked: {
    readonly since: string;
    readonly cursor: string | undefined;
    readonly nameOf: (reservationId: string) => { propertyId: string; reservationId: string };
  },
): Promise<ChangesPage> {
  const place = asked.cursor === undefined ? first(asked.since) : placeSchema.parse(JSON.parse(asked.cursor));
  const { filter, from, to, cursor } = place;
  const page = await api.list(defined({ filter, from, to, cursor }));
  const next = page.next === undefined ? following(place, companionHours) : { ...place, cursor: page.next };
  return defined({
    reservations: page.ids.map(asked.nameOf),
    next: next && JSON.stringify(next),
  });
}

function first(since: string): Place {
  return updates(Date.parse(since), new Date(Date.now() + DAY_MS).toISOString());
}

function updates(from: number, end: string): Place {
  const to = new Date(Math.min(from + LONGEST_MS, Date.parse(end))).toISOString();
  return { filter: 'UpdatedUtc', from: new Date(from).toISOString(), to, end };
}

function following({ filter, to, end }: Place, companionHours: number): Place | undefined {
  if (filter === 'CollidingUtc') return undefined;
  if (Date.parse(to) < Date.parse(end)) return updates(Date.parse(to), end);
  if (companionHours === 0) return undefined;
  const now = Date.now();
  const until = new Date(now + companionHours * 3_600_000).toISOString();
  return { filter: 'CollidingUtc', from: new Date(now).toISOString(), to: until, end };
}
