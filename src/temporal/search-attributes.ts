/**
 * The search attributes of a stay: the one list that drives start, upsert, the dev server, tests and the docs.
 * Safe to import from workflow code. Values are never encrypted: ids only, no names.
 */
import { SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common';

export const SEARCH_ATTRIBUTES = {
  property: defineSearchAttributeKey('StayProperty', SearchAttributeType.KEYWORD),
  rooms: defineSearchAttributeKey('StayRooms', SearchAttributeType.KEYWORD_LIST),
  phase: defineSearchAttributeKey('StayPhase', SearchAttributeType.KEYWORD),
  /** Codes of what needs a person; empty if nothing does. */
  attention: defineSearchAttributeKey('StayAttention', SearchAttributeType.KEYWORD_LIST),
  arrival: defineSearchAttributeKey('StayArrival', SearchAttributeType.DATETIME),
  departure: defineSearchAttributeKey('StayDeparture', SearchAttributeType.DATETIME),
  /** Ids of live credentials, then of guests' phones: how a Seam event finds its stay. */
  keys: defineSearchAttributeKey('StayKeys', SearchAttributeType.KEYWORD_LIST),
  changedAt: defineSearchAttributeKey('StayChangedAt', SearchAttributeType.DATETIME),
} as const;

/** A server refuses a longer value, and a stay that goes on trying to write one stands still. Bytes, as JSON. */
const MOST_BYTES = 2048;

/** As many of the texts as one attribute takes, from the first on. ASCII ids of 36 characters: 52. */
export function withinLimit(texts: readonly string[]): string[] {
  let bytes = '[]'.length;
  return texts.filter((text) => {
    // Whatever a character takes in UTF-8 or escaped, it is at most six bytes.
    bytes += (/^[\w-]*$/.test(text) ? text.length : text.length * 6) + '"",'.length;
    return bytes <= MOST_BYTES;
  });
}
