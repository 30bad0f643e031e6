/**
 * Workflow ids and step ids; workflow ids have inverses. A workflow id has one spelling: two spellings of one name would
 * be two workflows. Its parts are percent-encoded as by `encodeURIComponent`: letters, digits and `-_.!~*'()` stay as
 * they are, and every other byte of the UTF-8 text becomes `%` and two capital hexadecimal digits.
 */

/** Longest id of any kind, in characters. */
export const LONGEST_ID = 200;

/** Longest workflow id that Temporal accepts, in bytes. Ids are percent-encoded, so that a character is a byte. */
export const MOST_ID_LENGTH = 1_000;

export interface StayName {
  readonly propertyId: string;
  readonly reservationId: string;
}

/** Returns `stay/<propertyId>/<reservationId>`, parts percent-encoded. */
export function stayWorkflowId(name: StayName): string {
  return idOf('stay', name.propertyId, name.reservationId);
}

/** Parses an id that `stayWorkflowId` returned; undefined for any other id. */
export function parseStayWorkflowId(workflowId: string): StayName | undefined {
  return stayNameIn('stay', workflowId);
}

/**
 * Returns the id of the workflow that reads one reservation: `ingest/<propertyId>/<reservationId>`.
 * Parts are percent-encoded.
 */
export function ingestWorkflowId(name: StayName): string {
  return idOf('ingest', name.propertyId, name.reservationId);
}

/** Parses an id that `ingestWorkflowId` returned; undefined for any other id. */
export function parseIngestWorkflowId(workflowId: string): StayName | undefined {
  return stayNameIn('ingest', workflowId);
}

/**
 * Returns the id of the workflow that carries out key requests: `key-requests/<propertyId>/<reservationId>`.
 * Parts are percent-encoded.
 */
export function keyRequestsWorkflowId(name: StayName): string {
  return idOf('key-requests', name.propertyId, name.reservationId);
}

/** Parses an id that `keyRequestsWorkflowId` returned; undefined for any other id. */
export function parseKeyRequestsWorkflowId(workflowId: string): StayName | undefined {
  return stayNameIn('key-requests', workflowId);
}

/**
 * Returns the id of the workflow that carries out one command of a booking system:
 * `command/<connectionId>/<commandId>`, parts percent-encoded.
 */
export function commandWorkflowId(connectionId: string, commandId: string): string {
  return idOf('command', connectionId, commandId);
}

/**
 * Returns the id of the workflow that hands over a delivery of many reservations: `delivery/<connectionId>/<deliveryId>`,
 * parts percent-encoded.
 */
export function deliveryWorkflowId(connectionId: string, deliveryId: string): string {
  return idOf('delivery', connectionId, deliveryId);
}

/**
 * Returns the id of the workflow that looks for doors of a property: `doors/<propertyId>/<questionId>`, parts
 * percent-encoded.
 */
export function doorsWorkflowId(propertyId: string, questionId: string): string {
  return idOf('doors', propertyId, questionId);
}

/** Returns the id of the workflow that listens to a connection: `listen/<connectionId>`, percent-encoded. */
export function listenWorkflowId(connectionId: string): string {
  return idOf('listen', connectionId);
}

export interface RoomName {
  readonly propertyId: string;
  readonly room: string;
}

/** Returns `room/<propertyId>/<room>`, parts percent-encoded. */
export function roomWorkflowId(name: RoomName): string {
  return idOf('room', name.propertyId, name.room);
}

/** Parses an id that `roomWorkflowId` returned; undefined for any other id. */
export function parseRoomWorkflowId(workflowId: string): RoomName | undefined {
  const [propertyId, room] = twoParts('room', workflowId) ?? [];
  return propertyId === undefined || room === undefined ? undefined : { propertyId, room };
}

/** Kinds of workflows whose id has the property as its second part. */
const OF_PROPERTIES = ['stay', 'room', 'ingest', 'key-requests', 'doors', 'erase'];

/** Returns the property of a workflow; undefined if its id names none. */
export function propertyOfWorkflow(workflowId: string): string | undefined {
  const [kind = '', propertyId = ''] = workflowId.split('/');
  if (!OF_PROPERTIES.includes(kind) || propertyId === '') return undefined;
  return canonicalWorkflowId(workflowId) === workflowId ? decodeURIComponent(propertyId) : undefined;
}

/**
 * Returns the one valid spelling of a workflow id whose parts are percent-encoded in another way, or not at all.
 * Undefined if a part cannot be decoded.
 */
export function canonicalWorkflowId(workflowId: string): string | undefined {
  const [kind = '', ...parts] = workflowId.split('/');
  try {
    return idOf(kind, ...parts.map(decodeURIComponent));
  } catch {
    return undefined;
  }
}

function idOf(kind: string, ...parts: readonly string[]): string {
  return [kind, ...parts.map(encodeURIComponent)].join('/');
}

function stayNameIn(kind: string, workflowId: string): StayName | undefined {
  const [propertyId, reservationId] = twoParts(kind, workflowId) ?? [];
  return propertyId === undefined || reservationId === undefined ? undefined : { propertyId, reservationId };
}

/** Returns the two decoded parts of an id that begins with `kind` and has the one valid spelling. */
function twoParts(kind: string, workflowId: string): readonly [string, string] | undefined {
  const [first, second, third, ...rest] = workflowId.split('/');
  if (first !== kind || !second || !third || rest.length > 0) return undefined;
  if (canonicalWorkflowId(workflowId) !== workflowId) return undefined;
  return [decodeURIComponent(second), decodeURIComponent(third)];
}

/**
 * Returns the id of the workflow that erases a guest: `erase/<propertyId>/<reservationId>/<guestId>`.
 * Parts are percent-encoded.
 */
export function eraseWorkflowId(guest: StayName & { readonly guestId: string }): string {
  return idOf('erase', guest.propertyId, guest.reservationId, guest.guestId);
}

/** Returns the id of the audit of a property's keys: `audit/<propertyId>`, percent-encoded. */
export function auditWorkflowId(propertyId: string): string {
  return idOf('audit', propertyId);
}

/** Returns the id of the preparation step that registers a guest at Seam. */
export function prepareStepId(guestId: string): string {
  return `prepare:${guestId}`;
}
