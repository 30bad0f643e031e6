/** The apaleo stand-in connected to a hotel, and reservations with current dates. */
import { openBookedHotel, type BookedHotel } from '../hotel.js';
import { apaleoTime, aUnit, aWireReservation, type WireReservation } from './reservation.js';
import { startApaleo, type Apaleo } from './stand-in.js';

const SECRETS = {
  APALEO_GUEST_IDS: 'makes ids',
  APALEO_TOKEN: 'a-token-in-the-path',
  APALEO_PASSWORD: 'pass word and more',
};
const HOUR = 3_600_000;

export interface Connected {
  readonly apaleo: Apaleo;
  readonly hotel: BookedHotel;
  close(): Promise<void>;
}

export async function connectApaleo(): Promise<Connected> {
  const apaleo = await startApaleo();
  const hotel = await openBookedHotel({
    system: 'apaleo',
    externalId: 'MUC',
    settings: {
      clientId: apaleo.client.id,
      clientSecret: 'APALEO_SECRET',
      apiUrl: apaleo.url,
      tokenUrl: apaleo.tokenUrl,
      guestIdSecret: 'APALEO_GUEST_IDS',
      webhook: { token: 'APALEO_TOKEN', basic: { user: 'apaleo', password: 'APALEO_PASSWORD' } },
    },
    env: { ...SECRETS, APALEO_SECRET: apaleo.client.secret },
  });
  const authorization = `Basic ${Buffer.from(`apaleo:${SECRETS.APALEO_PASSWORD}`).toString('base64')}`;
  await apaleo.subscribe(`${hotel.door}/${SECRETS.APALEO_TOKEN}`, { authorization });
  return {
    apaleo,
    hotel,
    async close() {
      await hotel.close();
      await apaleo.close();
    },
  };
}

/** A reservation that began an hour ago and lasts three days; in the unit, if one is named. */
export function bookedNow(
  id: string,
  unit: string | undefined,
  changes: Partial<WireReservation> = {},
): WireReservation {
  const arrival = apaleoTime(Date.now() - HOUR);
  const departure = apaleoTime(Date.now() + 72 * HOUR);
  const assigned =
    unit === undefined
      ? {}
      : { unit: aUnit(unit), assignedUnits: [{ unit: aUnit(unit), timeRanges: [{ from: arrival, to: departure }] }] };
  return aWireReservation({ id, arrival, departure, ...assigned, ...changes });
}
