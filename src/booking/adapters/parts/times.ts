/** Times as booking systems write them. */

/** In UTC, to the second: what is more is cut off. @param at milliseconds since 1970 */
export function toTheSecond(at: number): string {
  return `${new Date(at).toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z`;
}
