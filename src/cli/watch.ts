/** Command of `stayline` that follows a stay (docs/cli.md). */
import type { Command } from 'commander';
import type { StayView } from '../client.js';
import { withJson, type JsonOption } from './shared-options.js';
import { attentionRow, coloursFor, lineRow, showView, table, urgent, type Colours } from './show.js';
import { followStay } from './temporal.js';
import type { Terminal } from './terminal.js';

/** Adds the command `watch`. */
export function addWatchCommand(program: Command, { env, out }: Terminal): void {
  withJson(program.command('watch'), 'each view (docs/messages.md) as one line')
    .summary('show a stay, and then what happens to it, until it has ended')
    .description(
      'Shows a stay, and then each new line of its timeline and each new attention, until the stay has ended.',
    )
    .argument('<propertyId>')
    .argument('<reservationId>')
    .action(async (propertyId: string, reservationId: string, { json }: JsonOption) => {
      const colours = coloursFor(out);
      let shown: StayView | undefined;
      await followStay(env, { propertyId, reservationId }, (view) => {
        const whole = shown === undefined ? showView(view, colours) : showNews(shown, view, colours);
        const text = json ? JSON.stringify(view) : whole;
        if (text !== '') out.write(`${text}\n`);
        shown = view;
      });
    });
}

/** Returns what is new in a view as text; empty if the timeline and the attention are as before. */
export function showNews(before: StayView, view: StayView, colours: Colours): string {
  const rows = view.attention.map(attentionRow);
  const known = new Set(before.attention.map(attentionRow).map(String));
  const opened = rows.filter((row) => !known.has(String(row)));
  return [table(newLines(before.timeline, view.timeline).map(lineRow)), urgent(colours, table(opened))]
    .filter((part) => part !== '')
    .join('\n');
}

/** Returns the lines that a timeline has beyond an earlier reading of it. It may have lost its oldest lines since. */
function newLines(before: StayView['timeline'], after: StayView['timeline']): StayView['timeline'] {
  const texts = after.map((line) => JSON.stringify(line));
  const earlier = before.map((line) => JSON.stringify(line));
  while (!earlier.every((line, index) => line === texts[index])) earlier.shift();
  return after.slice(earlier.length);
}
