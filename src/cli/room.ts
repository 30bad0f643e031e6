/**
 * Commands of `stayline` for rooms (docs/cli.md): show who has a room and who waits, and override that for the front
 * desk.
 */
import type { Command } from 'commander';
import { stayWorkflowId, type RoomForce } from '../client.js';
import { authorOf } from '../domain/model/author.js';
import { roomMessageSchemas } from '../domain/model/room-message-schema.js';
import { checkInput } from './json-file.js';
import { NotWorked } from './outcome.js';
import { print, withBy, withJson, type ByOption, type JsonOption } from './shared-options.js';
import { showRoom } from './show-room.js';
import { coloursFor } from './show.js';
import { withStays } from './temporal.js';
import type { Terminal } from './terminal.js';

interface ForceOptions extends ByOption, JsonOption {
  readonly stay: string;
  readonly reason: string;
}

/** Adds the commands `room` and `room-force`. */
export function addRoomCommands(program: Command, { env, out }: Terminal): void {
  withJson(program.command('room'), 'the view (docs/leases.md)')
    .summary('show a room: leases, who waits, who can open the door')
    .description('Shows a room: its leases, who waits and behind whom, who can open the door, and its history.')
    .argument('<propertyId>')
    .argument('<room>')
    .action(async (propertyId: string, room: string, { json }: JsonOption) => {
      const view = await withStays(env, (stays) => stays.room({ propertyId, room }));
      print({ out }, { json }, view, () => showRoom(view, coloursFor(out)));
    });

  withJson(withBy(program.command('room-force')), 'the view (docs/leases.md)')
    .summary('give a room to a stay that claims it, even if another stay has it')
    .description('Gives a room to a stay that claims it. The stay that has it now loses its keys to it, and waits.')
    .argument('<propertyId>')
    .argument('<room>')
    .requiredOption('--stay <reservationId>', 'the stay that gets the room')
    .requiredOption('--reason <text>', 'why, for the history of the room')
    .action(async (propertyId: string, room: string, { stay, reason, by, json }: ForceOptions) => {
      const stayId = stayWorkflowId({ propertyId, reservationId: stay });
      const force: RoomForce = { stayId, reason, by: authorOf('cli', by) };
      checkInput(force, roomMessageSchemas.force, 'the input');
      const view = await withStays(env, async (stays) => {
        await stays.forceRoom({ propertyId, room }, force);
        return stays.room({ propertyId, room });
      });
      if (!view.leases.some((lease) => lease.stays.includes(stayId))) {
        throw new NotWorked(
          `${stayId} does not claim room ${room}, so nothing has changed: book the room for it first`,
        );
      }
      print({ out }, { json }, view, () => `Room ${room} is given to ${stayId}`);
    });
}
