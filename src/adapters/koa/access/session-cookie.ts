import type { Context } from 'koa';
import { HttpError } from '../http/http-error.ts';
import { type BrowserSession, unsealSession } from './sealed-session.ts';

const COOKIE_NAME = 'agent_dashboard_session';

/**
 * Returns the name of the cookie with the key of the session. Browsers send a cookie to every port of a host,
 * so the name has the port: otherwise two servers on one host would replace each other's cookies.
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
 * The header in which the page sends its part of the session. The page keeps it in the storage of its origin,
 * which no other port of the host can read. The cookie alone, which browsers send to all ports, is worthless.
 */
const SESSION_HEADER = 'x-session';

/**
 * Returns the session of a browser, or null if the request has no cookie, or not the page's part that belongs
 * to it. Browsers send the cookie also with requests that pages of other sites make. So a request that
 * changes something needs the CSRF header, which those pages cannot send.
 * @throws HttpError `csrf` if the CSRF header is missing.
 */
export function readBrowserSession(ctx: Context): BrowserSession | null {
  const key = ctx.cookies.get(sessionCookieName(ctx.host));
  if (key === undefined || key === '') return null;
  if (!SAFE_METHODS.has(ctx.method) && ctx.get(CSRF_HEADER) !== CSRF_VALUE) {
    throw new HttpError(
      'csrf',
      `With a cookie, ${ctx.method} needs the header X-Requested-With: ${CSRF_VALUE}`,
    );
  }
  return unsealSession({ key, sealed: ctx.get(SESSION_HEADER) });
}

export interface SessionCookie {
  /** The key of the session; empty: the cookie is deleted. */
  readonly key: string;
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
export function setSessionCookie(ctx: Context, { key, expiresAt, secure, path }: SessionCookie): void {
  ctx.cookies.secure = secure;
  ctx.cookies.set(sessionCookieName(ctx.host), key, {
    httpOnly: true,
    sameSite: 'strict',
    secure,
    path,
    overwrite: true,
    expires: expiresAt,
  });
}
