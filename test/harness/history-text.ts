/** Returns all text of a workflow's history, with its payloads decoded. */
export function historyText(part: unknown): string {
  if (part instanceof Uint8Array) return Buffer.from(part).toString();
  if (typeof part === 'object' && part !== null) return Object.values(part).map(historyText).join('\n');
  return String(part);
}
