/** Exactly what the worker registers. */
export { room } from './room.js';
export { stay } from './stay.js';
