/** `handOverReservations`: an attempt continues where the one before it ended. */
import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { createBookingActivities } from '../../../activities/bookings.js';
import { NO_CONNECTIONS } from '../../../src/booking/ingress/connections.js';

const RESERVATIONS = Array.from({ length: 250 }, (_, at) => ({ propertyId: 'seaside', reservationId: `R-${at}` }));
const PACE = { quietMs: 1, longestMs: 1, rereadMs: [], goneMs: 1 };

test('a hand-over that fails on the way continues with the reservations that are left', async () => {
  const { handOverReservations } = createBookingActivities({ connections: NO_CONNECTIONS, count: () => undefined });
  const signalled: string[] = [];
  let isDown = true;
  const client = {
    withAbortSignal: (_signal: AbortSignal, work: () => Promise<unknown>) => work(),
    withDeadline: (_deadline: number, work: () => Promise<unknown>) => work(),
    workflow: {
      async signalWithStart(_type: string, { workflowId }: { readonly workflowId: string }) {
        if (isDown && workflowId.endsWith('/R-150')) throw new Error('Temporal cannot be reached');
        signalled.push(workflowId);
      },
    },
  } as unknown as Client;
  let progress: unknown;
  const attempt = async (): Promise<void> => {
    const logger = new DefaultLogger('ERROR');
    const environment = new MockActivityEnvironment({ heartbeatDetails: progress }, { client, logger });
    environment.on('heartbeat', (details: unknown) => (progress = details));
    await environment.run(handOverReservations, { pace: PACE, reservations: RESERVATIONS });
  };
  await expect(attempt()).rejects.toThrow('Temporal cannot be reached');
  isDown = false;
  signalled.length = 0;
  await attempt();
  expect(signalled).toHaveLength(150);
  expect(signalled[0]).toBe('ingest/seaside/R-100');
});
