/** What JSON text holds that `parseStrictObject` took. */
export interface JsonObject {
  readonly [name: string]: unknown;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Strings and the characters that give JSON its structure; all else of a valid text may be skipped. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g;

/**
 * Parses one JSON object in which no name stands twice: readers differ in which of two they take, so such
 * a text says one thing here and another elsewhere (RFC 7519, section 4).
 * @throws Error for invalid UTF-8, a byte order mark, invalid JSON, another root, a name that stands twice.
 */
export function parseStrictObject(bytes: Uint8Array): JsonObject {
  const text = utf8.decode(bytes);
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not an object');
  refuseRepeatedNames(text);
  return value as JsonObject;
}

/** Relies on `text` being valid JSON with an object as its root. */
function refuseRepeatedNames(text: string): void {
  const names = new Set<string>();
  let depth = 0;
  let before = '';
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (token === ':' && depth === 1) {
      // Parsed, since "s\u0075b" names the same member as "sub".
      const name: string = JSON.parse(before);
      if (names.has(name)) throw new Error('a name stands twice');
      names.add(name);
    }
    before = token;
  }
}
