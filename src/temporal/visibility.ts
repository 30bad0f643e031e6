/** Texts in queries of Temporal's visibility. */

/** A text in a visibility query, whatever is in it. */
export function quoted(text: string): string {
  return `"${text.replaceAll(/[\\"]/g, '\\$&')}"`;
}
