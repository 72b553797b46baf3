/**
 * Checks that a text has at most `maximum` code points. JSON Schema and PostgreSQL count code points too, and
 * not UTF-16 units.
 */
export function hasAtMostCodePoints(text: string, maximum: number): boolean {
  // A code point is one or two UTF-16 units, so most texts need no counting.
  if (text.length <= maximum) return true;
  if (text.length > 2 * maximum) return false;
  let count = 0;
  for (const _ of text) count += 1;
  return count <= maximum;
}
