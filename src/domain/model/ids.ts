/** Workflow ids and Seam's keys, from functions with inverses. */

export interface StayName {
  readonly propertyId: string;
  readonly reservationId: string;
}

/** `stay/<propertyId>/<reservationId>`, parts percent-encoded. */
export function stayWorkflowId(name: StayName): string {
  return `stay/${encodeURIComponent(name.propertyId)}/${encodeURIComponent(name.reservationId)}`;
}

/** The inverse of `stayWorkflowId`; undefined for any other id. */
export function parseStayWorkflowId(workflowId: string): StayName | undefined {
  const [propertyId, reservationId] = twoParts('stay', workflowId) ?? [];
  return propertyId === undefined || reservationId === undefined ? undefined : { propertyId, reservationId };
}

/** `ingest/<propertyId>/<reservationId>`: the workflow that reads a reservation for its stay. Parts percent-encoded. */
export function ingestWorkflowId(name: StayName): string {
  return `ingest/${encodeURIComponent(name.propertyId)}/${encodeURIComponent(name.reservationId)}`;
}

/** The inverse of `ingestWorkflowId`; undefined for any other id. */
export function parseIngestWorkflowId(workflowId: string): StayName | undefined {
  const [propertyId, reservationId] = twoParts('ingest', workflowId) ?? [];
  return propertyId === undefined || reservationId === undefined ? undefined : { propertyId, reservationId };
}

/** `key-requests/<propertyId>/<reservationId>`: the workflow that carries out requests for keys. Parts percent-encoded. */
export function keyRequestsWorkflowId(name: StayName): string {
  return `key-requests/${encodeURIComponent(name.propertyId)}/${encodeURIComponent(name.reservationId)}`;
}

/** The inverse of `keyRequestsWorkflowId`; undefined for any other id. */
export function parseKeyRequestsWorkflowId(workflowId: string): StayName | undefined {
  const [propertyId, reservationId] = twoParts('key-requests', workflowId) ?? [];
  return propertyId === undefined || reservationId === undefined ? undefined : { propertyId, reservationId };
}

/** `command/<connectionId>/<commandId>`: the workflow that carries out one command of a booking system. Parts percent-encoded. */
export function commandWorkflowId(connectionId: string, commandId: string): string {
  return `command/${encodeURIComponent(connectionId)}/${encodeURIComponent(commandId)}`;
}

export interface RoomName {
  readonly propertyId: string;
  readonly room: string;
}

/** `room/<propertyId>/<room>`, parts percent-encoded. */
export function roomWorkflowId(name: RoomName): string {
  return `room/${encodeURIComponent(name.propertyId)}/${encodeURIComponent(name.room)}`;
}

/** The inverse of `roomWorkflowId`; undefined for any other id. */
export function parseRoomWorkflowId(workflowId: string): RoomName | undefined {
  const [propertyId, room] = twoParts('room', workflowId) ?? [];
  return propertyId === undefined || room === undefined ? undefined : { propertyId, room };
}

/** The two parts of an id that begins with `kind`, decoded. */
function twoParts(kind: string, workflowId: string): readonly [string, string] | undefined {
  const [first, second, third, ...rest] = workflowId.split('/');
  if (first !== kind || !second || !third || rest.length > 0) return undefined;
  try {
    return [decodeURIComponent(second), decodeURIComponent(third)];
  } catch {
    return undefined;
  }
}

/** `erase/<propertyId>/<reservationId>/<guestId>`: the workflow that has a guest forgotten. Parts percent-encoded. */
export function eraseWorkflowId(guest: StayName & { readonly guestId: string }): string {
  const { propertyId, reservationId, guestId } = guest;
  return `erase/${[propertyId, reservationId, guestId].map(encodeURIComponent).join('/')}`;
}

/** The preparations step that makes a guest known to Seam. */
export function prepareStepId(guestId: string): string {
  return `prepare:${guestId}`;
}
