import type { Context } from 'koa';
import { HttpError } from '../http/http-error.ts';

const COOKIE_NAME = 'agent_dashboard_session';

/**
 * Returns the name of the cookie whose value is a token. Browsers send a cookie to every port of a host, so
 * the name has the port: otherwise two servers on one host would replace each other's cookies.
 * @param host the host as the browser sees it, with its port unless that is the default port
 */
export function sessionCookieName(host: string): string {
  const port = /:(\d{1,5})$/.exec(host)?.[1];
  return port === undefined ? COOKIE_NAME : `${COOKIE_NAME}_${port}`;
}

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
  const token = ctx.cookies.get(sessionCookieName(ctx.host));
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
  /** The path below which the browser sends the cookie. */
  readonly path: string;
}

/** Sets the cookie. It is HttpOnly, so not even a script of our own page can read it. */
export function setSessionCookie(ctx: Context, { token, expiresAt, secure, path }: SessionCookie): void {
  ctx.cookies.secure = secure;
  ctx.cookies.set(sessionCookieName(ctx.host), token, {
    httpOnly: true,
    sameSite: 'strict',
    secure,
    path,
    overwrite: true,
    expires: expiresAt,
  });
}
