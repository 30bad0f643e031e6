/** Exactly what the worker registers. */
export { command } from './booking/command.js';
export { erase } from './erasure/erase-guest.js';
export { ingest } from './booking/ingest.js';
export { keyDesk } from './booking/key-requests.js';
export { listen } from './booking/listener.js';
export { room } from './room/room.js';
export { stay } from './stay/stay.js';
export { sweep } from './booking/sweep.js';
