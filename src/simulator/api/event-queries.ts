/** Seam's `/events`. `since` and `between` exclude their ends, as in Seam's own fake. */
import { isCalendarDate } from '../../domain/model/instants.js';
import type { SeamEvent } from './events.js';
import type { Params } from './params.js';
import { invalidInput, notFound } from './seam-error.js';
import type { World } from '../hotel/world.js';

const DEFAULT_LIMIT = 500;

/**
 * Returns the events that match, oldest first.
 * @throws `SeamError` 400 unless exactly one of `since` and `between` is given.
 */
export function listEvents(world: World, asked: Params<'eventsList'>): readonly SeamEvent[] {
  const [after, before] = span(asked);
  const offset = asked.unstable_offset ?? 0;
  return world.events
    .all()
    .filter((event) => {
      const at = Date.parse(event.occurred_at);
      return at > after && at < before && matches(event, asked);
    })
    .slice(offset, offset + (asked.limit ?? DEFAULT_LIMIT));
}

function span(asked: Params<'eventsList'>): readonly [number, number] {
  if ((asked.since === undefined) === (asked.between === undefined)) {
    throw invalidInput(['since'], 'or between must be given, and not both');
  }
  if (asked.since !== undefined) return [instant('since', asked.since), Infinity];
  const [from = '', to = ''] = asked.between ?? [];
  return [instant('between', from), instant('between', to)];
}

function instant(field: string, text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at) || !isCalendarDate(text.slice(0, 'yyyy-mm-dd'.length)))
    throw invalidInput([field], 'must be a date-time, such as "2026-11-23T14:00:00Z"');
  return at;
}

/** Filters besides the span and the page. A name in the plural (`device_ids`) takes any of its values. */
function matches(event: SeamEvent, asked: Params<'eventsList'>): boolean {
  const { since: _since, between: _between, limit: _limit, unstable_offset: _offset, ...filters } = asked;
  return Object.entries(filters).every(([name, value]) => {
    if (value === undefined) return true;
    if (!Array.isArray(value)) return event[name] === value;
    const allowed: readonly unknown[] = value;
    return allowed.includes(event[name.replace(/s$/, '')]);
  });
}

/**
 * Finds an event by id, or the newest of a type or of a phone.
 * @throws `SeamError` 404 if no such event exists.
 */
export function findEvent(world: World, asked: Params<'eventGet'>): SeamEvent {
  const event =
    asked.event_id === undefined
      ? world.events
          .all()
          .findLast(
            (candidate) =>
              candidate.event_type === (asked.event_type ?? candidate.event_type) &&
              candidate['device_id'] === (asked.device_id ?? candidate['device_id']),
          )
      : world.events.byId(asked.event_id);
  if (event === undefined) throw notFound('event', asked.event_id ?? asked.event_type ?? '');
  return event;
}
