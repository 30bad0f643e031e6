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
  const [kind, propertyId, reservationId, ...rest] = workflowId.split('/');
  if (kind !== 'stay' || !propertyId || !reservationId || rest.length > 0) return undefined;
  try {
    return { propertyId: decodeURIComponent(propertyId), reservationId: decodeURIComponent(reservationId) };
  } catch {
    return undefined;
  }
}

/** The groundwork step that makes a guest known to Seam. */
export function prepareStepId(guestId: string): string {
  return `prepare:${guestId}`;
}
