/** Authors of changes, as timelines show them: ids, no names. */

/** Maximum length of an author in characters, like that of every id. */
const MOST_LENGTH = 200;

/** Returns the author of a change that a caller sends. It may name a person, but cannot pose as another caller. */
export function authorOf(caller: string, by: string | undefined): string {
  // The cut must not leave half of a surrogate pair.
  return by === undefined ? caller : `${caller} for ${by}`.slice(0, MOST_LENGTH).replace(/\p{Cs}$/u, '');
}
