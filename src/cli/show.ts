/** Text form of views and dry runs for a person. */
import pc from 'picocolors';
import type { StaySummary } from '../booking/http/index.js';
import type { DryRun, PlanLine, StayView } from '../client.js';

export type Colours = ReturnType<typeof pc.createColors>;

/** Returns colours for a stream; they take effect only if it is a terminal and NO_COLOR is not set. */
export function coloursFor(stream: { readonly isTTY?: boolean }): Colours {
  return pc.createColors(stream.isTTY === true && pc.isColorSupported);
}

/** Returns a stay's view as text, without empty sections. */
export function showView(view: StayView, colours: Colours): string {
  const rooms = view.rooms.join(', ') || 'none assigned';
  const facts = [
    ['phase', view.settled ? view.phase : `${view.phase}, not settled`],
    ['revision', view.revision === undefined ? 'none yet' : String(view.revision)],
    ['window', view.window === undefined ? 'not known' : `${view.window.from} to ${view.window.to}`],
    ['rooms', rooms],
    ...(view.nextDeadline === undefined ? [] : [['next', `next deadline at ${view.nextDeadline}`]]),
  ];
  const held = view.keys.filter((key) => key.state !== 'dead');
  const lingering = view.keys.filter((key) => key.state === 'dead' && key.residualUntil !== undefined);
  return [
    colours.bold(view.stay),
    table(facts),
    urgent(colours, section(colours, 'Attention', view.attention.map(attentionRow))),
    section(
      colours,
      'Acts in force',
      (view.acts ?? []).map(({ act, guestId, reason }) => [act, guestId ?? 'whole stay', reason]),
    ),
    section(
      colours,
      'Guests',
      view.guests.map(({ guestId, keyState, waitingFor }) => [
        guestId,
        waitingFor === undefined ? keyState : `${keyState}, waits for: ${waitingFor}`,
      ]),
    ),
    section(
      colours,
      'Keys',
      held.map((key) => [key.guestId, key.kind, key.rooms.join(', '), key.state, `until ${key.window.to}`, key.why]),
    ),
    section(
      colours,
      'Ended keys that an offline phone may still use',
      lingering.map((key) => [key.guestId, key.kind, key.rooms.join(', '), `until ${key.residualUntil}`]),
    ),
    section(colours, 'Next', view.plan.map(planRow)),
    section(colours, 'Timeline', view.timeline.map(lineRow)),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Returns what Temporal itself has of a stay as text. */
export function showLastKnown(known: StaySummary, colours: Colours): string {
  const { stay, phase, rooms, arrival, departure, attention, changedAt } = known;
  return [
    colours.bold(stay),
    table([
      ['phase', phase ?? 'not known'],
      ['window', arrival === undefined || departure === undefined ? 'not known' : `${arrival} to ${departure}`],
      ['rooms', rooms.join(', ') || 'none assigned'],
      ['attention', attention.join(', ') || 'none'],
    ]),
    `No worker answers. This is what Temporal has of the stay, since its last change at ${changedAt}.`,
  ].join('\n\n');
}

/** Returns a dry run as text: the steps in order, then what would need a person. */
export function showDryRun({ steps, attention }: DryRun, colours: Colours): string {
  const [from, ...later] = new Set(steps.map((step) => step.at));
  const title = from === undefined ? 'What would be done, and why' : `What would be done from ${from} on, and why`;
  const rows = steps.map((step) => (later.length === 0 ? planRow(step) : [step.at ?? '', ...planRow(step)]));
  const done = steps.length === 0 ? 'Nothing would be done.' : table(rows);
  const needed = attention.map(({ code, message }) => [code, message]);
  const notices = urgent(colours, section(colours, 'Attention', needed));
  return [colours.bold(title), done, notices].filter((part) => part !== '').join('\n');
}

function planRow({ do: does, guestId, rooms, window, why, waitsFor }: PlanLine): string[] {
  const reason = waitsFor === undefined ? why : `${why} (waits for: ${waitsFor})`;
  return [does, guestId, rooms.join(', '), `until ${window.to}`, reason];
}

/** Returns an attention as a row. */
export function attentionRow({ code, since, message }: StayView['attention'][number]): string[] {
  return [code, since, message];
}

/** Returns a line of a timeline or of a room's history as a row. */
export function lineRow({ at, what, why, by }: StayView['timeline'][number]): string[] {
  return [at, [what, why, by && `by ${by}`].filter(Boolean).join('; ')];
}

/** Returns a text that needs a person, in colour. */
export function urgent(colours: Colours, text: string): string {
  return text === '' ? '' : colours.yellow(text);
}

/** Returns a title with a table below it, or an empty text if there are no rows. */
export function section(colours: Colours, title: string, rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : `${colours.bold(title)}\n${table(rows)}`;
}

/** Returns rows as a table. Each column is as wide as its widest cell; lines have no trailing spaces. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((known, row) => {
    row.forEach((cell, column) => (known[column] = Math.max(known[column] ?? 0, cell.length)));
    return known;
  }, []);
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}
