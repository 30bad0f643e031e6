/** Exactly what the worker registers. */
export { command } from './command.js';
export { erase } from './erase.js';
export { ingest } from './ingest.js';
export { keyDesk } from './key-desk.js';
export { listen } from './listen-to-bookings.js';
export { room } from './room.js';
export { stay } from './stay.js';
export { sweep } from './sweep.js';
