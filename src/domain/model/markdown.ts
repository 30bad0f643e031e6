/** Text in the Markdown that Temporal Web UI shows: ids, reasons and messages appear as they are written. */

/** Characters that begin or end a span, a link, an image, HTML, an entity, a table cell or an e-mail link. */
const ACTIVE = /[\\`*_[\]<>|~&@]/g;
/** Starts of links that need no brackets. */
const BARE_LINK = /:\/\/|\bwww\./gi;
/** Characters that begin a list, a heading, a quotation or a rule, if a line starts with them. */
const LEADING = /^\s*([#+=-]|\d+[.)])/;

/** Returns the text as one line of Markdown that shows exactly this text. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replace(ACTIVE, '\\$&')
    .replace(BARE_LINK, (start) => `${start.slice(0, -1)}\\${start.slice(-1)}`)
    .replace(LEADING, (start) => `${start.slice(0, -1)}\\${start.slice(-1)}`);
}

/** Line of a section: plain text, or a text whose first part is emphasized. */
export type Line = string | { readonly strong: string; readonly text: string };

/** Returns a section with its lines as a list; `none` stands for an empty list. */
export function section(title: string, lines: readonly Line[]): string {
  const items = lines.map((line) => `- ${lineOf(line)}`);
  return [`### ${title}`, ...(items.length === 0 ? ['none'] : items)].join('\n');
}

/** Returns one line as Markdown. */
export function lineOf(line: Line): string {
  if (typeof line === 'string') return escapeMarkdown(line);
  return `**${escapeMarkdown(line.strong)}**${escapeMarkdown(line.text)}`;
}
