/**
 * Workflow types by their registered names: the one list for starts and visibility queries. A test compares it with
 * the exports of `workflows/index.ts`.
 */
export const WORKFLOW_TYPES = {
  stay: 'stay',
  room: 'room',
  findDoors: 'findDoors',
  ingest: 'ingest',
  bookingDelivery: 'bookingDelivery',
  bookingSweep: 'bookingSweep',
  bookingListener: 'bookingListener',
  bookingCommand: 'bookingCommand',
  keyRequests: 'keyRequests',
  eraseGuest: 'eraseGuest',
  keyAudit: 'keyAudit',
} as const;

/** Visibility query for executions of stays, ended ones included. */
export const ALL_STAYS = `WorkflowType = "${WORKFLOW_TYPES.stay}"`;

/** Visibility query for open stays. */
export const OPEN_STAYS = `${ALL_STAYS} AND ExecutionStatus = "Running"`;

/** Visibility query for sweeps that completed. */
export const COMPLETED_SWEEPS = `WorkflowType = "${WORKFLOW_TYPES.bookingSweep}" AND ExecutionStatus = "Completed"`;
