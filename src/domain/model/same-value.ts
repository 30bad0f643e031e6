/** Comparison of plain JSON values. */

/**
 * Returns true if both values have the same content, whatever the order of their fields. A field that is undefined
 * counts as absent, as in JSON. Parts that two states share are not looked into.
 */
export function isSameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const fields = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...fields].every((field) => isSameValue(a[field as keyof typeof a], b[field as keyof typeof b]));
}
