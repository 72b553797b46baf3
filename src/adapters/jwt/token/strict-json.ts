/** A JSON object that `parseStrictObject` has read. */
export interface JsonObject {
  readonly [name: string]: unknown;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Matches strings, brackets, braces and colons. Everything else in a valid text can be skipped. */
const JSON_PIECES = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g;

/**
 * Parses one JSON object and refuses repeated names in it. With a repeated name, some programs take the first
 * value and some the last, so they would understand the text differently (RFC 7519, section 4).
 * @throws Error for invalid UTF-8, a byte order mark, invalid JSON, a root that is not an object, and a
 * repeated name.
 */
export function parseStrictObject(bytes: Uint8Array): JsonObject {
  const text = utf8.decode(bytes);
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not an object');
  refuseRepeatedNames(text);
  return value as JsonObject;
}

/**
 * Refuses a name that occurs twice in the root object.
 * @param text valid JSON whose root is an object.
 */
function refuseRepeatedNames(text: string): void {
  const names = new Set<string>();
  let depth = 0;
  let previousPiece = '';
  for (const [piece] of text.matchAll(JSON_PIECES)) {
    if (piece === '{' || piece === '[') depth++;
    else if (piece === '}' || piece === ']') depth--;
    else if (piece === ':' && depth === 1) {
      // The name is parsed, because "s\u0075b" is the same name as "sub".
      const name: string = JSON.parse(previousPiece);
      if (names.has(name)) throw new Error('a name is repeated');
      names.add(name);
    }
    previousPiece = piece;
  }
}
