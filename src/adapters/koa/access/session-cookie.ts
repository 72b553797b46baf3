import type { Context } from 'koa';
import { HttpError } from '../http/http-error.ts';

/** The cookie whose value is a token. It is HttpOnly, so not even a script of our own page can read it. */
export const COOKIE_NAME = 'agent_dashboard_session';

/** Pages of other sites can send this header only after a CORS preflight, which the guard refuses. */
const CSRF_HEADER = 'x-requested-with';
const CSRF_VALUE = 'agent-dashboard';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Returns the token in a browser's cookie, or null if there is none. Browsers send the cookie also with
 * requests that pages of other sites make. So a request that changes something needs the CSRF header, which
 * those pages cannot send.
 * @throws HttpError `csrf` if the CSRF header is missing.
 */
export function readCookieToken(ctx: Context): string | null {
  const token = ctx.cookies.get(COOKIE_NAME);
  if (token === undefined || token === '') return null;
  if (!SAFE_METHODS.has(ctx.method) && ctx.get(CSRF_HEADER) !== CSRF_VALUE) {
    throw new HttpError(
      'csrf',
      `With a cookie, ${ctx.method} needs the header X-Requested-With: ${CSRF_VALUE}`,
    );
  }
  return token;
}

export interface SessionCookie {
  readonly token: string;
  readonly expiresAt: Date;
  /**
   * Whether the browser may send the cookie over https only. The connection itself does not show this: behind
   * a proxy it is plain http, although the browser uses https.
   */
  readonly secure: boolean;
}

export function setSessionCookie(ctx: Context, { token, expiresAt, secure }: SessionCookie): void {
  ctx.cookies.secure = secure;
  ctx.cookies.set(COOKIE_NAME, token, {
    httpOnly: true,
    sameSite: 'strict',
    secure,
    path: '/',
    overwrite: true,
    expires: expiresAt,
  });
}
