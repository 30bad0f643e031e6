/**
 * Commands of `stayline` for rooms (docs/cli.md): show who has a room and who waits, and override that for the front
 * desk.
 */
import type { Command } from 'commander';
import { stayWorkflowId, type RoomForce } from '../client.js';
import { roomMessageSchemas } from '../domain/model/room-message-schema.js';
import { checkInput } from './json-file.js';
import { NotWorked } from './outcome.js';
import { showRoom } from './show-room.js';
import { coloursFor } from './show.js';
import { withStays } from './temporal.js';
import type { Terminal } from './terminal.js';

/** Adds the commands `room` and `room-force`. */
export function addRoomCommands(program: Command, { env, out }: Terminal): void {
  program
    .command('room')
    .summary('show a room: leases, who waits, who can open the door')
    .description('Shows a room: its leases, who waits and behind whom, who can open the door, and its history.')
    .argument('<propertyId>')
    .argument('<room>')
    .option('--json', 'the view as JSON (docs/leases.md)', false)
    .action(async (propertyId: string, room: string, { json }: { readonly json: boolean }) => {
      const view = await withStays(env, (stays) => stays.room({ propertyId, room }));
      out.write(`${json ? JSON.stringify(view, null, 2) : showRoom(view, coloursFor(out))}\n`);
    });

  program
    .command('room-force')
    .summary('give a room to a stay that claims it, even if another stay has it')
    .description('Gives a room to a stay that claims it. The stay that has it now loses its keys to it, and waits.')
    .argument('<propertyId>')
    .argument('<room>')
    .requiredOption('--stay <reservationId>', 'the stay that gets the room')
    .requiredOption('--reason <text>', 'why, for the history of the room')
    .action(async (propertyId: string, room: string, options: { readonly stay: string; readonly reason: string }) => {
      const stayId = stayWorkflowId({ propertyId, reservationId: options.stay });
      const force: RoomForce = { stayId, reason: options.reason, by: 'cli' };
      checkInput(force, roomMessageSchemas.force, 'the input');
      const { leases } = await withStays(env, async (stays) => {
        await stays.forceRoom({ propertyId, room }, force);
        return stays.room({ propertyId, room });
      });
      if (!leases.some((lease) => lease.stays.includes(stayId))) {
        throw new NotWorked(
          `${stayId} does not claim room ${room}, so nothing has changed: book the room for it first`,
        );
      }
      out.write(`Room ${room} is given to ${stayId}\n`);
    });
}
