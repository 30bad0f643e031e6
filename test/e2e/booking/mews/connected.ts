/** Mews's stand-in connected to a hotel. */
import { openBookedHotel, PROPERTY, type BookedHotel } from '../hotel.js';
import { waitUntil } from '../../../harness/wait-until.js';
import { ENTERPRISE } from './reservation.js';
import { startMews, type Mews } from './stand-in.js';

export interface ConnectedMews {
  readonly mews: Mews;
  readonly hotel: BookedHotel;
  /** Returns the persons whose phones open the room. Phones are found at Seam by person id. */
  whoOpens(room: string, personIds: readonly string[]): string[];
  close(): Promise<void>;
}

export async function connectMews(): Promise<ConnectedMews> {
  const mews = await startMews();
  const hotel = await openBookedHotel({
    system: 'mews',
    externalId: ENTERPRISE,
    settings: {
      clientToken: 'MEWS_CLIENT',
      accessToken: 'MEWS_ACCESS',
      webhook: { token: 'MEWS_WEBHOOK' },
      apiUrl: mews.url,
      wsUrl: mews.wsUrl,
      commandSeconds: 20,
    },
    env: {
      MEWS_CLIENT: mews.tokens.ClientToken,
      MEWS_ACCESS: mews.tokens.AccessToken,
      MEWS_WEBHOOK: 'a-token-in-the-path',
    },
  });
  mews.subscribe(`${hotel.door}/a-token-in-the-path`);
  await waitUntil(() => mews.connections() === 1, { timeout: 120_000, interval: 50 });
  return {
    mews,
    hotel,
    whoOpens(room, personIds) {
      const { hotel: simulated } = hotel.world.simulator;
      simulated.settle();
      return personIds.filter((personId) => {
        const identity = simulated.identities.list({}).find(({ key }) => key === `${PROPERTY}/${personId}`);
        if (identity === undefined) return false;
        const at = Math.max(Date.now(), simulated.now());
        return simulated.tap({ userIdentityId: identity.id }, simulated.door(room).id, at).reason === 'opened';
      });
    },
    async close() {
      await hotel.close();
      await mews.close();
    },
  };
}
