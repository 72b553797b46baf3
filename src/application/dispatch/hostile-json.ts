import { cutText } from '../../domain/text/graphemes.ts';
import { invalidJson, RequestError } from '../errors.ts';

/**
 * The maximum nesting of objects and arrays. Deeper JSON hangs some stores (PGlite's jsonb at 7,000 levels).
 */
export const MAX_JSON_DEPTH = 64;

/**
 * The maximum number of objects, arrays, texts, numbers and so on in one input. A body of 16 MB may have
 * millions, which keep PGlite busy for half a minute.
 */
export const MAX_JSON_VALUES = 10_000;

export const tooDeep = () =>
  new RequestError('too_deep', `JSON must not be nested deeper than ${MAX_JSON_DEPTH} levels`);

export const tooManyValues = () =>
  new RequestError(
    'too_many_values',
    `JSON must not have more than ${MAX_JSON_VALUES.toLocaleString('en-US')} values`,
  );

export const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** Types that a host may pass by mistake where JSON is expected. */
const NOT_JSON = new Set(['bigint', 'function', 'symbol']);

/**
 * The maximum length of a path in an error. A path consists of the client's field names, which may be as long
 * as the body.
 */
const MAX_SHOWN_PATH_LENGTH = 200;

/**
 * Fields that `refuseHostileJson` does not check for bad characters. The use case replaces such characters,
 * because a bad character in a git diff must not make the whole message fail.
 */
const LENIENT_FIELDS = new Set(['git_diff']);

/**
 * Refuses JSON that must not reach a use case: JSON with too many values or nested too deep, keys that reach
 * into prototypes (`__proto__`), and text that no store can keep (NUL is PostgreSQL's error 22021; a lone
 * surrogate would silently become U+FFFD). A list of pending values replaces recursion, which would overflow
 * the stack on deep JSON.
 * @throws RequestError `too_many_values`, `too_deep`, `invalid_json`, `invalid_character`, `invalid_input`
 */
export function refuseHostileJson(root: object): void {
  const pending: [value: object, depth: number, path: string][] = [[root, 1, '']];
  let values = 1;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [value, depth, path] = next;
    if (depth > MAX_JSON_DEPTH) throw tooDeep();
    const keys = Object.keys(value);
    values += keys.length;
    if (values > MAX_JSON_VALUES) throw tooManyValues();
    for (const key of keys) {
      const childPath = path === '' ? key : `${path}.${key}`;
      if (FORBIDDEN_KEYS.has(key)) throw invalidJson(`The key "${key}" is not allowed`);
      refuseHostileText(key, childPath);
      const child: unknown = (value as { [key: string]: unknown })[key];
      if (typeof child === 'string') {
        if (!(path === '' && LENIENT_FIELDS.has(key))) refuseHostileText(child, childPath);
      } else if (typeof child === 'object' && child !== null) {
        pending.push([child, depth + 1, childPath]);
      } else if (NOT_JSON.has(typeof child)) {
        throw new RequestError('invalid_input', `${childPath}: must be JSON`, [
          { path: childPath, message: 'must be JSON' },
        ]);
      }
    }
  }
}

function refuseHostileText(text: string, path: string): void {
  const badCharacter = text.includes('\0')
    ? 'a NUL character'
    : text.isWellFormed()
      ? null
      : 'a lone surrogate';
  if (badCharacter === null) return;
  const shownPath = cutText(path, MAX_SHOWN_PATH_LENGTH).replaceAll('\0', '').toWellFormed();
  throw new RequestError('invalid_character', `${shownPath} contains ${badCharacter}`, [
    { path: shownPath, message: `contains ${badCharacter}` },
  ]);
}
