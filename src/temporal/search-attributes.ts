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
  /** Ids of live credentials: how a Seam event finds its stay. */
  keys: defineSearchAttributeKey('StayKeys', SearchAttributeType.KEYWORD_LIST),
  changedAt: defineSearchAttributeKey('StayChangedAt', SearchAttributeType.DATETIME),
} as const;
