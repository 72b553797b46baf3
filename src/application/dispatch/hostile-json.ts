import { invalidJson, RequestError } from '../errors.ts';

/** Objects and arrays within one another. Deeper JSON hangs some stores (PGlite's jsonb, at 7,000). */
export const JSON_DEPTH_LIMIT = 64;

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** What a host that passes values of its own could put where JSON is expected. */
const NOT_JSON = new Set(['bigint', 'function', 'symbol']);

/** A path is made of the client's keys, which may be as long as the body. */
const SHOWN_PATH_LIMIT = 200;

/** Fields whose rules mend bad characters themselves rather than lose the message. */
const LENIENT_FIELDS = new Set(['git_diff']);

/**
 * Refuses JSON that no field of ours may hold, wherever it stands: too deep, keys that reach into
 * prototypes, and text no store keeps (NUL is PostgreSQL's error 22021, a lone surrogate would silently
 * become U+FFFD). Iterative, so that depth costs no stack.
 */
export function refuseHostileJson(root: object): void {
  const pending: [value: object, depth: number, path: string][] = [[root, 1, '']];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [value, depth, path] = next;
    if (depth > JSON_DEPTH_LIMIT) {
      throw new RequestError('too_deep', `JSON may be nested ${JSON_DEPTH_LIMIT} levels deep`, []);
    }
    for (const key of Object.keys(value)) {
      const where = path === '' ? key : `${path}.${key}`;
      if (FORBIDDEN_KEYS.has(key)) throw invalidJson(`The key "${key}" is not allowed`);
      refuseHostileText(key, where);
      const child: unknown = (value as { [key: string]: unknown })[key];
      if (typeof child === 'string') {
        if (!(path === '' && LENIENT_FIELDS.has(key))) refuseHostileText(child, where);
      } else if (typeof child === 'object' && child !== null) {
        pending.push([child, depth + 1, where]);
      } else if (NOT_JSON.has(typeof child)) {
        throw new RequestError('invalid_input', `${where}: must be JSON`, [
          { path: where, message: 'must be JSON' },
        ]);
      }
    }
  }
}

function refuseHostileText(text: string, path: string): void {
  const found = text.includes('\0') ? 'a NUL character' : text.isWellFormed() ? null : 'a lone surrogate';
  if (found === null) return;
  const shown = path.slice(0, SHOWN_PATH_LIMIT).replaceAll('\0', '').toWellFormed();
  throw new RequestError('invalid_character', `${shown} contains ${found}`, [
    { path: shown, message: `contains ${found}` },
  ]);
}
