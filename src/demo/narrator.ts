/** Output of the story: aligned lines of at most 100 columns, in colour only if the output is a terminal. */
import pc from 'picocolors';
import { stayWorkflowId, type KeyView, type StayName, type StayView } from '../client.js';
import type { Booking, Chapter, Person, Tap, TapReason } from './script.js';

const WIDTH = 100;
const LABEL = 8;
/** Widest column of names. A longer list moves only its own reason to the right. */
const WIDEST_NAMES = 12;

export interface NarratorOptions {
  readonly out: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly cast: readonly Person[];
}

/** Location of the workflows; without `webUi` if its address is unknown. */
export interface WhereToLook {
  readonly webUi?: string;
  readonly namespace: string;
}

export interface SettledStay {
  readonly view: StayView;
  /** Keys that were printed as live before. */
  readonly before: readonly KeyView[];
  readonly tookMs: number;
}

export interface Narrator {
  opening(title: string, text: string): void;
  progress(text: string): void;
  chapter(chapter: Chapter, number: number): void;
  aside(text: string): void;
  booking(reservation: string, booking: Booking): void;
  signal(reservation: string, message: string, text: string): void;
  waitingForPhone(who: Person): void;
  phone(who: Person, becomes: 'enrolled' | 'offline'): void;
  keys(stay: SettledStay): void;
  tap(tap: Tap, reason: TapReason): void;
  fault(text: string): void;
  workerKilled(keysMade: number, keysDesired: number): void;
  workerStarted(tookMs: number): void;
  keysAtSeam(guests: readonly Person[], counts: readonly number[]): void;
  link(stayName: StayName, where: WhereToLook): void;
  decision(text: string, outcome: 'good' | 'bad'): void;
  closing(label: string, text: string): void;
}

const REASONS: Readonly<Record<TapReason, string>> = {
  opened: 'opened',
  'phone-offline-key': 'opened, by a key deleted at Seam: the phone has not synced since',
  'no-key': 'refused: there is no key on the phone',
  'not-this-door': 'refused: the key on the phone is not for this door',
  'too-early': 'refused: the key is not valid yet',
  'too-late': 'refused: the key has expired',
  'older-generation': 'refused: a newer key has been used at this door since',
};

/** Returns a narrator that writes to `out`. */
export function openNarrator({ out, cast }: NarratorOptions): Narrator {
  const colours = pc.createColors(out.isTTY === true && pc.isColorSupported);
  const write = (text = ''): void => void out.write(`${text}\n`);
  const paragraph = (text: string): void => wrap(text, WIDTH - 3).forEach((part) => write(`   ${part}`));
  const line = (label: string, text: string, paint = (plain: string): string => plain): void =>
    wrap(text, WIDTH - LABEL - 3).forEach((part, index) => {
      write(`   ${colours.dim((index === 0 ? label : '').padEnd(LABEL))}${paint(part)}`);
    });
  const nameColumn = Math.max(...cast.map(({ name }) => name.length)) + 2;
  const nameOf = (guestId: string): string => cast.find((one) => one.guestId === guestId)?.name ?? guestId;

  return {
    opening(title, text) {
      write(colours.bold(title));
      paragraph(text);
      write();
    },
    progress: (text) => line('start', text),
    chapter({ title, guide, about }, number) {
      const source = guide === undefined ? '' : colours.dim(`  (guide: ${guide})`);
      write(`\n${colours.bold(`${number}. ${title}`)}${source}`);
      paragraph(about);
    },
    aside: paragraph,
    booking(reservation, { rooms, guests, startsInHours }) {
      const start = startsInHours > 0 ? `in ${startsInHours} hours` : 'from now';
      line('booking', `${reservation}: ${listed(rooms)} for ${listed(guests.map(({ name }) => name))}, ${start}`);
    },
    signal: (reservation, message, text) => line('signal', `${reservation}: ${message} (${text})`),
    waitingForPhone: (who) => line('stay', `waits for a phone of ${who.name}`),
    phone: (who, becomes) =>
      line('phone', becomes === 'enrolled' ? `${who.name} installs the hotel's app` : `${who.name}: flight mode`),
    keys({ view, before, tookMs }) {
      const lines = keyLines(view, before, nameOf);
      lines.forEach((text, index) => line(index === 0 ? 'keys' : '', text));
      line('', `settled after ${seconds(tookMs)}`, colours.dim);
    },
    tap({ who, door, expected }, reason) {
      const what = `${who.name.padEnd(nameColumn)}${door.padEnd(15)}`;
      const [mark, paint] = reason === expected ? (['✓', colours.green] as const) : (['✗', colours.red] as const);
      const desired = reason === expected ? '' : ` (expected: ${REASONS[expected]})`;
      write(`   ${colours.dim('door'.padEnd(LABEL))}${what}${paint(`${mark} ${REASONS[reason]}${desired}`)}`);
    },
    fault: (text) => line('fault', text, colours.yellow),
    workerKilled: (made, desired) =>
      line('fault', `SIGKILL for the worker: Seam had made ${made} of ${desired} keys`, colours.yellow),
    workerStarted: (tookMs) => line('worker', `another one is running after ${seconds(tookMs)}`),
    keysAtSeam(guests, counts) {
      const whose = guests.length === 1 ? guests[0]?.name : `each of the ${guests.length} guests`;
      const wrong = guests.flatMap(({ name }, index) => (counts[index] === 1 ? [] : `${name} ${counts[index]}`));
      if (wrong.length === 0) line('seam', `✓ holds exactly one key for ${whose}`, colours.green);
      else line('seam', `✗ must hold exactly one key for ${whose}, but holds: ${wrong.join(', ')}`, colours.red);
    },
    link(stayName, { webUi, namespace }) {
      const id = stayWorkflowId(stayName);
      if (webUi === undefined) line('stay', id);
      else line('web ui', `${webUi}/namespaces/${namespace}/workflows/${encodeURIComponent(id)}`, colours.cyan);
    },
    decision(text, outcome) {
      write();
      for (const part of wrap(text, WIDTH))
        write(colours.bold((outcome === 'good' ? colours.green : colours.red)(part)));
    },
    closing: (label, text) => line(label, text),
  };
}

/** Returns lines for the new keys, the unchanged keys and the ended keys. */
function keyLines(view: StayView, before: readonly KeyView[], nameOf: (guestId: string) => string): readonly string[] {
  const isOf = (keys: readonly KeyView[]) => (key: KeyView) => keys.some((one) => sameKey(one, key));
  const live = view.keys.filter((key) => key.state === 'live');
  const fresh = live.filter((key) => !isOf(before)(key));
  const kept = live.filter(isOf(before));
  const ended = before.filter((key) => !isOf(live)(key));
  const names = (keys: readonly KeyView[]): string => listed(keys.map((key) => nameOf(key.guestId)));

  const groups = alike(fresh);
  const width = Math.min(WIDEST_NAMES, Math.max(0, ...groups.map((group) => names(group).length)));
  const rows = groups.map((group) => {
    const [{ kind, rooms, why }] = group;
    return row(kind, rooms, `${names(group).padEnd(width)}  ${withNames(why, nameOf)}`);
  });
  if (kept.length > 0) rows.push(row('kept', roomsOf(kept), names(kept)));
  if (ended.length > 0) rows.push(row('ended', roomsOf(ended), names(ended)));
  if (rows.length > 0) return rows;
  const early = view.guests.filter((guest) => guest.keyState === 'not-due').map((guest) => nameOf(guest.guestId));
  return [early.length > 0 ? `none yet: not due for ${listed(early)}` : 'none'];
}

/** Groups keys of one kind, with the same rooms and the same reason. */
function alike(keys: readonly KeyView[]): readonly (readonly [KeyView, ...KeyView[]])[] {
  const groups = new Map<string, [KeyView, ...KeyView[]]>();
  for (const key of keys) {
    const likeness = JSON.stringify([key.kind, key.rooms, key.why]);
    const group = groups.get(likeness);
    if (group === undefined) groups.set(likeness, [key]);
    else group.push(key);
  }
  return [...groups.values()];
}

function sameKey(a: KeyView, b: KeyView): boolean {
  return a.acsCredentialId === b.acsCredentialId;
}

function row(what: string, rooms: readonly string[], whose: string): string {
  return `${what.padEnd(9)}${rooms.join(', ').padEnd(8)} ${whose}`;
}

function roomsOf(keys: readonly KeyView[]): readonly string[] {
  return [...new Set(keys.flatMap((key) => key.rooms))];
}

/** Replaces guest ids by names. The stay has ids only; the cast is known here. */
function withNames(text: string, nameOf: (guestId: string) => string): string {
  return text.replaceAll(/\bg\d+\b/g, nameOf);
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/**
 * Returns lines of at most `width` characters, broken between words. Runs of spaces within a line stay, for columns.
 */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const at = rest.lastIndexOf(' ', width);
    const end = at > 0 ? at : rest.indexOf(' ', width);
    if (end < 0) break;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}
