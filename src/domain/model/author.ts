/** Authors of changes, as timelines show them: ids, no names. */
import { cutTo } from './cut.js';
import { LONGEST_ID } from './ids.js';

/** Returns the author of a change that a caller sends. It may name a person, but cannot pose as another caller. */
export function authorOf(caller: string, by: string | undefined): string {
  return by === undefined ? caller : cutTo(`${caller} for ${by}`, LONGEST_ID);
}
