/** Command of `stayline` that lists the open stays of a property (docs/cli.md). */
import type { Command } from 'commander';
import { listStays, staysQuery, type StayFilter, type StaySummary } from '../booking/http/index.js';
import { defined } from '../domain/model/defined.js';
import { clientOn } from '../temporal/connection.js';
import { checkInput } from './json-file.js';
import { print, withJson, type JsonOption } from './shared-options.js';
import { coloursFor, section, table, urgent, type Colours } from './show.js';
import { withConnection } from './temporal.js';
import type { Terminal } from './terminal.js';

const PAGE_SIZE = 200;

interface ListOptions extends JsonOption {
  readonly room?: string;
  readonly phase?: string;
  readonly attention?: string;
}

/** Adds the command `list`. */
export function addListCommand(program: Command, { env, out }: Terminal): void {
  withJson(program.command('list'), 'the list (docs/http-api.md)')
    .summary('list the open stays of a property: those that need a person first')
    .description(
      'Lists the open stays of a property: first those that need a person, then the others by arrival. It needs no worker, and may lag behind by a moment.',
    )
    .argument('<propertyId>')
    .option('--room <room>', 'only stays with this room')
    .option('--phase <phase>', 'only stays in this phase')
    .option('--attention <code>', 'only stays with this attention; "any" or "none"')
    .action(async (propertyId: string, { json, room, phase, attention }: ListOptions) => {
      const wanted = defined({ room, phase, attention });
      checkInput(wanted, staysQuery, 'the input');
      const stays = inOrder(
        await withConnection(env, async (connection, target) => {
          const temporal = clientOn(connection, target);
          const filter = { propertyId, ...wanted } as StayFilter;
          const found: StaySummary[] = [];
          let pageToken: string | undefined;
          do {
            const question = { filter, pageSize: PAGE_SIZE, ...defined({ pageToken }) };
            const page = await listStays(temporal, connection, question);
            found.push(...page.stays);
            pageToken = page.nextPageToken;
          } while (pageToken !== undefined);
          return found;
        }),
      );
      print({ out }, { json }, stays, () => showList(stays, coloursFor(out)));
    });
}

function inOrder(stays: readonly StaySummary[]): readonly StaySummary[] {
  const calm = ({ attention }: StaySummary): number => (attention.length === 0 ? 1 : 0);
  const place = ({ arrival = '', stay }: StaySummary): string => `${arrival} ${stay}`;
  return stays.toSorted((a, b) => calm(a) - calm(b) || place(a).localeCompare(place(b)));
}

function showList(stays: readonly StaySummary[], colours: Colours): string {
  if (stays.length === 0) return 'No open stay.';
  const waiting = stays.filter(({ attention }) => attention.length > 0);
  const others = stays.filter(({ attention }) => attention.length === 0);
  const parts = [
    urgent(colours, section(colours, `${waiting.length} need a person`, waiting.map(rowOf))),
    waiting.length === 0 ? table(others.map(rowOf)) : section(colours, 'Others', others.map(rowOf)),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function rowOf({ reservationId, phase, rooms, arrival, departure, attention }: StaySummary): string[] {
  const window = arrival === undefined || departure === undefined ? 'not known' : `${arrival} to ${departure}`;
  return [reservationId, phase ?? '', rooms.join(', ') || 'no room', window, attention.join(', ')];
}
