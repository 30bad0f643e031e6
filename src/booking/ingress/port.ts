/** Port for the requests that an adapter answers, and for its listeners: hands over names, sends to stays, counts. */
import type { Client } from '@temporalio/client';
import { createStayClient } from '../../client.js';
import type { Door } from './adapter.js';
import type { Connection } from './connections.js';
import { handOver, handOverCommand, paceOf, reread } from './deliver.js';
import { askForKeys, followKeys } from './key-requests.js';

/** Counts an event of a connection. */
export type Counter = (connectionId: string, what: string) => void;

export interface DoorOptions {
  readonly temporal: Client;
  readonly connection: Connection;
  readonly count: Counter;
}

/** Returns the port of one connection. */
export function openDoor({ temporal, connection, count }: DoorOptions): Door {
  const pace = paceOf(connection);
  return {
    changed: (reservations) => handOver(temporal, connection, reservations),
    command: (commandId) => handOverCommand(temporal, connection.connectionId, commandId),
    reread: (reservation) => reread(temporal, pace, reservation),
    askForKeys: (name, request, deadline) => askForKeys(temporal, name, request, deadline),
    followKeys: (name, request, deadline) => followKeys(temporal, name, request, deadline),
    stays: createStayClient(temporal),
    count: (what) => count(connection.connectionId, what),
  };
}
