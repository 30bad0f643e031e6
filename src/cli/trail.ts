/** Command of `stayline` that exports what was done, by whom and why (docs/audit.md). */
import { type Command, Option } from 'commander';
import { stringify } from 'csv-stringify/sync';
import { trailOf, type TrailLine, type TrailOf } from '../client/trail.js';
import { clientOn } from '../temporal/connection.js';
import { BadInput, NotWorked } from './outcome.js';
import { withConnection } from './temporal.js';
import type { Terminal } from './terminal.js';

const COLUMNS: readonly (keyof TrailLine)[] = ['at', 'propertyId', 'reservationId', 'room', 'by', 'what', 'why'];

interface TrailOptions {
  readonly reservation?: string;
  readonly room?: string;
  readonly format: 'csv' | 'json';
}

/** Adds the command `trail`. */
export function addTrailCommand(program: Command, { env, out, err }: Terminal): void {
  program
    .command('trail')
    .summary('export what was done, by whom and why')
    .description('Exports what was done for a property, one stay or one room, in the order of time, by ids.')
    .argument('<propertyId>')
    .option('--reservation <reservationId>', 'one stay only')
    .option('--room <room>', 'one room only')
    .addOption(new Option('--format <format>', 'form of the export').choices(['csv', 'json']).default('csv'))
    .action(async (propertyId: string, options: TrailOptions) => {
      const { lines, unread } = await withConnection(env, (connection, target) =>
        trailOf(clientOn(connection, target), selection(propertyId, options)),
      );
      out.write(
        options.format === 'json'
          ? `${JSON.stringify(lines, null, 2)}\n`
          : stringify([...lines], { header: true, columns: [...COLUMNS], escape_formulas: true }),
      );
      if (unread.length > 0) {
        err.write(`without ${unread.join(', ')}\n`);
        throw new NotWorked(`${unread.length} stays or rooms could not be read; is a worker running?`);
      }
    });
}

function selection(propertyId: string, { reservation, room }: TrailOptions): TrailOf {
  if (reservation !== undefined && room !== undefined) {
    throw new BadInput('the selection cannot be used', ['--reservation and --room must not be set together']);
  }
  if (reservation !== undefined) return { propertyId, reservationId: reservation };
  return room === undefined ? { propertyId } : { propertyId, room };
}
