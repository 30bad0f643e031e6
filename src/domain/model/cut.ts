/** Cutting of text to a length, for places that hold only so much. */

/** Returns the first `length` characters (UTF-16 units) of a text, without half of a surrogate pair at the cut. */
export function cutTo(text: string, length: number): string {
  return text.slice(0, length).replace(/\p{Cs}$/u, '');
}
