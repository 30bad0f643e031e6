/**
 * Examples of the OpenAPI document. A page that offers calls fills its fields with them, so that each can be sent as it
 * is. They are for the simulated hotel of `npm run dev`.
 */

const WINDOW = { arrival: '2030-05-14', departure: '2030-05-17' };
const GUEST = { guestId: 'g1', primary: true };

/** Values of path, query and header parameters by name. */
export const PARAMETERS: Readonly<Record<string, string | number>> = {
  propertyId: 'simulated-hotel',
  reservationId: 'R-2001',
  guestId: 'g1',
  room: '101',
};

/** Bodies by operation. */
export const BODIES: Readonly<Record<string, object>> = {
  putReservation: { revision: 1, status: 'confirmed', window: WINDOW, rooms: ['101'], guests: [GUEST] },
  planChange: { message: 'changeRooms', payload: { rooms: ['102'] } },
  addGuests: { guests: [{ guestId: 'g2' }] },
  changeRooms: { rooms: ['102'] },
  changeDates: { window: { departure: '2030-05-18' } },
  checkIn: { by: 'desk-2' },
  checkOut: { by: 'desk-2' },
  cancel: { by: 'desk-2' },
  replaceKey: { mode: 'convenient', requestId: 'new-phone-1' },
  sameGuest: { as: 'g3' },
  phoneReady: { by: 'desk-2' },
  block: { reason: 'lost their ticket' },
  retry: { by: 'desk-2' },
  hold: { reason: 'deposit missing' },
  release: { reason: 'deposit paid' },
  force: { reason: 'early arrival' },
  joinTo: { acsCredentialId: 'f9f2d5c5-0a55-4b7e-9d2c-6a5c6e0d8b1a' },
  policyChanged: { by: 'desk-2' },
  eraseGuest: { personId: 'p-77' },
  openClientSession: { by: 'hotel-app' },
  makeInstantKey: { by: 'desk-2' },
  forceRoom: { reservationId: 'R-2001', reason: 'the guest is here' },
};

/** Examples of optional parameters, which a page shows and does not fill in. */
export const OPTIONAL_PARAMETERS: Readonly<Record<string, readonly (string | number)[]>> = {
  'idempotency-key': ['pms-4711'],
  'last-event-id': ['2030-05-14T14:03:11.204Z~stay/simulated-hotel/R-2001'],
  arriving: ['2030-05-14'],
  attention: ['any'],
  by: ['desk-2'],
  cause: ['left'],
  at: ['2030-05-14T14:03Z'],
  pageSize: [50],
  pageToken: ['the nextPageToken of the previous page'],
  phase: ['expected'],
  property: ['simulated-hotel'],
  requestId: ['pms-4711'],
  room: ['101'],
};
