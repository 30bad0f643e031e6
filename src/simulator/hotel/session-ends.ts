/** Ends of client sessions, also those that follow from the deletion of an identity. */
import type { ClientSessionRecord } from './records.js';
import type { World } from './world.js';

/** Ends a session, with the instant keys that lead to it. */
export function endSession(world: World, session: ClientSessionRecord, how: 'revoked' | 'deleted'): void {
  world.clientSessions.delete(session.id);
  for (const key of world.instantKeys.values()) if (key.sessionId === session.id) world.instantKeys.delete(key.id);
  world.journal.write(`client-session-${how}`, { client_session_id: session.id });
  if (how === 'deleted') world.events.emit('client_session.deleted', { client_session_id: session.id });
}

/** Ends every session of an identity. */
export function endSessionsOf(world: World, identityId: string): void {
  for (const session of world.clientSessions.values()) {
    if (session.identityIds.has(identityId)) endSession(world, session, 'deleted');
  }
}
