/** Times in the format of booking systems. */

/** Returns the time in UTC, cut off to the second. @param at milliseconds since 1970 */
export function toTheSecond(at: number): string {
  return `${new Date(at).toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z`;
}
