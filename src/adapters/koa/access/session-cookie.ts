import type { Context } from 'koa';
import { HttpError } from '../http/http-error.ts';

/** Holds a token. HttpOnly: no script reads it, not even one of our own page. */
export const COOKIE_NAME = 'agent_dashboard_session';

/** What other sites' pages cannot send without being asked first, and the guard lets none of them ask. */
const CSRF_HEADER = 'x-requested-with';
const CSRF_VALUE = 'agent-dashboard';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * The token in a browser's cookie; null where there is none.
 * @throws HttpError `csrf` where the request changes something and may come from another site's page: a
 * browser sends cookies whoever asks.
 */
export function readCookieToken(ctx: Context): string | null {
  const token = ctx.cookies.get(COOKIE_NAME);
  if (token === undefined || token === '') return null;
  if (!SAFE.has(ctx.method) && ctx.get(CSRF_HEADER) !== CSRF_VALUE) {
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
  /** For https only. Behind a proxy the connection itself is plain. */
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
