/** The activities of the workflow `keyDesk`: they look at stays and tell them what a booking system's request comes to. */
import { Context } from '@temporalio/activity';
import { createStayClient, StayNotFound, StayRefused } from '../src/client.js';
import type { StayLook } from '../src/stay/key-desk/decide.js';
import type { KeyDeskActivities } from '../src/stay/key-desk/steps.js';
import type { StayView } from '../src/stay/view.js';

export function createKeyDeskActivities(): KeyDeskActivities {
  return {
    async lookAtStay(name) {
      try {
        return lookOf(await createStayClient(Context.current().client).view(name));
      } catch (error) {
        if (error instanceof StayNotFound) return null;
        throw error;
      }
    },

    async tellOrder({ name, order }) {
      const stays = createStayClient(Context.current().client);
      try {
        if (order.kind === 'snapshot') await stays.applyReservation(order.snapshot);
        else await stays.signal(name, 'replaceKey', order.payload);
        return { kind: 'told' };
      } catch (error) {
        if (error instanceof StayRefused || error instanceof StayNotFound) {
          return { kind: 'refused', why: error.message };
        }
        throw error;
      }
    },
  };
}

function lookOf({ phase, revision, window, rooms, guests, keys }: StayView): StayLook {
  const holders = new Set(keys.filter(({ state }) => state !== 'dead').map(({ guestId }) => guestId));
  return {
    phase,
    ...(revision === undefined ? {} : { revision }),
    ...(window === undefined ? {} : { window }),
    rooms,
    guests: guests.map(({ guestId, keyState }) => ({
      guestId,
      hasKey: holders.has(guestId),
      isGone: keyState === 'gone',
    })),
  };
}
