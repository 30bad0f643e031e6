/** Comparison of plain JSON values. */

/** Returns true if both values have the same content. Parts that two states share are not looked into. */
export function isSameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const fields = Object.keys(a);
  return (
    fields.length === Object.keys(b).length &&
    fields.every((field) => field in b && isSameValue(a[field as keyof typeof a], b[field as keyof typeof b]))
  );
}
