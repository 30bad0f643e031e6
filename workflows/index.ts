/** Workflows that the worker registers: exactly these exports. */
export { bookingCommand } from './booking/command.js';
export { bookingDelivery } from './booking/delivery.js';
export { eraseGuest } from './erasure/erase-guest.js';
export { keyAudit } from './audit/key-audit.js';
export { findDoors } from './room/find-doors.js';
export { ingest } from './booking/ingest.js';
export { keyRequests } from './booking/key-requests.js';
export { bookingListener } from './booking/listener.js';
export { room } from './room/room.js';
export { stay } from './stay/stay.js';
export { bookingSweep } from './booking/sweep.js';
