/** Views of a stay for tests of the code that reads them. */
import type { StayView } from '../../src/client.js';

/** Returns the view of a settled stay in house, without guests and keys. `changes` override this. */
export function aView(changes: Partial<StayView>): StayView {
  return {
    schema: 1,
    stay: 'stay/seaside/R-1',
    phase: 'in-house',
    rooms: ['101'],
    guests: [],
    keys: [],
    plan: [],
    attention: [],
    timeline: [],
    settled: true,
    ...changes,
  };
}
