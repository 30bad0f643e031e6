/** Seam's events: stored for `/events/list`, and passed to listeners that deliver webhooks. */
import type { HotelClock } from '../hotel/clock.js';

export interface SeamEvent {
  readonly event_id: string;
  readonly event_type: string;
  readonly workspace_id: string;
  readonly created_at: string;
  readonly occurred_at: string;
  readonly [field: string]: unknown;
}

export interface EventLog {
  emit(eventType: string, payload: Readonly<Record<string, unknown>>): void;
  all(): readonly SeamEvent[];
  byId(eventId: string): SeamEvent | undefined;
  onEvent(listener: (event: SeamEvent) => void): void;
}

interface EventLogOptions {
  readonly clock: HotelClock;
  readonly newId: () => string;
  readonly workspaceId: string;
  readonly connectedAccountId: string;
  readonly acsSystemId: string;
  readonly earlier?: readonly SeamEvent[];
}

/** Returns an event log that continues the `earlier` events. All events but those about phones carry the ids of the access system and its account. */
export function createEventLog(options: EventLogOptions): EventLog {
  const events: SeamEvent[] = [...(options.earlier ?? [])];
  const index = new Map(events.map((event) => [event.event_id, event]));
  const listeners: ((event: SeamEvent) => void)[] = [];
  return {
    emit(eventType, payload) {
      const at = new Date(options.clock.now()).toISOString();
      const event: SeamEvent = {
        event_id: options.newId(),
        event_type: eventType,
        workspace_id: options.workspaceId,
        created_at: at,
        occurred_at: at,
        ...(eventType.startsWith('acs_')
          ? { acs_system_id: options.acsSystemId, connected_account_id: options.connectedAccountId }
          : {}),
        ...payload,
      };
      events.push(event);
      index.set(event.event_id, event);
      for (const listener of listeners) listener(event);
    },
    all: () => events,
    byId: (eventId) => index.get(eventId),
    onEvent(listener) {
      listeners.push(listener);
    },
  };
}
