/** Schedules and listeners that a worker keeps at Temporal, as its files of booking systems and properties say. */
import { setInterval } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Connections } from './booking/ingress/connections.js';
import { ensureSchedules } from './booking/ingress/sweeps.js';
import type { Log } from './log.js';
import type { Properties } from './property-file.js';
import { ensureAudits } from './worker-audits.js';

/** Time between two looks at the files, in milliseconds; also the delay after a failure. */
const LOOK_EVERY_MS = 5_000;

export interface KeptSchedules {
  readonly connections: Connections;
  readonly properties: Pick<Properties, 'all'>;
  /** Hours between two audits of a property; 0: no audits. */
  readonly auditHours: number;
  readonly log: Log;
}

/**
 * Ensures the sweeps and listeners of the connections and the audits of the properties, and does so again after each
 * change of their files, until it is stopped. Later failures are logged and tried again.
 * @throws any error of Temporal's client, at the first time for sweeps and listeners: bookings do not arrive without them
 */
export async function keepSchedules(
  temporal: Client,
  { connections, properties, auditHours, log }: KeptSchedules,
): Promise<{ stop(): Promise<void> }> {
  const isEnsured = {
    bookings: ensuring(
      () => connections.all,
      () => ensureSchedules(temporal, connections),
    ),
    audits: ensuring(
      () => properties.all(),
      (all) => ensureAudits(temporal, all, auditHours),
    ),
  };
  const ensureAuditsOrWarn = async (): Promise<void> => {
    if (auditHours === 0) return;
    // Stays work without audits.
    await isEnsured.audits().catch((error: unknown) => {
      log.warn({ error }, 'the schedules of the audits could not be created');
    });
  };
  await isEnsured.bookings();
  await ensureAuditsOrWarn();
  const ending = new AbortController();
  const kept = keep();
  return {
    async stop() {
      ending.abort();
      await kept;
    },
  };

  async function keep(): Promise<void> {
    const looks = setInterval(LOOK_EVERY_MS, undefined, { ref: false, signal: ending.signal });
    try {
      for await (const _look of looks) {
        await isEnsured.bookings().catch((error: unknown) => {
          log.warn({ error }, 'the schedules of the booking systems could not be changed');
        });
        await ensureAuditsOrWarn();
      }
    } catch (error) {
      if (!ending.signal.aborted) throw error;
    }
  }
}

/** Returns a function that acts on the present content, unless it has done so with success. */
function ensuring<Content>(
  present: () => Content | Promise<Content>,
  act: (content: Content) => Promise<void>,
): () => Promise<void> {
  let done: Content | undefined;
  return async () => {
    const content = await present();
    if (content === done) return;
    await act(content);
    done = content;
  };
}
