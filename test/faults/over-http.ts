/** Bookings and changes of a test over the HTTP API, as a booking system sends them. */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { MessageInput, MessageName, StayName } from '../../src/client.js';
import type { StaySnapshotInput } from '../../src/domain/model/snapshot-schema.js';
import { packageRoot } from '../../src/package-root.js';
import { callApi } from '../harness/call-api.js';

/** File of the API keys of the server. */
export const HTTP_API_KEYS = path.join(packageRoot(), 'examples/api-keys.json');

export interface Changes {
  applyReservation(snapshot: StaySnapshotInput): Promise<unknown>;
  signal<Name extends MessageName>(stay: StayName, message: Name, payload: MessageInput<Name>): Promise<void>;
}

/** Calls for the changes of a story. */
const CALLS: Readonly<Partial<Record<MessageName, readonly ['POST' | 'PUT', string]>>> = {
  addGuests: ['POST', '/guests'],
  changeRooms: ['PUT', '/rooms'],
  checkOut: ['POST', '/check-out'],
};

/** @param url of the server */
export function changesOverHttp(url: string): Changes {
  const send = async (method: string, stay: StayName, route: string, body: object): Promise<void> => {
    const headers = route === '' ? {} : { 'idempotency-key': randomUUID() };
    const response = await callApi(url, stay, { method, route, body, headers });
    if (!response.ok) throw new Error(`${method} ${response.url} was refused: ${await response.text()}`);
  };
  return {
    applyReservation: (snapshot) => send('PUT', snapshot, '', snapshot),
    async signal(stay, message, payload) {
      const call = CALLS[message];
      if (call === undefined) throw new Error(`A story has no call for ${message}`);
      await send(call[0], stay, call[1], payload);
    },
  };
}
