/**
 * Search attributes of a stay: the one list that drives start, upsert, the dev server, tests and the docs. Safe to
 * import from workflow code. Values are never encrypted: ids only, no names.
 */
import { SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common';

export const SEARCH_ATTRIBUTES = {
  property: defineSearchAttributeKey('StayProperty', SearchAttributeType.KEYWORD),
  rooms: defineSearchAttributeKey('StayRooms', SearchAttributeType.KEYWORD_LIST),
  phase: defineSearchAttributeKey('StayPhase', SearchAttributeType.KEYWORD),
  /** Codes of open attentions; empty if there are none. */
  attention: defineSearchAttributeKey('StayAttention', SearchAttributeType.KEYWORD_LIST),
  arrival: defineSearchAttributeKey('StayArrival', SearchAttributeType.DATETIME),
  departure: defineSearchAttributeKey('StayDeparture', SearchAttributeType.DATETIME),
  /** Ids of live credentials, then of guests' phones; a Seam event finds its stay by them. */
  keys: defineSearchAttributeKey('StayKeys', SearchAttributeType.KEYWORD_LIST),
  /** Numbers of guests whose key is due and not issued, and of dead keys that may still open a door (`countKeys`). */
  keysDue: defineSearchAttributeKey('StayKeysDue', SearchAttributeType.INT),
  keysResidual: defineSearchAttributeKey('StayKeysResidual', SearchAttributeType.INT),
  changedAt: defineSearchAttributeKey('StayChangedAt', SearchAttributeType.DATETIME),
} as const;

/**
 * Size limit of one value, in bytes of JSON. A server refuses a longer value, and a stay that keeps trying to write one
 * makes no progress.
 */
const MOST_BYTES = 2048;

/**
 * Returns as many of the texts as one attribute takes, from the first on. The limit holds 52 ASCII ids of 36
 * characters.
 */
export function withinLimit(texts: readonly string[]): string[] {
  let bytes = '[]'.length;
  return texts.filter((text) => {
    // Each character takes at most six bytes, in UTF-8 or escaped.
    bytes += (/^[\w-]*$/.test(text) ? text.length : text.length * 6) + '"",'.length;
    return bytes <= MOST_BYTES;
  });
}
