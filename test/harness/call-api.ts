/** Calls of a test to the HTTP API of a reservation, with the API key of development. */
import type { StayName } from '../../src/client.js';
import { DEV_API_KEY } from '../../src/dev/stack.js';

export interface ApiCall {
  /** Default: `GET`, with a body `PUT`. */
  readonly method?: string;
  /** Path below the reservation, such as `/guests`. */
  readonly route?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** @param url of the server */
export function callApi(url: string, { propertyId, reservationId }: StayName, call: ApiCall = {}): Promise<Response> {
  const { body, method = body === undefined ? 'GET' : 'PUT', route = '' } = call;
  return fetch(`${url}/v1/properties/${propertyId}/reservations/${reservationId}${route}`, {
    method,
    headers: { authorization: `Bearer ${DEV_API_KEY}`, 'content-type': 'application/json', ...call.headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
