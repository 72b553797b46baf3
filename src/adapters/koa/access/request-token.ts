import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import { unauthenticated } from '../../../ports/errors.ts';
import { repeatedHeader } from '../http/http-error.ts';
import { readBrowserSession } from './session-cookie.ts';

const MAX_TOKEN_LENGTH = 8 * 1024;
const BEARER_PREFIX = 'bearer ';

export interface RequestToken {
  readonly token: string;
  /** When the person signed in whose browser sends the request; null for a bearer token. */
  readonly signedInAt: Date | null;
}

/**
 * Returns the token of a request: the bearer token or, if `acceptCookie` is set, the token of a browser's
 * session. A token in the query string is refused even if the header is valid: proxies log URLs, so the
 * client must learn that its token has leaked.
 * @throws PortError `unauthenticated` if there is no token, or if it is in the query string or too long.
 * @throws HttpError `invalid_header` for two Authorization headers, `csrf` if a cookie lacks the CSRF header.
 */
export function readRequestToken(ctx: Context, acceptCookie: boolean): RequestToken {
  if (countHeader(ctx.req, 'authorization') > 1) throw repeatedHeader('Authorization');
  if (ctx.querystring !== '' && ('access_token' in ctx.query || 'token' in ctx.query)) {
    throw unauthenticated('token in the query string');
  }
  const { authorization } = ctx.req.headers;
  if (authorization === undefined) {
    const session = acceptCookie ? readBrowserSession(ctx) : null;
    if (session === null) throw unauthenticated('no Authorization header');
    return session;
  }
  if (authorization.slice(0, BEARER_PREFIX.length).toLowerCase() !== BEARER_PREFIX) {
    throw unauthenticated('not the Bearer scheme');
  }
  const token = authorization.slice(BEARER_PREFIX.length).trim();
  if (token === '' || token.length > MAX_TOKEN_LENGTH) throw unauthenticated('token empty or too long');
  return { token, signedInAt: null };
}

/**
 * Counts how often a header was sent. Node's `headers` has only the first of two and silently drops the
 * other.
 */
export function countHeader({ rawHeaders }: IncomingMessage, lowerCaseName: string): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    if (name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) count += 1;
  }
  return count;
}
