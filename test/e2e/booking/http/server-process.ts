/** The server as hotels run it: a process of its own, with files of keys, properties and connections, and a log. */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Connection } from '@temporalio/client';
import { startChild } from '../../../../src/dev/child-process.js';
import { freePorts } from '../../../../src/temporal/ports.js';
import { PROPERTY_ID, type StayWorld } from '../../../harness/stay-world.js';
import { callerAt, makeKeys, PROPERTIES, type Api } from './api-world.js';

export interface ServerProcessOptions {
  /** Secret with which Seam signs. */
  readonly seamSecret: string;
  /** Secret with which the hotel's own booking system signs; it delivers at `OWN_SYSTEM`. */
  readonly ownSecret: string;
}

/** Path at which the booking system of `seaside` delivers signed snapshots. */
export const OWN_SYSTEM = '/webhooks/generic/seaside-own';

export interface ServerProcess extends Api {
  /** Returns everything logged so far, on all levels. */
  readonly logged: () => string;
}

export async function startServerProcess(hotel: StayWorld, options: ServerProcessOptions): Promise<ServerProcess> {
  const { connection } = hotel.temporal;
  if (!(connection instanceof Connection)) throw new Error('The server needs the address of Temporal');
  const folder = mkdtempSync(path.join(tmpdir(), 'stayline-server-'));
  const write = (name: string, content: object): string => {
    const file = path.join(folder, name);
    writeFileSync(file, JSON.stringify(content));
    return file;
  };
  const { keys, records } = makeKeys();
  const own = {
    connectionId: 'seaside-own',
    system: 'generic',
    properties: [{ propertyId: PROPERTY_ID }],
    settings: { secrets: ['OWN_SECRET'] },
    sweep: false,
  };
  const [port = 0] = await freePorts(undefined);
  const logFile = path.join(folder, 'server.log');
  const log = openSync(logFile, 'a');
  const child = await startChild({
    file: 'src/server.ts',
    log,
    env: {
      TEMPORAL_ADDRESS: connection.options.address,
      STAYLINE_PROPERTIES: write('properties.json', { properties: PROPERTIES }),
      STAYLINE_API_KEYS: write('api-keys.json', { keys: records }),
      STAYLINE_BOOKINGS_FILE: write('bookings.json', { connections: [own] }),
      STAYLINE_SERVER_PORT: String(port),
      STAYLINE_LOG_LEVEL: 'trace',
      OWN_SECRET: options.ownSecret,
      SEAM_WEBHOOK_SECRET: options.seamSecret,
      SEAM_ENDPOINT: hotel.simulator.url,
      SEAM_API_KEY: hotel.simulator.apiKey,
    },
  }).finally(() => closeSync(log));
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    keys,
    logged: () => readFileSync(logFile, 'utf8'),
    call: callerAt(url, keys.writer),
    async stop() {
      await child.end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
