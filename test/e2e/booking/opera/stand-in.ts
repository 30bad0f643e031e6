/**
 * The part of OPERA Cloud that Stayline deals with. It posts requests for keys, waits 20 seconds for the answer, never retries, and
 * expects 201. Its requests and the answers are checked against Oracle's published schema. Flows: docs.oracle.com, "door lock" chapters;
 * a room move of an offline lock system is Remove for the old room, then New for the new one.
 */
import { openPublishedSchema } from './published-schema.js';

export interface Opera {
  /** @throws Error if the answer is not 201, or differs from the published schema */
  ask(keyType: string, reservationId: string | undefined, changes?: Readonly<Record<string, unknown>>): Promise<Answer>;
  /** Returns the body that `ask` sends. */
  request(keyType: string, reservationId: string | undefined, changes?: Readonly<Record<string, unknown>>): object;
  post(body: unknown, headers?: Readonly<Record<string, string>>): Promise<{ status: number; body: Answer }>;
}

export interface Answer {
  readonly responseCode: string;
  readonly responseText: string;
  readonly roomId: string;
  readonly encoderTerminal: string;
  readonly keyValidityStart: string;
  readonly keyValidityEnd: string;
}

const PATIENCE_MS = 20_000;
const HOUR = 3_600_000;

export type Post = (
  path: string,
  body: string,
  headers: Readonly<Record<string, string>>,
) => Promise<{ readonly status: number; readonly text: string }>;

export interface OperaOptions {
  /** Transport of requests to Stayline; default: the network. */
  readonly send?: Post;
  readonly url: string;
  readonly hotelId: string;
  readonly authorization: string;
}

export function openOpera({ url, hotelId, authorization, send = overTheNetwork }: OperaOptions): Opera {
  const schema = openPublishedSchema();
  // The departure of a reservation stays the same from one request to the next.
  const departure = new Date(Date.now() + 72 * HOUR).toISOString();
  let requests = 0;

  const opera: Opera = {
    request(keyType, reservationId, changes = {}) {
      requests += 1;
      return {
        encoderId: '1',
        encoderTerminal: 'FRONTDESK-1',
        keyType,
        roomKeyType: 'MobileKey',
        keyUserType: 'Guest',
        noOfKeys: 1,
        guestShareFlag: false,
        ...(reservationId === undefined
          ? {}
          : {
              reservationIdList: [
                { id: reservationId, type: 'Reservation' },
                { id: `C-${reservationId}`, type: 'Confirmation' },
              ],
            }),
        keyValidityStart: new Date(Date.now() - HOUR).toISOString(),
        keyValidityEnd: departure,
        // To the millisecond, and unique.
        keyRequestTime: new Date(Date.now() + requests).toISOString(),
        userId: 'DESK1',
        ...changes,
      };
    },
    async post(body, headers = {}) {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const answer = await send(`${url}/hotels/${hotelId}/roomKeysOutbound`, text, { authorization, ...headers });
      return { status: answer.status, body: (answer.text === '' ? {} : JSON.parse(answer.text)) as Answer };
    },
    async ask(keyType, reservationId, changes) {
      const request = opera.request(keyType, reservationId, changes);
      schema.checkRequest(request);
      const { status, body } = await opera.post(request);
      if (status !== 201) throw new Error(`OPERA wants 201, and got ${status}`);
      schema.checkAnswer(body);
      return body;
    },
  };
  return opera;
}

const overTheNetwork: Post = async (url, body, headers) => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  return { status: answer.status, text: await answer.text() };
};
