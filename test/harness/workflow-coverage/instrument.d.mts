import type { FileCounters } from './hits.js';

export function countersOf(file: string): FileCounters;
