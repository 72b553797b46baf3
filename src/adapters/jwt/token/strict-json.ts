/** A JSON object that `parseStrictObject` has read. */
export interface JsonObject {
  readonly [name: string]: unknown;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Matches strings, brackets, braces and colons. Everything else in a valid text can be skipped. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g;

/**
 * Parses one JSON object and refuses repeated names. With a repeated name, some programs take the first value
 * and some the last, so the text would mean different things to them (RFC 7519, section 4).
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

/** @param text valid JSON whose root is an object. */
function refuseRepeatedNames(text: string): void {
  const names = new Set<string>();
  let depth = 0;
  let previous = '';
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (token === ':' && depth === 1) {
      // Parsed, because "s\u0075b" is the same name as "sub".
      const name: string = JSON.parse(previous);
      if (names.has(name)) throw new Error('a name is repeated');
      names.add(name);
    }
    previous = token;
  }
}
