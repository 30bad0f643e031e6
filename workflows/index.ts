/** Exactly what the worker registers. */
export { stay } from './stay.js';
