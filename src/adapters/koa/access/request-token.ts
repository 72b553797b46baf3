import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import { unauthenticated } from '../../../ports/errors.ts';
import { repeatedHeader } from '../http/http-error.ts';
import { readCookieToken } from './session-cookie.ts';

const TOKEN_LIMIT = 8 * 1024;
const SCHEME = 'bearer ';

/**
 * The token of a request: a bearer token, or, where cookies count, the one in a browser's cookie. One in the query string is refused, also beside a good header: it
 * is in somebody's log by now, and whoever sent it should learn so.
 * @throws PortError `unauthenticated`, HttpError `invalid_header` for two Authorization headers, `csrf`.
 */
export function readRequestToken(ctx: Context, cookiesCount: boolean): string {
  if (countHeader(ctx.req, 'authorization') > 1) throw repeatedHeader('Authorization');
  if (ctx.querystring !== '' && ('access_token' in ctx.query || 'token' in ctx.query)) {
    throw unauthenticated('token in the query string');
  }
  const { authorization } = ctx.req.headers;
  if (authorization === undefined) {
    const token = cookiesCount ? readCookieToken(ctx) : null;
    if (token === null) throw unauthenticated('no Authorization header');
    return token;
  }
  if (authorization.slice(0, SCHEME.length).toLowerCase() !== SCHEME) {
    throw unauthenticated('not the Bearer scheme');
  }
  const token = authorization.slice(SCHEME.length).trim();
  if (token === '' || token.length > TOKEN_LIMIT) throw unauthenticated('token empty or too long');
  return token;
}

/** How often a header was sent. Node keeps the first of two in `headers` and drops the other silently. */
export function countHeader({ rawHeaders }: IncomingMessage, lowerCaseName: string): number {
  let times = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    if (name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) times += 1;
  }
  return times;
}
