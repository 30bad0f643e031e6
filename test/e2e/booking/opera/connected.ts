/** The OPERA stand-in connected to a hotel. */
import { openBookedHotel, type BookedHotel } from '../hotel.js';
import { openOpera, type Opera } from './stand-in.js';

export interface ConnectedOpera {
  readonly opera: Opera;
  readonly hotel: BookedHotel;
  close(): Promise<void>;
}

export async function connectOpera(): Promise<ConnectedOpera> {
  const env = { OPERA_PASSWORD: 'pass word and more' };
  const hotel = await openBookedHotel({
    system: 'opera',
    externalId: 'MUC',
    settings: {
      auth: { kind: 'basic', user: 'opera', password: 'OPERA_PASSWORD' },
      timeZone: 'Europe/Berlin',
      answerSeconds: 15,
    },
    env,
  });
  const authorization = `Basic ${Buffer.from(`opera:${env.OPERA_PASSWORD}`).toString('base64')}`;
  return {
    opera: openOpera({ url: hotel.door, hotelId: 'MUC', authorization }),
    hotel,
    close: () => hotel.close(),
  };
}
